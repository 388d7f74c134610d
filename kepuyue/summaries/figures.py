"""What is counted in a summary, in which unit, how; and what the words of it mean. The one place for both.

Names after the forms that units fill in today: the national platform (活动数据的分项统计) and 科普日活动统计表.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.core import wording
from kepuyue.summaries.models import Method, Name

ACTIVITIES = _("项：一项登记并公开的活动，不论办几场；取消的活动不算。")
SESSIONS = _("场次：到填报时已经开始过的一场，展览等连办多天的算一场；取消的场次另列。")
VISITS = _(
    "人次：来到一场的人，同一人来两场算两次。签到、清点、估计分开列，线上观看不算人次，几种数字不相加。"
)
MEANINGS = (ACTIVITIES, SESSIONS, VISITS)


@dataclass(frozen=True)
class Kind:
    """One figure: a name obtained by one method."""

    name: Name
    method: Method
    unit: Any
    help: Any = ""
    is_measured: bool = False
    "Whether the system may know it"
    is_fixed: bool = False
    "Whether nobody may correct it: visitors gave it, or it is counted where they press"

    @property
    def key(self) -> str:
        """Names it in forms, remarks and the trail."""
        return f"{self.name}-{self.method}"

    @property
    def label(self) -> str:
        """The name with its method where one name has several."""
        return (
            wording.with_aside(self.name.label, self.method.label)
            if self._has_others
            else str(self.name.label)
        )

    @property
    def asked(self) -> str:
        """The same with the unit in which it is typed."""
        unit = str(self.unit)
        if self._has_others:
            unit = _("%(method)s，%(unit)s") % {"method": self.method.label, "unit": unit}
        return wording.with_aside(self.name.label, unit)

    @property
    def _has_others(self) -> bool:
        return sum(kind.name == self.name for kind in KINDS) > 1

    @property
    def is_people(self) -> bool:
        """Whether it says that somebody was reached; what was opened here is only a part of what platforms count."""
        return self.name == Name.VISITS or self.method == Method.VIEWS

    @property
    def is_share(self) -> bool:
        """Whether it is an average: two of them have no sum."""
        return self.name == Name.SATISFACTION

    def shown(self, value: int | None) -> str:
        """The value as people read it, with its unit."""
        if value is None:
            return "—"
        number = f"{value / 100:.2f}" if self.is_share else f"{value}"
        return f"{number} {self.unit}".strip()


KINDS: tuple[Kind, ...] = (
    Kind(Name.SESSIONS, Method.RECORD, pgettext_lazy("unit", "场"), is_measured=True),
    Kind(Name.CALLED_OFF, Method.RECORD, pgettext_lazy("unit", "场"), is_measured=True),
    Kind(Name.UNITS, Method.RECORD, pgettext_lazy("unit", "个"), is_measured=True),
    Kind(Name.VISITS, Method.CHECK_IN, pgettext_lazy("unit", "人次"), is_measured=True),
    Kind(Name.VISITS, Method.COUNT, pgettext_lazy("unit", "人次"),
         _("在入口或现场数过的人，不含签到的。"), is_measured=True),
    Kind(Name.VISITS, Method.ESTIMATE, pgettext_lazy("unit", "人次"),
         _("没有数过、凭现场情况估计的人，不含上面两项。")),
    Kind(Name.VIEWS, Method.VIEWS, pgettext_lazy("unit", "次"), _("直播、回放、视频等平台显示的观看次数。")),
    Kind(Name.VIEWS, Method.OPENED, pgettext_lazy("unit", "次"),
         _("从本站的云上科普月点开的次数；平台观看数已经包括它。"),
         is_measured=True, is_fixed=True),
    Kind(Name.ANSWERS, Method.RECORD, pgettext_lazy("unit", "份"), is_measured=True, is_fixed=True),
    Kind(Name.SATISFACTION, Method.RECORD, pgettext_lazy("unit", "分（满分5分）"), is_measured=True, is_fixed=True),
    Kind(Name.MEDIA, Method.RECORD, pgettext_lazy("unit", "条"), is_measured=True, is_fixed=True),
    Kind(Name.VOLUNTEERS, Method.COUNT, pgettext_lazy("unit", "人")),
    Kind(Name.EXPERTS, Method.COUNT, pgettext_lazy("unit", "人")),
    Kind(Name.MATERIALS, Method.COUNT, pgettext_lazy("unit", "份")),
    Kind(Name.BOARDS, Method.COUNT, pgettext_lazy("unit", "块")),
    Kind(Name.EXHIBITS, Method.COUNT, pgettext_lazy("unit", "件")),
    Kind(Name.CONSULTATIONS, Method.COUNT, pgettext_lazy("unit", "人次")),
    Kind(Name.CLINIC, Method.COUNT, pgettext_lazy("unit", "人次")),
)  # fmt: skip
BY_KEY: dict[str, Kind] = {kind.key: kind for kind in KINDS}
# A figure of a living city stays below this
MOST = 1_000_000_000


def kind_of(name: str, method: str) -> Kind:
    """The kind of a figure that stands in the database."""
    return BY_KEY[f"{name}-{method}"]
