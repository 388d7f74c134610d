"""Published figures of the demonstration."""

from kepuyue.demo import stages
from kepuyue.demo.actions import counting
from kepuyue.demo.actions.cast import Cast as Players
from kepuyue.demo.agenda import Agenda
from kepuyue.insight.models import Release
from tests.cast import Cast


def test_figures_are_published_half_way_and_at_the_end_with_a_correction(cast: Cast) -> None:
    agenda = Agenda()
    counting.furnish(agenda, cast.edition, Players.assemble(cast.office_unit))

    agenda.play(stages.MOMENTS[stages.Stage.AFTER])

    half_way, end, correction = Release.objects.order_by("at")
    assert half_way.at.astimezone(stages.ZONE).isoformat(timespec="minutes") == "2024-09-20T17:00+08:00"
    assert (end.correction, correction.corrects, bool(correction.reason)) == (correction, end, True)
    assert len(correction.figures.all()) == len(counting.DONE)
