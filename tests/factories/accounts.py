from typing import Any

import factory
from factory.django import DjangoModelFactory

from kepuyue.accounts.models import User


class UserFactory(DjangoModelFactory[User]):
    """A person without any role. `password=` sets one; without it they can only be signed in by the test."""

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    name = factory.Sequence(lambda n: f"张三{n}")

    class Meta:
        model = User

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        email, password = kwargs.pop("email"), kwargs.pop("password", None)
        return User.objects.create_user(email, password, **kwargs)
