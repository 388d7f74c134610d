"""The evaluations of the demonstration, pressed for a few units; one recommender has more of them than it may recommend."""

from kepuyue.demo import stages
from kepuyue.demo.actions import evaluating
from kepuyue.demo.actions.cast import Cast as Players
from kepuyue.demo.agenda import Agenda
from kepuyue.evaluation.models import Candidate, Round, Sheet
from tests.cast import Cast
from tests.evaluation.given import summed_up
from tests.factories import UnitFactory


def test_after_the_month_activities_are_scored_and_units_put_forward(cast: Cast) -> None:
    for number in range(16):
        summed_up(UnitFactory(name=f"第{number}科技馆", parent=cast.own_district), cast.edition)
    agenda = Agenda()
    evaluating.furnish(agenda, cast.edition, Players.assemble(cast.office_unit))

    agenda.play(stages.MOMENTS[stages.Stage.AFTER])

    activities, units = Round.objects.get(line="activities"), Round.objects.get(line="units")
    assert (activities.state, units.state) == ("scoring", "applying")
    assert activities.candidates.filter(state="admitted").count() == 10
    assert set(units.candidates.values_list("state", flat=True)) == {"applied", "recommended", "admitted"}
    assert (
        Sheet.objects.filter(submitted_at=None).exists() and Sheet.objects.exclude(submitted_at=None).exists()
    )
    assert all(one.statement for one in Candidate.objects.all())
