"""Who must have a second factor before the desk opens, and whether a session has shown one (docs/adr/0017)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone

from kepuyue.accounts.queries import has_second_factor

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# The session's note that this person has shown a second factor in it
SHOWN = "second_factor_shown"
# The session's note that the person will set one up later, while the grace lasts
LATER = "second_factor_later"
# Where they wanted to go when they were led to set one up
ONWARD = "second_factor_onward"

_deciders: list[Callable[["User"], bool]] = []


def count_as_reviewer(rule: Callable[["User"], bool]) -> None:
    """A room says who decides about others' work; called once when it starts."""
    _deciders.append(rule)


def is_required(user: "User") -> bool:
    """Whether the setting SECOND_FACTOR_REQUIRED_FOR means this person."""
    whom = settings.SECOND_FACTOR_REQUIRED_FOR
    if whom == "reviewers":
        return any(rule(user) for rule in _deciders)
    return bool(whom == "all")


def may_remove(user: "User", authenticator_pk: int) -> bool:
    """The last factor of somebody who must have one stays; another can be set up first."""
    from allauth.mfa.models import Authenticator  # models are not loaded yet when the settings name this room

    others = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return not is_required(user) or others.exclude(pk=authenticator_pk).exists()


def note_shown(session: SessionBase, user: "User") -> None:
    """This session has shown a factor of this person."""
    session[SHOWN] = user.pk


def is_shown(session: SessionBase, user: "User") -> bool:
    """Whether this session has shown a factor of this person."""
    return bool(session.get(SHOWN) == user.pk)


def opens_desk(session: SessionBase, user: "User") -> bool:
    """Whether the desk is open: no factor required, one shown, or put off within the grace."""
    if not is_required(user) or is_shown(session, user):
        return True
    # Who has one has to show it, grace or not
    return bool(
        session.get(LATER) == user.pk and timezone.now() < grace_ends(user) and not has_second_factor(user)
    )


def grace_ends(user: "User") -> datetime:
    """Until when the person may put it off; begins when they are first asked."""
    if user.second_factor_due is None:
        user.second_factor_due = timezone.now() + timedelta(days=settings.SECOND_FACTOR_GRACE_DAYS)
        user.save(update_fields=["second_factor_due"])
    return user.second_factor_due
