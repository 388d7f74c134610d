import pytest
from django.db import IntegrityError

from kepuyue.accounts.models import User
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_user_address_is_kept_in_small_letters() -> None:
    assert User.objects.create_user("Li.Ming@Example.ORG", None, name="李明").email == "li.ming@example.org"


def test_user_address_in_capitals_is_the_same_address() -> None:
    UserFactory(email="li@example.org")

    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="LI@example.org", name="李")])


@pytest.mark.parametrize(("name", "shown"), [("李明", "李明"), ("", "li@example.org")])
def test_user_is_shown_by_name_or_else_by_address(name: str, shown: str) -> None:
    person = User(email="li@example.org", name=name)

    assert (str(person), person.get_full_name()) == (shown, shown)
