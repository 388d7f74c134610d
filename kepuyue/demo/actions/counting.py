"""Published figures in the demonstration: half-way through the month, and at its end with one correction."""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from uuid import uuid4

from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition
from kepuyue.insight.actions import publishing
from kepuyue.insight.board import Choice
from kepuyue.insight.models import Release

HALF_WAY = datetime(2024, 9, 20, 17, tzinfo=stages.ZONE)
PLANNED = ("activities", "scheduled", "begun", "partners", "districts")
DONE = (*PLANNED, "arrivals", "walk-ins", "visits-count", "visits-estimate", "views", "media")
BY = ("tier", "district", "content")


def furnish(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """What was published stays as it was; the later figures stand in a release of their own."""
    after = stages.MOMENTS[Stage.AFTER]
    agenda.at(HALF_WAY, partial(_publish, edition, cast, "科普月过半的数字（演示）", PLANNED))
    agenda.at(after - timedelta(days=3), partial(_publish, edition, cast, "科普月的数字（演示）", DONE[:-1]))
    agenda.at(after - timedelta(hours=2), partial(_correct, edition, cast))


def _publish(
    edition: Edition, cast: Cast, title: str, codes: Collection[str], note: str = "", **correction: object
) -> None:
    publishing.publish(
        edition, Choice(), codes, BY, title=title, note=note, token=uuid4(), by=cast.reviewer(cast.office),
        **correction,  # type: ignore[arg-type]
    )  # fmt: skip


def _correct(edition: Edition, cast: Cast) -> None:
    former = Release.objects.filter(edition=edition, correction=None).latest("at")
    reason = "演示：补上媒体报道，总结采纳以后人次有增加。"
    _publish(edition, cast, former.title, DONE, corrects=former, reason=reason)
