"""How passwords are kept and what is asked of them (docs/operation.md says the figures)."""

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import (
    CommonPasswordValidator,
    MinimumLengthValidator,
    UserAttributeSimilarityValidator,
)
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


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
    """Not one of the 20,000 passwords that are tried first."""

    def get_error_message(self) -> str:
        """What is wrong and what to do."""
        return _("这个密码太常见，很容易被猜到，请换一个。")

    def get_help_text(self) -> str:
        """The rule, before anything is typed."""
        return _("不要用常见的密码。")


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
