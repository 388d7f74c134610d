"""What the month is counted by: each indicator once, for the board, its exports, the command, what is published, the
documents and the evaluation. How the live ones are read stands in `live`.

A value belongs to one activity, and values are put together only by `folding.Fold`: one activity of ten sessions, or
ten activities of one, come to the same.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.insight.folding import Fold, Value
from kepuyue.summaries.figures import Kind, kind_of
from kepuyue.summaries.models import Method, Name


class Pace(StrEnum):
    """When an indicator of a month that is still on can be held against the edition before."""

    PLAN = "plan"
    "At any time: it says what is planned for the whole month"
    SESSIONS = "sessions"
    "At any time, with what had begun by the same moment"
    MONTH = "month"
    "When the month is over"
    SUMMARIES = "summaries"
    "When no summary is taken any more"


# What a figure can be broken down by: classifications of the edition, the district, the day
TERM_SPLITS = ("tier", "joint_action", "content", "audience")
BY_ACTIVITY = (*TERM_SPLITS, "district")
BY_SESSION = (*BY_ACTIVITY, "day")
SPLITS: dict[str, Any] = {
    "tier": _("活动板块"),
    "joint_action": _("联合行动"),
    "district": _("所属区"),
    "content": _("活动内容"),
    "audience": _("面向人群"),
    "day": pgettext_lazy("split", "日期"),
}
# In a split: what says nothing of it
NOT_STATED = "-"
# Among districts: activities of linked cities (联动城市). No code of a district begins like this
LINKED = "~linked"
# What can be chosen of districts beside them: all but the linked cities
OWN = "~own"
# Rows that are beside what a split divides: drawn in a look of their own, and left out where there is nothing in them
BESIDE = (LINKED, NOT_STATED)


def place_without_district(city: str) -> str:
    """The row of the district split for what has no district: a city of its own (`Activity.is_linked_city`) or none."""
    return LINKED if city else NOT_STATED


# The headings of the board, in their order; what is said under each
GROUPS: dict[str, tuple[Any, Any]] = {
    "programme": (_("活动和场次"), ""),
    "seats": (pgettext_lazy("heading", "名额"), ""),
    "people": (_("参与人数"), _("签到、清点、估计和线上分开列，不相加。")),
    "quality": (pgettext_lazy("heading", "满意度"), ""),
    "summaries": (pgettext_lazy("heading", "总结"), ""),
    "reach": (_("影响"), ""),
}


@dataclass(frozen=True)
class Indicator:
    """指标: a name, what it means, its unit, and how values are put together."""

    code: str
    name: Any
    unit: Any
    definition: Any
    fold: Fold
    figure: str = ""
    "Key of summaries.figures.KINDS where it is a figure of accepted summaries"
    hundredths: bool = False
    "Whether the number is in hundredths of its unit"
    group: str = "reach"
    "Under which heading of `GROUPS` the board shows it"
    splits: tuple[str, ...] = BY_ACTIVITY
    "What it can be broken down by, of `SPLITS`; by day only what belongs to a session"
    is_live: bool = False
    "Whether it is read from what happens in the system (`live`), whether or not a summary was accepted"
    pace: Pace = Pace.MONTH

    def number(self, value: Value) -> str:
        """The value as people read it, without its unit; a dash where there is nothing to take an average of."""
        if isinstance(value, tuple) and not value[1]:
            return "—"
        size = self.fold.size(value)
        return f"{size / 100:.2f}" if self.hundredths else f"{size:,}"

    def shown(self, value: Value) -> str:
        """The value as people read it."""
        return f"{self.number(value)} {self.unit}".strip()

    def plain(self, value: Value) -> int | float | None:
        """The value for machines: a number in the indicator's unit; None where there is nothing to average."""
        if isinstance(value, tuple) and not value[1]:
            return None
        size = self.fold.size(value)
        return size / 100 if self.hundredths else size


