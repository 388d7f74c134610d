"""The unit's side: what opens by itself, what is filled in, what is kept, filed, taken back, supplemented."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kepuyue.activities.models import State
from kepuyue.bookings.models import Booking, CheckIn
from kepuyue.cloud.models import Opening
from kepuyue.core.time import shifted
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.editions.models import KeyDate
from kepuyue.messaging.models import Message
from kepuyue.summaries import deadlines, measuring, queries
from kepuyue.summaries.actions import deciding, filing, opening
from kepuyue.summaries.actions.filing import NotReady, Typed
from kepuyue.summaries.models import Figure, Filing, Summary
from tests.cast import Cast
from tests.factories import ActivityFactory, CloudItemFactory, CoverageFactory, SessionFactory, SummaryFactory

CHECKED, COUNTED, ESTIMATED = "visits-check_in", "visits-count", "visits-estimate"


@pytest.fixture(autouse=True)
def on_the_25th(cast: Cast) -> Any:
    """25 September 2024, three days before summaries are due."""
    KeyDate.objects.update_or_create(
        edition=cast.edition, kind=KeyDate.Kind.SUMMARY_DUE, defaults={"day": "2024-09-28"}
    )
    with shifted(datetime(2024, 9, 25, 2, tzinfo=UTC) - timezone.now()):
        yield


def held(cast: Cast, **more: Any) -> Any:
    """An activity of the own unit whose only session was on the 14th."""
    return ActivityFactory(
        edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, sessions=1, **more
    )


def came(activity: Any, result: str, people: int) -> None:
    """People checked in on one ticket, or counted in at the door."""
    session, booking = activity.sessions.first(), None
    if result == CheckIn.Result.FIRST:
        booking = Booking.objects.create(
            code=f"T{people:07d}", session=session, state="confirmed", seats=people, person=f"p{people}", key=f"k{people}", nth=1,
            day="2024-09-14", arrived_at=timezone.now(),
        )  # fmt: skip
    CheckIn.objects.create(
        session=session, booking=booking, device="d", key=f"{result}{people}", door="南门", seats=people,
        result=result, scanned_at=timezone.now(),
    )  # fmt: skip


def opened(activity: Any) -> Summary:
    summary = opening.open_one(activity)
    assert summary is not None
    return queries.with_all(Summary.objects.filter(pk=summary.pk)).get()


def write(summary: Summary, cast: Cast, words: str = "", **figures: Any) -> Summary:
    typed = {name.replace("__", "-"): value if isinstance(value, tuple) else (value, "") for name, value in figures.items()}  # fmt: skip
    return filing.write(summary, Typed(typed, words), by=cast.editor, version=summary.version)


def values(summary: Summary) -> dict[str, tuple[int | None, str]]:
    return {line.kind.key: (line.value, line.origin) for line in queries.current_lines(summary)}


def test_summary_opens_when_the_last_session_is_over_and_its_unit_is_told_once(cast: Cast) -> None:
    over, on = held(cast), held(cast)
    SessionFactory(activity=on, starts_at=datetime(2024, 9, 29, 2, tzinfo=UTC))
    with shifted(datetime(2024, 9, 15, 2, tzinfo=UTC) - timezone.now()):
        first, again = opening.open_due(cast.edition), opening.open_due(cast.edition)

    assert (first, again) == (1, 0)
    assert [one.activity for one in Summary.objects.all()] == [over]
    told = Message.objects.filter(kind="summary.due").values_list("person", flat=True)
    assert sorted(told) == sorted([cast.owner.pk, cast.editor.pk])


def test_the_rest_opens_some_days_before_the_due_day_and_what_was_called_off_never(cast: Cast) -> None:
    coming, called_off, draft = held(cast), held(cast), ActivityFactory(edition=cast.edition, sessions=1)
    coming.sessions.update(starts_at=datetime(2024, 9, 29, 2, tzinfo=UTC), ends_at=None)
    called_off.state = State.CANCELLED
    called_off.save()

    assert opening.open_due(cast.edition) == 1
    assert Summary.objects.get().activity == coming
    assert draft.state == State.DRAFT


def test_units_are_reminded_three_days_before_and_not_twice(cast: Cast) -> None:
    opened(held(cast))

    assert opening.remind(cast.edition) == 2
    assert opening.remind(cast.edition) == 0


def test_what_the_system_knows_is_filled_in_by_method_and_never_added_up(cast: Cast) -> None:
    activity = held(cast)
    SessionFactory(activity=activity, starts_at=datetime(2024, 9, 15, 2, tzinfo=UTC), is_cancelled=True)
    SessionFactory(activity=activity, starts_at=datetime(2024, 9, 29, 2, tzinfo=UTC))
    came(activity, CheckIn.Result.FIRST, 42)
    came(activity, CheckIn.Result.WALK_IN, 7)
    CoverageFactory(edition=cast.edition, state="confirmed").activities.add(activity)
    CoverageFactory(edition=cast.edition).activities.add(activity)

    assert measuring.measured(activity) == {
        "sessions-record": 1, "called_off-record": 1, CHECKED: 42, COUNTED: 7, "units-record": 1, "media-record": 1,
    }  # fmt: skip


def test_untouched_summary_is_filed_with_the_figures_of_that_moment(cast: Cast) -> None:
    activity = held(cast)
    summary = opened(activity)
    came(activity, CheckIn.Result.FIRST, 42)

    summary = filing.file(summary, by=cast.editor)
    came(activity, CheckIn.Result.WALK_IN, 9)

    assert summary.state == Summary.State.FILED
    assert values(summary)[CHECKED] == (42, "measured")
    assert values(summary)[COUNTED] == (None, "")
    told = Message.objects.filter(kind="summary.turn").values_list("person", flat=True)
    assert list(told) == [cast.district_reviewer.pk]


def test_correction_needs_a_reason_and_keeps_what_was_measured_beside_it(cast: Cast) -> None:
    activity = held(cast)
    came(activity, CheckIn.Result.FIRST, 42)
    summary = write(opened(activity), cast, visits__check_in=50)

    with pytest.raises(NotReady, match="写明为什么"):
        filing.file(summary, by=cast.editor)
    summary = write(summary, cast, visits__check_in=(50, "一台手机没电，八人记在纸上"))
    summary = filing.file(summary, by=cast.editor, version=summary.version)

    line = next(line for line in queries.current_lines(summary) if line.kind.key == CHECKED)
    assert (line.value, line.origin, line.measured, line.reason) == (50, "corrected", 42, "一台手机没电，八人记在纸上")  # fmt: skip


def test_emptied_or_equal_figure_is_the_systems_again(cast: Cast) -> None:
    activity = held(cast)
    came(activity, CheckIn.Result.FIRST, 42)
    summary = write(opened(activity), cast, visits__check_in=(50, "x"))

    summary = write(summary, cast, visits__check_in=None)

    assert values(summary)[CHECKED] == (42, "measured")
    assert not Figure.objects.exists()


def test_summary_that_says_nothing_of_people_is_not_filed_and_left_among_many(cast: Cast) -> None:
    silent, known = opened(held(cast)), opened(held(cast))
    write(known, cast, visits__estimate=80)

    outcome = filing.file_many([(silent, None), (known, None)], by=cast.editor)

    assert [one.pk for one in outcome.done] == [known.pk]
    assert [(one.pk, "来了多少人" in why) for one, why in outcome.left] == [(silent.pk, True)]


def test_what_was_opened_here_is_no_answer_to_how_many_came_and_cannot_be_typed(cast: Cast) -> None:
    activity = held(cast)
    item = CloudItemFactory(
        edition=cast.edition, organization=cast.own_unit, state="published", activity=activity
    )
    Opening.objects.create(item=item, day="2024-09-14", count=7)
    summary = opened(activity)

    assert values(summary)["views-opened"] == (7, "measured")
    with pytest.raises(NotReady, match="来了多少人"):
        filing.file(summary, by=cast.editor)
    with pytest.raises(NotReady):
        write(summary, cast, views__opened=9)


def test_two_writers_collide_and_nothing_is_overwritten(cast: Cast) -> None:
    summary = opened(held(cast))
    write(summary, cast, words="甲写的")

    with pytest.raises(Conflict):
        write(summary, cast, words="乙写的")
    assert Filing.objects.get().words == "甲写的"


def test_filing_after_the_due_day_is_late_and_after_the_last_day_refused(cast: Cast) -> None:
    summary = write(opened(held(cast)), cast, visits__count=30)
    with shifted(datetime(2024, 9, 29, 2, tzinfo=UTC) - timezone.now()):
        late = filing.file(summary, by=cast.editor)
        filing.take_back(late, by=cast.editor)
    with shifted(datetime(2024, 10, 16, 2, tzinfo=UTC) - timezone.now()), pytest.raises(NotPossibleNow):
        filing.file(summary, by=cast.editor)

    assert queries.last_filed(late).is_late  # type: ignore[union-attr]


def test_supplement_is_never_late_nor_what_was_given_back_after_it_was_filed_in_time(cast: Cast) -> None:
    summary = filing.file(write(opened(held(cast)), cast, visits__count=30), by=cast.editor)
    with shifted(datetime(2024, 10, 2, 2, tzinfo=UTC) - timezone.now()):
        deciding.return_for_changes(summary, by=cast.district_reviewer, note="再数一遍", remarks={})
        filing.file(summary, by=cast.editor)
        deciding.accept(summary, by=cast.district_reviewer)
        filing.supplement(summary, by=cast.editor)
        filing.file(summary, by=cast.editor)

    assert list(Filing.objects.values_list("kind", "is_late")) == [
        ("provisional", False), ("provisional", False), ("supplement", False),
    ]  # fmt: skip


def test_only_the_unit_writes_and_only_those_above_decide(cast: Cast) -> None:
    summary = write(opened(held(cast)), cast, visits__count=30)

    for person in (cast.colleague, cast.district_reviewer, cast.office, cast.outsider):
        with pytest.raises(PermissionDenied):
            filing.file(summary, by=person)
    filing.file(summary, by=cast.owner)
    for person in (cast.owner, cast.editor, cast.other_reviewer):
        with pytest.raises(PermissionDenied):
            deciding.accept(summary, by=person)


def test_what_was_taken_back_can_be_changed_and_filed_again(cast: Cast) -> None:
    summary = filing.file(write(opened(held(cast)), cast, visits__count=30), by=cast.editor)

    summary = filing.take_back(summary, by=cast.editor)
    summary = filing.file(write(summary, cast, visits__count=31), by=cast.editor)

    assert values(summary)[COUNTED] == (31, "typed")
    assert summary.filings.count() == 1


def test_supplement_leaves_the_provisional_figures_standing_until_it_is_accepted(cast: Cast) -> None:
    summary = filing.file(write(opened(held(cast)), cast, visits__count=30, words="很好"), by=cast.editor)
    summary = deciding.accept(summary, by=cast.district_reviewer)

    summary = filing.supplement(summary, by=cast.editor)
    summary = filing.file(write(summary, cast, visits__count=45, words="更好"), by=cast.editor)
    before = [one.total for one in queries.sums(queries.accepted_filings(cast.edition)) if one.kind.key == COUNTED]  # fmt: skip
    summary = deciding.accept(summary, by=cast.district_reviewer)
    after = [one.total for one in queries.sums(queries.accepted_filings(cast.edition)) if one.kind.key == COUNTED]  # fmt: skip

    assert (before, after) == ([30], [45])
    assert [(one.kind, one.words) for one in summary.filings.all()] == [("provisional", "很好"), ("supplement", "更好")]  # fmt: skip
    assert summary.state == Summary.State.SETTLED


def test_database_keeps_a_correction_without_reason_out(cast: Cast) -> None:
    draft = SummaryFactory(activity=held(cast)).filings.get()

    with pytest.raises(IntegrityError), transaction.atomic():
        Figure.objects.create(filing=draft, name="visits", method="count", value=3, origin="corrected", measured=2)  # fmt: skip


def test_page_saves_as_one_types_shows_a_conflict_and_files(cast: Cast, client: Client) -> None:
    activity = held(cast)
    came(activity, CheckIn.Result.FIRST, 42)
    summary = opened(activity)
    client.force_login(cast.editor)
    address = f"/desk/summaries/{activity.code}/"
    typed = {CHECKED: "42", COUNTED: "8", "words": "孩子们很高兴", "version": str(summary.version)}

    saved = client.post(address, typed, headers={"HX-Request": "true"})
    collided = client.post(address, typed | {COUNTED: "9"})
    unread = client.post(address, typed | {COUNTED: "nine"})
    summary.refresh_from_db()
    filed = client.post(address, typed | {"version": str(summary.version), "then": "file"})

    assert (saved.status_code, saved["HX-Trigger"]) == (200, "saved")
    assert collided.status_code == 409
    assert "孩子们很高兴" in collided.content.decode()
    assert unread.status_code == 422
    assert filed.status_code == 302
    summary.refresh_from_db()
    assert summary.state == Summary.State.FILED
    assert values(summary)[COUNTED] == (8, "typed")


def test_what_only_the_other_changed_is_taken_over_and_what_both_changed_is_shown(
    cast: Cast, client: Client
) -> None:
    summary = opened(held(cast))
    write(summary, cast, visits__count=30, words="甲写的")
    client.force_login(cast.owner)
    known = {"sessions-record": "1", "units-record": "1"}
    typed = known | {ESTIMATED: "0", COUNTED: "", "words": "乙写的", "version": str(summary.version)}

    collided = client.post(f"/desk/summaries/{summary.activity.code}/", typed)
    form = collided.context["form"]
    settled = {name: form[name].value() for name in (ESTIMATED, COUNTED, "words", "version")}
    client.post(f"/desk/summaries/{summary.activity.code}/", known | settled)

    assert collided.status_code == 409
    assert collided.context["theirs"] == [("几句话", "甲写的", "乙写的"), ("参与群众（估计，人次）", "", "0")]
    summary = queries.with_all(Summary.objects.filter(pk=summary.pk)).get()
    assert (values(summary)[COUNTED], values(summary)[ESTIMATED]) == ((30, "typed"), (0, "typed"))
    assert Filing.objects.get().words == "乙写的"


def test_list_offers_to_file_what_is_ready_in_one_go(cast: Cast, client: Client) -> None:
    ready, silent = held(cast, title="水火箭"), held(cast, title="观星")
    came(ready, CheckIn.Result.FIRST, 12)
    opened(ready)
    opened(silent)
    client.force_login(cast.editor)

    page = client.get("/desk/summaries/").content.decode()
    client.post("/desk/summaries/filing/", {"code": [f"{ready.code}:1"]})

    assert f'value="{ready.code}:1" checked' in page
    assert f'value="{silent.code}:1" disabled' in page
    assert Summary.objects.get(activity=ready).state == Summary.State.FILED
    assert deadlines.days_of(cast.edition, cast.own_unit).left == 3
