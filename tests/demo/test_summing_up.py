"""The summaries of the demonstration, pressed for a few activities: the whole festival would take half a minute."""

from collections import Counter
from datetime import UTC, datetime

from kepuyue.activities.models import Origin, State
from kepuyue.demo import stages
from kepuyue.demo.actions import summing_up
from kepuyue.demo.actions.cast import Cast as Players
from kepuyue.demo.agenda import Agenda
from kepuyue.summaries.models import Figure, Filing, Photo, Summary
from tests.cast import Cast
from tests.factories import ActivityFactory, SessionFactory

HELD = 40


def test_after_the_month_there_are_summaries_of_every_kind(cast: Cast) -> None:
    for number in range(HELD):
        activity = ActivityFactory(
            edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, origin=Origin.DEMO,
            mode="online" if number % 7 == 0 else "onsite",
        )  # fmt: skip
        SessionFactory(activity=activity, starts_at=datetime(2024, 9, 8 + number % 22, 2, tzinfo=UTC))
    agenda = Agenda()
    summing_up.furnish(agenda, cast.edition, Players.assemble(cast.office_unit))

    agenda.play(stages.MOMENTS[stages.Stage.AFTER])

    kinds = Counter(Filing.objects.exclude(filed_at=None).values_list("kind", "is_late", "decision"))
    assert {("provisional", False, "accepted"), ("provisional", True, "accepted"), ("supplement", False, "accepted")} <= set(kinds)  # fmt: skip
    assert {Summary.State.OPEN, Summary.State.ACCEPTED, Summary.State.RETURNED, Summary.State.SETTLED} <= set(
        Summary.objects.values_list("state", flat=True)
    )
    assert {"count", "estimate", "views"} <= set(Figure.objects.values_list("method", flat=True))
    assert Photo.objects.filter(rights="others").exists()
