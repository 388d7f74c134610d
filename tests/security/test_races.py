"""Two people, or one who presses twice, at the same moment: one of both is done, once, and nothing is lost.

Real threads with connections of their own, on whichever database the run is on.
"""

from collections.abc import Callable
from contextvars import copy_context
from datetime import datetime
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from kepuyue.accounts.models import User
from kepuyue.activities.actions import assignment, desk, drafting, publication, review, submission
from kepuyue.activities.actions.merging import Seen
from kepuyue.activities.models import Activity, Assignment, Review, State, Submission
from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.imports.actions import committing, staging
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import members, units
from kepuyue.organizations.models import Membership, Organization, Role
from tests.activities import acting
from tests.cast import Cast, assemble
from tests.factories import MembershipFactory, UnitFactory, complete_content

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 3


def at_once(*calls: Callable[[], Any]) -> list[str]:
    """Let them all go at the same moment; how each ended, sorted: "done", or the name of the refusal."""
    start, ends = Barrier(len(calls)), []

    def run(call: Callable[[], Any]) -> None:
        start.wait()
        try:
            call()
            ends.append("done")
        except (ValidationError, PermissionDenied, Membership.DoesNotExist) as refusal:
            ends.append(type(refusal).__name__)
        except Exception as fault:
            ends.append(f"fault: {fault!r}")
        finally:
            connection.close()

    # Each goes by the test's clock, which lives in its context
    threads = [Thread(target=copy_context().run, args=(run, call)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(ends)


def person(user: User) -> User:
    """As another request would read the person."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def city() -> Cast:
    return assemble()


def lines(activity: Activity, *actions: str) -> int:
    return audit.trail(activity).filter(action__in=actions).count()


def test_submitting_twice_hands_in_once(city: Cast) -> None:
    draft = acting.draft(city)

    ends = at_once(*[lambda: submission.submit(draft, by=person(city.editor))] * 3)

    assert ends == ["NotPossibleNow", "NotPossibleNow", "done"]
    assert Submission.objects.filter(activity=draft).count() == lines(draft, "activity.submit") == 1
    assert Message.objects.filter(person=city.district_reviewer).count() == 1


def test_two_reviewers_of_a_district_pass_it_up_once(city: Cast) -> None:
    second = MembershipFactory(organization=city.own_district, role=Role.REVIEWER).user
    pending = acting.handed_in(city)

    ends = at_once(
        lambda: review.approve(pending, by=person(city.district_reviewer), step=0),
        lambda: review.approve(pending, by=person(second), step=0),
    )

    assert ends.count("done") == 1
    assert not any("fault" in end for end in ends)
    assert Review.objects.filter(submission=pending).count() == 1
    assert lines(pending.activity, "review.approved") == 1
    assert Message.objects.filter(person=city.office, subject__startswith="待审核").count() == 1


def test_one_approves_while_another_rejects(city: Cast) -> None:
    second = MembershipFactory(organization=city.office_unit, role=Role.OFFICE).user
    pending = acting.at_the_office(city)

    ends = at_once(
        lambda: review.approve(pending, by=person(city.office), step=1),
        lambda: review.reject(pending, by=person(second), note="不合适", step=1),
    )

    assert ends == ["NotPossibleNow", "done"]
    state = acting.fresh(pending.activity).state
    assert (state == State.PUBLISHED) != (state == State.REJECTED)
    assert Review.objects.filter(submission=pending, organization=city.office_unit).count() == 1


def test_two_colleagues_take_the_same_one_and_the_second_is_told(city: Cast) -> None:
    second = MembershipFactory(organization=city.own_district, role=Role.REVIEWER).user
    for _round in range(ROUNDS):
        pending = acting.handed_in(city)

        ends = at_once(*[
            lambda who=who, pending=pending: assignment.assign(
                pending, to=person(who), by=person(who), step=0, seen=0
            )
            for who in (city.district_reviewer, second)
        ])  # fmt: skip

        event = audit.trail(pending.activity).get(action="review.assign")
        holder = Assignment.objects.get(submission=pending).person
        assert ends == ["NotPossibleNow", "done"]
        assert (event.actor_id, event.changes["assignee"]) == (holder.pk, ["", holder.name])
        assert lines(pending.activity, "review.take_over") == 0


def test_two_colleagues_take_over_the_same_one_from_a_third(city: Cast) -> None:
    second, third = (
        MembershipFactory(organization=city.own_district, role=Role.REVIEWER).user for _n in range(2)
    )
    for _round in range(ROUNDS):
        pending = acting.handed_in(city)
        assignment.assign(pending, to=third, by=third)

        ends = at_once(*[
            lambda who=who, pending=pending: assignment.assign(
                pending, to=person(who), by=person(who), step=0, seen=third.pk
            )
            for who in (city.district_reviewer, second)
        ])  # fmt: skip

        event = audit.trail(pending.activity).get(action="review.take_over")
        holder = Assignment.objects.get(submission=pending).person
        assert ends == ["NotPossibleNow", "done"]
        assert (event.actor_id, event.changes["assignee"]) == (holder.pk, [third.name, holder.name])
        assert Message.objects.filter(person=third, subject__startswith="已由").count() == _round + 1


def test_giving_back_while_a_colleague_takes_over(city: Cast) -> None:
    first = city.district_reviewer
    second = MembershipFactory(organization=city.own_district, role=Role.REVIEWER).user
    for _round in range(ROUNDS):
        pending = acting.handed_in(city)
        assignment.assign(pending, to=first, by=first)

        ends = at_once(
            lambda pending=pending: assignment.release(pending, by=person(first), seen=first.pk),
            lambda pending=pending: assignment.assign(
                pending, to=person(second), by=person(second), seen=first.pk
            ),
        )

        assert ends == ["NotPossibleNow", "done"]
        holders = set(Assignment.objects.filter(submission=pending).values_list("person", flat=True))
        assert lines(pending.activity, "review.take_over", "review.release") == 1
        assert (holders == {second.pk}) == (lines(pending.activity, "review.take_over") == 1)


def test_taking_back_while_the_office_approves(city: Cast) -> None:
    for _round in range(ROUNDS):
        pending = acting.at_the_office(city)

        ends = at_once(
            lambda pending=pending: desk.take_back(pending, by=person(city.district_reviewer)),
            lambda pending=pending: review.approve(pending, by=person(city.office), step=1),
        )

        pending.refresh_from_db()
        taken_back = lines(pending.activity, "review.taken_back")
        assert ends.count("done") == 1
        assert not any("fault" in end for end in ends)
        assert taken_back + lines(pending.activity, "activity.publish") == 1
        assert (pending.state, pending.step) == (("pending", 0) if taken_back else ("approved", 1))


def test_taking_back_twice_goes_back_one_step(city: Cast) -> None:
    pending = acting.at_the_office(city)

    ends = at_once(*[lambda: desk.take_back(pending, by=person(city.district_reviewer))] * 2)

    pending.refresh_from_db()
    assert ends == ["NotPossibleNow", "done"]
    assert (pending.step, lines(pending.activity, "review.taken_back")) == (0, 1)


def test_handing_over_while_a_colleague_takes_over(city: Cast) -> None:
    second, third = (
        MembershipFactory(organization=city.own_district, role=Role.REVIEWER).user for _n in range(2)
    )
    pending, giver = acting.handed_in(city), city.district_reviewer
    assignment.assign(pending, to=giver, by=giver)

    ends = at_once(
        lambda: assignment.hand_over(city.own_district, giver=person(giver), taker=person(second)),
        lambda: assignment.assign(pending, to=person(third), by=person(third), seen=giver.pk),
    )

    holder = Assignment.objects.get(submission=pending).person
    assert not any("fault" in end for end in ends)
    assert lines(pending.activity, "review.take_over", "review.hand_over") == 1
    assert (holder == third) == (lines(pending.activity, "review.take_over") == 1)


def test_approving_while_the_unit_withdraws(city: Cast) -> None:
    for _round in range(ROUNDS):
        pending = acting.at_the_office(city)

        ends = at_once(
            lambda pending=pending: review.approve(pending, by=person(city.office), step=1),
            lambda pending=pending: submission.withdraw(pending.activity, by=person(city.editor)),
        )

        activity = acting.fresh(pending.activity)
        assert ends == ["NotPossibleNow", "done"]
        assert lines(activity, "activity.publish", "activity.withdraw") == 1
        assert (activity.state == State.PUBLISHED) == (lines(activity, "activity.publish") == 1)


def test_editing_while_it_is_handed_in_never_changes_what_is_read(city: Cast) -> None:
    for _round in range(ROUNDS):
        draft = acting.draft(city)

        ends = at_once(
            lambda draft=draft: drafting.change(draft, {"title": "改过的名称"}, by=person(city.editor)),
            lambda draft=draft: submission.submit(draft, by=person(city.owner)),
        )

        activity = acting.fresh(draft)
        assert ends in (["done", "done"], ["NotPossibleNow", "done"])
        assert activity.state == State.SUBMITTED
        assert activity.submissions.get().content["title"] == activity.title


def test_two_people_at_one_field_one_is_shown_the_other(city: Cast) -> None:
    draft = acting.draft(city)

    ends = at_once(
        lambda: drafting.change(
            draft, {"title": "甲的名称"}, by=person(city.editor), seen=Seen(draft.version)
        ),
        lambda: drafting.change(
            draft, {"title": "乙的名称"}, by=person(city.owner), seen=Seen(draft.version)
        ),
    )

    assert ends == ["Conflict", "done"]
    assert lines(draft, "activity.change") == 1
    assert acting.fresh(draft).version == draft.version + 1


def test_two_people_at_two_fields_keep_both(city: Cast) -> None:
    draft = acting.draft(city)

    ends = at_once(
        lambda: drafting.change(draft, {"title": "新名称"}, by=person(city.editor), seen=Seen(draft.version)),
        lambda: drafting.change(
            draft, {"summary": "新介绍"}, by=person(city.owner), seen=Seen(draft.version)
        ),
    )

    activity = acting.fresh(draft)
    assert ends == ["done", "done"]
    assert (activity.title, activity.summary) == ("新名称", "新介绍")
    assert lines(draft, "activity.change") == 2


def test_cancelling_while_a_change_is_approved(city: Cast, in_the_month: datetime) -> None:
    handed_in = submission.submit(acting.revised(city), by=city.editor)
    pending = review.approve(handed_in, by=city.district_reviewer)

    ends = at_once(
        lambda: review.approve(pending, by=person(city.office), step=1),
        lambda: publication.cancel(pending.activity, by=person(city.owner), reason="台风"),
    )

    activity = acting.fresh(pending.activity)
    assert ends in (["done", "done"], ["NotPossibleNow", "done"])
    assert activity.state == State.CANCELLED
    assert not Submission.objects.filter(activity=activity, state__in=("open", "pending")).exists()


def test_cancelling_twice_cancels_once(city: Cast, in_the_month: datetime) -> None:
    published = acting.published(city)

    ends = at_once(*[lambda: publication.cancel(published, by=person(city.owner), reason="台风")] * 2)

    assert ends == ["NotPossibleNow", "done"]
    assert lines(published, "activity.cancel") == 1


def test_beginning_twice_with_one_form_begins_one_draft(city: Cast) -> None:
    token = uuid4()
    content = complete_content()

    def begin() -> None:
        drafting.begin(edition=city.edition, organization=city.own_unit, by=person(city.editor), content=content, token=token)  # fmt: skip

    assert at_once(begin, begin, begin) == ["done"] * 3
    assert Activity.objects.filter(organization=city.own_unit).count() == 1
    assert AuditEvent.objects.filter(action="activity.create").count() == 1


def test_confirming_while_a_colleague_refuses(city: Cast) -> None:
    second = MembershipFactory(organization=city.own_district, role=Role.REVIEWER).user
    unit = UnitFactory(parent=city.own_district, state=Organization.State.PENDING)
    owner = MembershipFactory(organization=unit, role=Role.OWNER).user

    ends = at_once(
        lambda: units.confirm(unit, by=person(city.district_reviewer)),
        lambda: units.refuse(unit, by=person(second), reason="名称不对"),
    )

    assert ends == ["NotPossibleNow", "done"]
    assert AuditEvent.objects.filter(action__in=("unit.confirm", "unit.refuse")).count() == 1
    assert Message.objects.filter(person=owner).count() == 1


def test_two_owners_removing_each_other_leave_one(city: Cast) -> None:
    second = MembershipFactory(organization=city.own_unit, role=Role.OWNER)
    first = city.owner.memberships.get()

    ends = at_once(
        lambda: members.remove(first, by=person(second.user)),
        lambda: members.remove(second, by=person(city.owner)),
    )

    assert ends.count("done") == 1
    assert not any("fault" in end for end in ends)
    assert Membership.objects.filter(organization=city.own_unit, role=Role.OWNER).count() == 1
    assert AuditEvent.objects.filter(action="unit.people.remove").count() == 1


def test_removing_one_person_twice_is_recorded_once(city: Cast) -> None:
    # Each request has read the row before the other took it away
    one, other = city.editor.memberships.get(), city.editor.memberships.get()
    second = MembershipFactory(organization=city.own_unit, role=Role.OWNER).user

    ends = at_once(
        lambda: members.remove(one, by=person(city.owner)),
        lambda: members.remove(other, by=person(second)),
    )

    assert ends == ["NotPossibleNow", "done"]
    assert AuditEvent.objects.filter(action="unit.people.remove").count() == 1


def test_importing_a_batch_twice_makes_each_activity_once(city: Cast) -> None:
    table = "活动名称,主办单位,活动时间,活动地点\n" + "".join(
        f"实验课第{n}期,福田区少年宫,2024年9月{n + 10}日 10:00-11:00,少年宫\n" for n in range(1, 6)
    )
    batch = staging.stage(
        table.encode(), file_name="活动.csv", organization=city.own_unit, edition=city.edition, by=city.editor
    )

    ends = at_once(*[lambda: committing.commit(batch, by=person(city.editor))] * 2)

    assert not any("fault" in end for end in ends), ends
    assert Activity.objects.filter(organization=city.own_unit).count() == 5
    assert AuditEvent.objects.filter(action="activity.create").count() == 5
