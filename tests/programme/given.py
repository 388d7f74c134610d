"""What the tests of the programme start from: activities that went public, index included."""

from typing import Any

from django.test import RequestFactory

from kepuyue.activities.models import Activity, Participation, State, UnitRole
from kepuyue.activities.signals import public_content_changed
from tests.factories import ActivityFactory

requests = RequestFactory()


def published(*, host: str = "", sessions: int = 1, **facts: Any) -> Activity:
    """An activity that the public sees, announced as the actions announce it."""
    activity = ActivityFactory(state=facts.pop("state", State.PUBLISHED), sessions=sessions, **facts)
    if host:
        Participation.objects.create(activity=activity, role=UnitRole.HOST, name=host)
    announce(activity)
    return activity


def announce(activity: Activity) -> None:
    """Say that what the public sees of it has changed."""
    public_content_changed.send(sender=Activity, activity=activity)