_FIGURES = (
    (Name.SESSIONS, Method.RECORD, "sessions"), (Name.VISITS, Method.CHECK_IN, "visits-check_in"),
    (Name.VISITS, Method.COUNT, "visits-count"), (Name.VISITS, Method.ESTIMATE, "visits-estimate"),
    (Name.VIEWS, Method.VIEWS, "views"), (Name.VOLUNTEERS, Method.COUNT, "volunteers"),
    (Name.EXPERTS, Method.COUNT, "experts"),
)  # fmt: skip


def _of_figures() -> Iterator[Indicator]:
    said = _("各活动已采纳总结里的数字之和，不同来源分开统计。")
    for name, method, code in _FIGURES:
        kind = kind_of(name, method)
        group = {Name.SESSIONS: "summaries", Name.VISITS: "people", Name.VIEWS: "people"}.get(name, "reach")
        yield Indicator(
            code, _read_later(kind), kind.unit, said, Fold.SUM, kind.key, group=group, pace=Pace.SUMMARIES
        )


def _read_later(kind: Kind) -> Any:
    """Its label, put together in the language of whoever reads it."""
    return lazy(lambda: kind.label, str)()


def _live(
    code: str, group: str, name: Any, unit: Any, definition: Any, fold: Fold = Fold.SUM, **more: Any
) -> Indicator:
    return Indicator(
        code, name, unit, definition, fold, group=group, is_live=True, **({"splits": BY_SESSION} | more)
    )


def _of_what_happens() -> Iterator[Indicator]:
    times, people = pgettext_lazy("unit", "场"), pgettext_lazy("unit", "人次")
    yield _live(
        "activities", "programme", _("活动"), pgettext_lazy("unit", "项"),
        _("已经公开、没有取消的活动，含联动城市的，不论办几场。按日期分时，一项活动在它开始场次的每一天各算一次。"),
        pace=Pace.PLAN,
    )  # fmt: skip
    yield _live(
        "scheduled", "programme", pgettext_lazy("indicator", "场次"), times,
        _("公开活动里没有取消、时间已定的场次，不论是否已经开始；连办多天的算一场，计在开始那天。"), pace=Pace.PLAN,
    )  # fmt: skip
    yield _live(
        "begun",
        "programme",
        _("已开始场次"),
        times,
        _("上面的场次里，到现在已经开始过的。"),
        pace=Pace.SESSIONS,
    )
    yield _live(
        "called-off", "programme", _("取消场次"), times, _("公开以后取消的场次，含整项取消的活动的场次。")
    )
    yield _live(
        "seats", "seats", pgettext_lazy("indicator", "名额"), pgettext_lazy("unit of seats", "个"),
        _("在本系统预约的场次开放的名额，线上、代办和现场各渠道都算；由主办方自己的渠道预约的不知道，不算。"),
        pace=Pace.PLAN,
    )  # fmt: skip
    yield _live(
        "taken",
        "seats",
        _("已用名额"),
        pgettext_lazy("unit of seats", "个"),
        _("上面的名额里，已经约出或现场用掉的。"),
    )
    yield _live(
        "fill", "seats", _("名额使用率"), pgettext_lazy("unit", "%"), _("已用名额占名额的比例。"), Fold.MEAN
    )
    yield _live(
        "arrivals", "people", _("签到入场"), people,
        _("持预约码在门口签到的人，同一预约只算第一次；不等总结，随签到更新。"), pace=Pace.SESSIONS,
    )  # fmt: skip
    yield _live(
        "walk-ins", "people", _("门口清点"), people,
        _("没有预约、由门口工作人员清点入场的人；不等总结，随清点更新，不含签到的。"), pace=Pace.SESSIONS,
    )  # fmt: skip
    yield _live(
        "opened", "people", _("本站点开"), pgettext_lazy("unit", "次"),
        _("从本站的云上科普月点开直播、视频等的次数，平台观看数已经包括它。"), splits=BY_ACTIVITY,
    )  # fmt: skip
    yield _live(
        "rating", "quality", _("现场评价"), pgettext_lazy("unit", "分（满分5分）"),
        _("观众在场后一分钟评价里打的分的平均，每一个分数同样算；不等总结，随评价更新。"), Fold.MEAN, hundredths=True,
        pace=Pace.SESSIONS,
    )  # fmt: skip
    yield _live(
        "answers",
        "quality",
        _("评价份数"),
        pgettext_lazy("unit of answers", "份"),
        _("观众提交的一分钟评价。"),
        pace=Pace.SESSIONS,
    )
    yield _live(
        "owed", "summaries", _("应报总结"), pgettext_lazy("unit of summaries", "份"), _("已经开始填报的活动总结。"),
        splits=BY_ACTIVITY, pace=Pace.SUMMARIES,
    )  # fmt: skip
    yield _live(
        "filed", "summaries", _("已报总结"), pgettext_lazy("unit of summaries", "份"), _("至少报送过一次的总结。"),
        splits=BY_ACTIVITY, pace=Pace.SUMMARIES,
    )  # fmt: skip
    yield _live(
        "accepted", "summaries", _("已采纳总结"), pgettext_lazy("unit of summaries", "份"),
        _("上级采纳过的总结，补充中的也算。"), splits=BY_ACTIVITY, pace=Pace.SUMMARIES,
    )  # fmt: skip


