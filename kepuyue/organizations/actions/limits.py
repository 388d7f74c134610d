"""Bounds on what could be misused: invitations as a carrier of spam, names and links asked for by machines."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from kepuyue.accounts.actions.tries import Bound, claim, counter
from kepuyue.accounts.network import Origin
from kepuyue.core.time import now
from kepuyue.organizations.models import Invitation, Membership
from kepuyue.organizations.permissions import holds_anywhere

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


# Names that look alike, asked for while one types: a whole office behind one address types at once
NAMES = Bound(240, timedelta(milliseconds=250))
# Links of invitations, right or wrong: 256 random bits are not guessed, but nobody needs to try
LINKS = Bound(60, timedelta(seconds=2))


def may_ask_for_names(origin: Origin) -> bool:
    """Whether this network may ask once more which units look like a name."""
    return claim(counter(NAMES, "units.near", origin.network)).is_granted


def may_open_link(origin: Origin) -> bool:
    """Whether this network may open one more invitation."""
    return claim(counter(LINKS, "units.invitation", origin.network)).is_granted


class LimitReached(ValidationError):
    """The person has asked for so many mails to strangers today that more would look like spam."""


def invited_today(user: "User") -> int:
    """How many people the person has added or invited within the last 24 hours."""
    since = now() - timedelta(days=1)
    return (
        Invitation.objects.filter(by=user, created_at__gte=since).count()
        + Membership.objects.filter(added_by=user, since__gte=since).count()
    )


def daily_limit(user: "User") -> int:
    """How many invitations the person may send in 24 hours: those who oversee a branch bring in many units."""
    return settings.INVITATIONS_A_DAY["branch" if holds_anywhere(user, "unit.create") else "own"]


def check_limit(user: "User") -> None:
    """Raise `LimitReached` where the person has used up the day's invitations."""
    if invited_today(user) >= daily_limit(user):
        raise LimitReached(
            _("您今天已经邀请了%(count)s人，达到上限。明天再继续；急需的话请市科协协助。")
            % {"count": daily_limit(user)},
            code="limit",
        )
