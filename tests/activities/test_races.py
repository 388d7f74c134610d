"""Two people at the same moment: one of them is first, the other is told, and nothing is done twice.

Each race is run with threads on the database of the run; with `scripts.postgres` on PostgreSQL's row locks.
"""

from collections.abc import Callable
from contextvars import copy_context
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import OperationalError, connection

from kepuyue.activities.actions import drafting, publication, review, submission, takedown, trusting
from kepuyue.activities.models import ChangeNotice, Review, Sampling, State, Submission, Takedown, Trust
from kepuyue.core.time import today
from kepuyue.messaging.models import Message
from tests.activities.acting import at_the_office, draft, fresh, handed_in, published
from tests.cast import Cast, assemble

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]


@pytest.fixture
def city(transactional_db: None) -> Cast:
    return assemble()


def race(*acts: Callable[[], Any]) -> list[str]:
    """What became of each act that started at the same moment: "done", or the kind of refusal."""
    barrier, results = Barrier(len(acts)), [""] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            barrier.wait()
            act()
            results[place] = "done"
        except (ValidationError, PermissionDenied):
            results[place] = "refused"
        except OperationalError as error:  # SQLite's one writer may be busy for too long
            results[place] = f"busy: {error}"
        finally:
            connection.close()

    # The clock of the test is a context variable, which a thread does not inherit
    threads = [Thread(target=copy_context().run, args=(run, *entry)) for entry in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(results)


def test_two_reviewers_approve_the_same_step_once(city: Cast) -> None:
    pending = handed_in(city)

    results = race(*[lambda: review.approve(pending, by=city.district_reviewer, step=0)] * 2)

    assert results == ["done", "refused"]
    assert (Review.objects.count(), Submission.objects.get().step) == (1, 1)


def test_reviewer_against_withdrawal_has_one_winner(city: Cast) -> None:
    pending = at_the_office(city)

    results = race(
        lambda: review.approve(pending, by=city.office, step=1),
        lambda: submission.withdraw(pending.activity, by=city.editor),
    )

    assert results == ["done", "refused"]
    state = fresh(pending.activity).state
    assert (state, Submission.objects.get().state) in {
        (State.PUBLISHED, "approved"), (State.WITHDRAWN, "withdrawn"),
    }  # fmt: skip


def test_edit_against_approval_never_publishes_what_was_not_read(city: Cast) -> None:
    pending = at_the_office(city)

    race(
        lambda: review.approve(pending, by=city.office, step=1),
        lambda: drafting.change(pending.activity, {"title": "没有人读过的"}, by=city.editor),
    )

    assert fresh(pending.activity).title == "火箭为什么能飞上天"


def test_submitted_twice_is_one_round(city: Cast) -> None:
    activity = draft(city)

    results = race(*[lambda: submission.submit(activity, by=city.editor)] * 2)

    assert (results, Submission.objects.count()) == (["done", "refused"], 1)
    assert activity.sign_offs.count() == 1


def test_approval_against_return_has_one_winner(city: Cast) -> None:
    pending = at_the_office(city)

    results = race(
        lambda: review.approve(pending, by=city.office, step=1),
        lambda: review.return_for_changes(pending, by=city.office, note="改", step=1),
    )

    assert (results, Review.objects.count()) == (["done", "refused"], 2)


def test_cancelled_twice_tells_once(city: Cast) -> None:
    activity = published(city)

    results = race(*[lambda: publication.cancel(activity, by=city.owner, reason="台风")] * 2)

    assert (results, ChangeNotice.objects.count()) == (["done", "refused"], 1)
    assert Message.objects.filter(key__startswith="notice:", person=city.office).count() == 1


def test_taken_down_twice_is_one_row_of_the_register(city: Cast) -> None:
    activity = published(city)
    facts = {"ground": "false", "source": "来信", "evidence": "无出处"}

    results = race(
        lambda: takedown.take_down(activity, by=city.office, **facts),
        lambda: takedown.take_down(activity, by=city.district_reviewer, **facts),
    )

    assert (results, Takedown.objects.count()) == (["done", "refused"], 1)


def test_trusted_once(city: Cast) -> None:
    def give(by: Any) -> Callable[[], Any]:
        return lambda: trusting.give(city.own_unit, edition=city.edition, by=by, reason="好", until=today())

    results = race(give(city.office), give(city.district_reviewer))

    assert (results, Trust.objects.count()) == (["done", "refused"], 1)


def test_fast_publications_at_the_same_moment_are_counted_each(city: Cast) -> None:
    city.edition.policy |= {"fast_lane": {"sample_share": 0, "at_least_one_in": 2}}
    city.edition.save()
    trusting.give(city.own_unit, edition=city.edition, by=city.office, reason="好", until=today())
    drafts = [
        draft(city, title=title) for title in ("看云识天气", "昆虫的眼睛", "桥为什么不倒", "月球的背面")
    ]

    results = race(*[lambda one=one: submission.submit(one, by=city.editor) for one in drafts])

    assert results == ["done"] * 4
    assert (Trust.objects.get().published, Sampling.objects.count()) == (4, 2)
    assert sorted(one.draw["number"] for one in Submission.objects.all()) == [1, 2, 3, 4]
