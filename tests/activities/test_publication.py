"""What the public sees: announced, cancelled with a reason, put away."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from kepuyue.activities.actions import drafting, publication, review, submission
from kepuyue.activities.models import Activity, State
from kepuyue.activities.queries import editable_by, public, visible_to
from kepuyue.activities.signals import public_content_changed
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from tests.activities.acting import at_the_office, draft, fresh, published, revised
from tests.cast import Cast
from tests.factories import ActivityFactory, EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


@pytest.fixture
def announced() -> Iterator[list[Activity]]:
    """The activities that were announced as changed for the public."""
    heard: list[Activity] = []

    def listen(activity: Activity, **_more: Any) -> None:
        heard.append(activity)

    public_content_changed.connect(listen)
    yield heard
    public_content_changed.disconnect(listen)


def test_publishing_is_announced_and_drafting_is_not(cast: Cast, announced: list[Activity]) -> None:
    pending = at_the_office(cast)
    assert announced == []

    review.approve(pending, by=cast.office)

    assert announced == [pending.activity]


def test_small_correction_is_announced_and_a_waiting_change_is_not(
    cast: Cast, announced: list[Activity]
) -> None:
    activity = published(cast)
    announced.clear()

    drafting.change(activity, {"title": "新名字"}, by=cast.editor)
    assert announced == []
    drafting.change(activity, {"public_phone": "12345"}, by=cast.editor)

    assert announced == [activity]


def test_cancel_keeps_it_visible_with_the_reason(cast: Cast, announced: list[Activity]) -> None:
    activity = published(cast)
    announced.clear()

    publication.cancel(activity, by=cast.owner, reason=" 台风 ")

    stored = fresh(activity)
    assert (stored.state, stored.cancel_reason, announced) == (State.CANCELLED, "台风", [activity])
    assert list(public(cast.edition)) == [activity]
    assert (audit.trail(activity)[0].action, audit.trail(activity)[0].reason.strip()) == (
        "activity.cancel",
        "台风",
    )


def test_cancel_without_a_reason_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="请写明取消原因"):
        publication.cancel(published(cast), by=cast.owner, reason="\n")


@pytest.mark.parametrize("person", ["editor", "check_in", "colleague", "district_reviewer", "outsider"])
def test_cancel_by_others_is_denied(cast: Cast, person: str) -> None:
    activity = published(cast)

    with pytest.raises(PermissionDenied):
        publication.cancel(activity, by=getattr(cast, person), reason="台风")


def test_cancel_by_the_office_is_possible(cast: Cast) -> None:
    assert publication.cancel(published(cast), by=cast.office, reason="台风").state == State.CANCELLED


@pytest.mark.parametrize("state", ["draft", "submitted", "returned", "cancelled", "archived"])
def test_cancel_of_what_is_not_published_is_refused(cast: Cast, state: str) -> None:
    activity = draft(cast)
    Activity.objects.filter(pk=activity.pk).update(state=state)

    with pytest.raises(NotPossibleNow):
        publication.cancel(activity, by=cast.owner, reason="台风")


@pytest.mark.parametrize("hand_in", [True, False])
@pytest.mark.parametrize("end", ["cancel", "archive"])
def test_revision_under_way_is_given_up_with_the_activity(cast: Cast, hand_in: bool, end: str) -> None:
    activity = revised(cast)
    if hand_in:
        submission.submit(activity, by=cast.editor)

    if end == "cancel":
        publication.cancel(activity, by=cast.owner, reason="台风")
    else:
        publication.archive(activity, by=cast.owner)

    assert sorted(activity.submissions.values_list("state", flat=True)) == ["approved", "withdrawn"]


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_archive_puts_away_what_was_public(cast: Cast, state: str) -> None:
    activity = published(cast)
    Activity.objects.filter(pk=activity.pk).update(state=state)

    publication.archive(activity, by=cast.editor)

    assert (fresh(activity).state, audit.trail(activity)[0].action) == (State.ARCHIVED, "activity.archive")
    assert list(public(cast.edition)) == [activity]


def test_archive_of_a_draft_never_makes_it_public(cast: Cast) -> None:
    activity = draft(cast)

    with pytest.raises(NotPossibleNow, match="没有发布过的活动不能存档"):
        publication.archive(activity, by=cast.editor)

    assert list(public(cast.edition)) == []


def test_archive_of_a_draft_in_an_archive_is_possible(cast: Cast) -> None:
    archive = EditionFactory(code="archive-2019", year=2019, is_archive=True, is_current=False)
    activity = ActivityFactory(edition=archive, organization=cast.own_unit)

    assert publication.archive(activity, by=cast.editor).state == State.ARCHIVED


@pytest.mark.parametrize("state", ["submitted", "returned", "rejected", "withdrawn", "archived"])
def test_archive_of_anything_else_is_refused(cast: Cast, state: str) -> None:
    activity = draft(cast)
    Activity.objects.filter(pk=activity.pk).update(state=state)

    with pytest.raises(NotPossibleNow):
        publication.archive(activity, by=cast.owner)


def test_archive_by_others_is_denied(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        publication.archive(published(cast), by=cast.colleague)


# Who sees and changes what


@pytest.mark.parametrize("state", State.values)
def test_public_sees_approved_states_only(cast: Cast, state: str) -> None:
    ActivityFactory(
        edition=cast.edition, organization=cast.own_unit, state=state, published_at=cast.edition.loaded_at
    )

    assert public(cast.edition).count() == (1 if state in ("published", "cancelled", "archived") else 0)


def test_activity_is_seen_and_changed_by_its_unit_and_seen_by_those_above(cast: Cast) -> None:
    activity = ActivityFactory(edition=cast.edition, organization=cast.own_unit)

    people = {name: person for name, person in cast.people().items() if person is not None}
    seen = {name for name, person in people.items() if activity in visible_to(person)}
    changed = {name for name, person in people.items() if activity in editable_by(person)}

    assert seen == {"owner", "editor", "check_in", "helpdesk", "district_reviewer", "office"}
    assert changed == {"owner", "editor", "office"}
