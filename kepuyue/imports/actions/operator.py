"""In whose name a command acts, where nobody is signed in."""

from django.core.exceptions import ObjectDoesNotExist
from django.utils.translation import gettext as _

from kepuyue.accounts.models import User
from kepuyue.organizations.models import Membership, Organization, Role

COMMAND_LINE_EMAIL = "command-line@localhost"


class UnknownPerson(ObjectDoesNotExist):
    """Nobody has this address."""


def person_for(unit: Organization, *, email: str | None = None) -> User:
    """The named person; else the command line's own account, which registers for the unit and cannot sign in."""
    if email:
        person = User.objects.filter(email=email.lower()).first()
        if person is None:
            raise UnknownPerson(_("没有这个用户：%(email)s") % {"email": email})
        return person
    clerk, _is_new = User.objects.get_or_create(
        email=COMMAND_LINE_EMAIL, defaults={"name": "命令行导入", "password": "!"}
    )
    Membership.objects.get_or_create(user=clerk, organization=unit, role=Role.EDITOR)
    return clerk
