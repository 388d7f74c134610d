"""Who manages a unit's keys and addresses, and as whom a token acts."""

from typing import TYPE_CHECKING

from kepuyue.organizations import permissions
from kepuyue.organizations.models import Organization
from kepuyue.partners.models import Token
from kepuyue.partners.scopes import SCOPES, permissions_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User
    from kepuyue.organizations.permissions import Person


def check_can_manage(user: "Person", organization: Organization) -> None:
    """Raise unless the person may make and withdraw the unit's keys and addresses."""
    permissions.check(user, "interface.manage", organization)


def scopes_to_give(user: "Person", organization: Organization) -> list[str]:
    """The scopes that the person may lend: those whose permissions they hold in the unit themselves."""
    return [
        code
        for code, scope in SCOPES.items()
        if all(permissions.may(user, name, organization) for name in scope.permissions)
    ]


def is_city(organization: Organization) -> bool:
    """Whether the unit may be told of what happens everywhere."""
    return organization.level == Organization.Level.OFFICE


def acting(token: Token) -> "User | None":
    """Who acts when the token asks: the person who made it, in this unit only and within the scopes; None where that
    person is not there any more.
    """
    if token.made_by is None or not token.made_by.is_active:
        return None
    person = permissions.narrowed(token.made_by, token.organization, permissions_of(token.scopes))
    # So that the trail and whoever reads a sign-off know that a program passed it on. This copy is never saved
    person.name = f"{token.made_by.name}（{token.name}）"
    return person