def _all() -> Iterator[Indicator]:
    yield from _of_what_happens()
    yield from _of_figures()
    yield Indicator(
        "satisfaction", _("满意度"), pgettext_lazy("unit", "分（满分5分）"),
        _("观众评价的平均分，按评价份数加权。"), Fold.MEAN, hundredths=True, group="quality",
        pace=Pace.SUMMARIES,
    )  # fmt: skip
    yield Indicator(
        "media", _("媒体报道"), pgettext_lazy("unit", "条"), _("登记并确认的报道，一条报道写了几项活动也只算一条。"),
        Fold.UNION,
    )  # fmt: skip
    yield Indicator(
        "partners", _("联合单位"), pgettext_lazy("unit", "个"),
        _("主办、承办、协办、指导、支持单位里除填报单位以外的，同一单位只算一个。"), Fold.UNION, pace=Pace.PLAN,
    )  # fmt: skip
    yield Indicator(
        "districts",
        _("覆盖区"),
        pgettext_lazy("unit", "个"),
        _("举办过场次的区，同一个区只算一个。"),
        Fold.UNION,
    )
    yield Indicator(
        "days",
        _("活动天数"),
        pgettext_lazy("unit", "天"),
        _("有场次开始的日子，同一天只算一天。"),
        Fold.UNION,
    )
    yield Indicator(
        "audiences",
        _("覆盖人群"),
        pgettext_lazy("unit", "类"),
        _("活动面向的人群种类。"),
        Fold.UNION,
        pace=Pace.PLAN,
    )
    yield Indicator(
        "contents",
        _("覆盖内容"),
        pgettext_lazy("unit", "类"),
        _("活动所属的内容种类。"),
        Fold.UNION,
        pace=Pace.PLAN,
    )
    yield Indicator(
        "online",
        _("云上节目"),
        pgettext_lazy("unit", "个"),
        _("公开的直播、短视频、云展览和话题。"),
        Fold.UNION,
    )
    yield Indicator(
        "punctual", _("总结按时报送"), pgettext_lazy("unit", "%"),
        _("按时报送总结的活动占的比例，按场次加权：把一项活动拆成几项，比例不变。"), Fold.MEAN, group="summaries",
        pace=Pace.SUMMARIES,
    )  # fmt: skip


INDICATORS: dict[str, Indicator] = {one.code: one for one in _all()}


def is_of_activities(code: str) -> bool:
    """Whether a number counts whole activities, each in all of its districts; of a code that is no more, too."""
    one = INDICATORS.get(code)
    return one is None or code == "activities" or "day" not in one.splits


Facts = Mapping[str, Value]
"{code: value} of one activity, or of several"


def together(facts: Iterable[Facts]) -> dict[str, Value]:
    """The facts of several activities as one."""
    values: dict[str, list[Value]] = defaultdict(list)
    for one in facts:
        for code, value in one.items():
            values[code].append(value)
    return {code: INDICATORS[code].fold.together(some) for code, some in values.items()}
