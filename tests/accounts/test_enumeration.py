"""Whether an address has an account is told to nobody: the same answer, after the same work."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.urls import reverse

from kepuyue.accounts.passwords import Argon2Hasher
from kepuyue.messaging.models import Message
from tests.accounts.signing import PASSWORD, browser, is_in, sign_in
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
RESET = reverse("account_reset_password")


class CountedHasher(hashers.MD5PasswordHasher):
    """Counts how often a password is hashed: that is what takes the time."""

    algorithm = "counted"
    times = 0

    def encode(self, password: str, salt: str) -> str:
        type(self).times += 1
        return super().encode(password, salt)


@pytest.fixture
def counted(settings: Any) -> Iterator[type[CountedHasher]]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    CountedHasher.times = 0
    yield CountedHasher


def plain(page: Any) -> str:
    text: str = page.content.decode()
    return text.partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("has_password", [True, False])
def test_failed_sign_in_is_the_same_work_and_answer(counted: Any, has_password: bool) -> None:
    UserFactory(email="li@example.org", password=PASSWORD if has_password else None)
    work, said = [], []

    for email in ("li@example.org", "no@example.org"):
        counted.times = 0
        answer = sign_in(browser(), email, "wrong-wrong-wrong")
        work.append(counted.times)
        said.append(answer.context["form"].errors)

    assert work[0] == work[1] > 0
    assert said[0] == said[1]


def test_asking_for_the_password_mail_is_the_same_work_and_answer(
    counted: Any, django_assert_num_queries: Any
) -> None:
    UserFactory(email="li@example.org", password=PASSWORD)
    counted.times = 0

    answers = [browser().post(RESET, {"email": email}, follow=True) for email in ("li@example.org", "no@example.org")]  # fmt: skip

    assert plain(answers[0]) == plain(answers[1])
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert counted.times == 0
    assert sorted(Message.objects.values_list("to", flat=True)) == ["li@example.org", "no@example.org"]


def test_passwords_are_hashed_with_the_figures_that_the_manual_says() -> None:
    kept = Argon2Hasher().encode("four-words-no-order", "some-salt-of-ours")

    assert kept.startswith("argon2$argon2id$v=19$m=32768,t=3,p=1$")


def test_password_kept_with_older_figures_is_hashed_anew_at_sign_in(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "kepuyue.accounts.passwords.Argon2Hasher",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    person = UserFactory(email="li@example.org", password=None)
    person.password = hashers.PBKDF2PasswordHasher().encode(PASSWORD, "salt", 1000)
    person.save()
    client = browser()

    sign_in(client, person)

    person.refresh_from_db()
    assert person.password.startswith("argon2$argon2id$v=19$m=32768,t=3,p=1$")
    assert client.get(reverse("organizations:desk")).status_code == 200


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "密码太短，至少要10位。"),
        ("1234567890", "这个密码太常见，很容易被猜到，请换一个。"),
        # Lost in leaks, and not among the framework's 20,000
        ("iloveyou12", "这个密码太常见，很容易被猜到，请换一个。"),
        ("ILoveYou12", "这个密码太常见，很容易被猜到，请换一个。"),
        ("woaini1314520", "这个密码太常见，很容易被猜到，请换一个。"),
        ("li.ming@example.org", "密码和您的姓名或邮箱太像了，请换一个。"),
        ("Kepuyue@2026!", "这个密码除了“科普”这类大家都会想到的词，剩下的太少，很容易被猜到，请换一个。"),
        (
            "科技活动管理员2026",
            "这个密码除了“科普”这类大家都会想到的词，剩下的太少，很容易被猜到，请换一个。",
        ),
    ],
)
def test_password_rules_are_plain_sentences(password: str, said: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError

    with pytest.raises(ValidationError) as refused:
        validate_password(password, UserFactory(email="li.ming@example.org", name="李明"))

    assert said in refused.value.messages


@pytest.mark.parametrize(
    "password",
    [
        "kepu horse battery staple",
        "a" + "诗" * 9,
        "p4$ W0rd of the moon",
        " " * 3 + "four words, no order",
        "长" * 30 + "句" * 34,
    ],
)
def test_any_signs_and_any_length_make_a_password(password: str) -> None:
    from django.contrib.auth.password_validation import validate_password

    validate_password(password, UserFactory(email="li.ming@example.org", name="李明"))


def test_password_counts_exactly_as_it_was_typed() -> None:
    person = UserFactory(email="li@example.org", password=" Four-Words-No-Order-" + "x" * 60)

    for typed in (
        " Four-Words-No-Order-" + "x" * 60,
        "Four-Words-No-Order-" + "x" * 60,
        " four-words-no-order-" + "x" * 60,
    ):
        client = browser()
        sign_in(client, person, typed)
        assert is_in(client) == (typed == " Four-Words-No-Order-" + "x" * 60), typed
    client = browser()
    sign_in(client, person, " Four-Words-No-Order-" + "x" * 59)
    assert not is_in(client)
