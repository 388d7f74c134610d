"""What is typed into summaries is counted as typing of that stage; what the system filled in is not."""

from datetime import UTC, datetime

from django.utils import timezone

from kepuyue.activities.models import State
from kepuyue.core.time import shifted
from kepuyue.insight import burden
from kepuyue.insight.paper import Stage
from kepuyue.summaries.actions import filing
from kepuyue.summaries.actions.filing import Typed
from tests.cast import Cast
from tests.factories import ActivityFactory, SummaryFactory


def test_typed_figures_and_words_count_in_the_stage_of_summaries(cast: Cast) -> None:
    activity = ActivityFactory(
        edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, sessions=1
    )
    with shifted(datetime(2024, 9, 25, 2, tzinfo=UTC) - timezone.now()):
        summary = SummaryFactory(activity=activity)
        typed = Typed({"visits-count": (0, ""), "units-record": (1, "")}, "很好")
        filing.file(filing.write(summary, typed, by=cast.editor, version=1), by=cast.editor)

    found = burden.of_edition(cast.edition)

    assert {stage: here for stage, _paper, here in found.stages} == {
        Stage.REGISTRATION: 0, Stage.SUMMARY: 2, Stage.RECOMMENDATION: 0,
    }  # fmt: skip
    assert [line.summed_up for line in burden.by_activity(cast.edition, cast.office, cast.own_unit)] == [2]
    assert sorted(found.by_field) == [("summary:visits-count", 1), ("summary:words", 1)]
