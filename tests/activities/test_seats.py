"""Full, or seats again: said by the unit with one tap, shown at once."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from kepuyue.activities import content as contents
from kepuyue.activities.actions import cloning, drafting, publication, rescheduling, review, seats, submission
from kepuyue.activities.models import Activity, Session
from kepuyue.activities.queries import working_content
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from tests.activities.acting import draft, fresh, published, revised
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def said_now(session: Session) -> bool:
    return session.full_stated_at is not None and now() - session.full_stated_at < timedelta(minutes=1)


def only_session(activity: Activity) -> Session:
    return Session.objects.get(activity=activity)


def test_full_and_seats_again_are_told_with_their_moment_and_audited(cast: Cast) -> None:
    activity = published(cast)

    seats.state_full(only_session(activity), is_full=True, by=cast.editor)

    session, version = only_session(activity), fresh(activity).version
    assert session.is_full and said_now(session) and version == activity.version + 1
    [entry] = [one for one in audit.trail(activity) if one.action == "session.full"]
    assert entry.changes["sessions"][0][0]["is_full"] is False
    assert entry.changes["sessions"][1][0]["is_full"] is True
    # The second tap of a hasty finger says nothing new
    seats.state_full(session, is_full=True, by=cast.editor)
    assert fresh(activity).version == version

    seats.state_full(session, is_full=False, by=cast.owner)
    assert not only_session(activity).is_full


@pytest.mark.parametrize("person", ["check_in", "helpdesk", "district_reviewer", "judge"])
def test_it_is_said_by_those_who_may_change_the_activity(cast: Cast, person: str) -> None:
    activity = published(cast)

    with pytest.raises(PermissionDenied):
        seats.state_full(only_session(activity), is_full=True, by=getattr(cast, person))
    assert not only_session(activity).is_full


def test_of_what_is_over_cancelled_or_not_public_nothing_is_said(cast: Cast, clock: Any) -> None:
    with pytest.raises(NotPossibleNow):
        seats.state_full(only_session(draft(cast)), is_full=True, by=cast.editor)
    cancelled = published(cast, title="取消的课")
    publication.cancel(cancelled, by=cast.owner, reason="台风")
    with pytest.raises(NotPossibleNow):
        seats.state_full(only_session(cancelled), is_full=True, by=cast.editor)
    activity = published(cast)
    Session.objects.filter(activity=activity).update(
        starts_at="2024-08-01T02:00:00Z", ends_at="2024-08-01T03:00:00Z"
    )
    with pytest.raises(NotPossibleNow):
        seats.state_full(only_session(activity), is_full=True, by=cast.editor)


def test_change_that_waits_for_review_does_not_take_it_back(cast: Cast) -> None:
    activity = revised(cast)
    seats.state_full(only_session(activity), is_full=True, by=cast.editor)
    assert working_content(fresh(activity))["sessions"][0]["is_full"] is True

    handed_in = submission.submit(fresh(activity), by=cast.editor)
    review.approve(review.approve(handed_in, by=cast.district_reviewer), by=cast.office)

    assert fresh(activity).title.endswith("（新）") and only_session(activity).is_full


def test_it_needs_no_review_and_an_import_that_does_not_speak_of_it_leaves_it(cast: Cast) -> None:
    activity = published(cast)
    seats.state_full(only_session(activity), is_full=True, by=cast.editor)
    [entry] = contents.of(fresh(activity))["sessions"]
    del entry["is_full"]

    drafting.change(fresh(activity), {"sessions": [entry | {"note": "请带水"}]}, by=cast.editor)

    session = only_session(activity)
    assert (session.is_full, session.note) == (True, "请带水")
    assert not fresh(activity).submissions.filter(state="open").exists()


def test_copy_and_postponed_session_begin_with_seats_or_keep_them(cast: Cast) -> None:
    activity = published(cast)
    seats.state_full(only_session(activity), is_full=True, by=cast.editor)
    rescheduling.postpone(only_session(activity), by=cast.editor, reason="台风")

    copy = cloning.clone(fresh(activity), edition=cast.edition, by=cast.owner, token=uuid4())

    assert only_session(activity).is_full and not only_session(copy).is_full


def test_one_tap_on_the_desk(cast: Cast, sign_in: Any, client: Client) -> None:
    activity = published(cast)
    session = only_session(activity)
    desk = sign_in(cast.editor)
    page = desk.get(reverse("activities:detail", args=[activity.code])).content.decode()
    address = reverse("activities:session-seats", args=[activity.code, session.pk])
    assert f'action="{address}"' in page and "标为已约满" in page

    page = desk.post(address, {"is_full": "1"}, follow=True).content.decode()

    assert "公众页面已经写明“已约满”" in page and 'name="is_full" value="0"' in page
    public = Client().get(reverse("programme:activity", args=[activity.code])).content.decode()
    assert "已约满" in public and "主办方9月" in public and "名额60人" not in public
    page = desk.post(address, {"is_full": "0"}, follow=True).content.decode()
    assert "还有名额" in page and not only_session(activity).is_full


def test_what_cannot_be_said_any_more_is_answered_kindly(cast: Cast, sign_in: Any) -> None:
    activity = published(cast)
    publication.cancel(activity, by=cast.owner, reason="台风")
    address = reverse("activities:session-seats", args=[activity.code, only_session(activity).pk])

    answer = sign_in(cast.editor).post(address, {"is_full": "1"}, follow=True)

    assert answer.status_code == 200 and "只有已发布的活动可以这样变更" in answer.content.decode()


def test_the_grid_says_it_of_many_at_once(cast: Cast, sign_in: Any) -> None:
    activity = published(cast)
    session = only_session(activity)
    client = sign_in(cast.editor)
    address = reverse("activities:edit", args=[activity.code, "sessions"])

    def send(**row: Any) -> None:
        [known] = client.get(address).context["grid"]["rows"]
        sent = {"version": fresh(activity).version, "district": "futian"}
        answer = client.post(
            address, sent | {"sessions_grid": json.dumps([known | row])}, headers={"hx-request": "true"}
        )
        assert answer.status_code in (200, 204, 302), answer.content

    send(is_full=True)
    session.refresh_from_db()
    assert session.is_full and said_now(session)
    [known] = client.get(address).context["grid"]["rows"]
    assert known["is_full"] is True
    send(is_full=False)
    session.refresh_from_db()
    assert not session.is_full
