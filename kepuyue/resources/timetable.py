"""What a base's opening offer says, as plain data, and what follows from it: open days, hours, "today".

Content keys: ``admission`` (free, discounted, paid), ``admission_note``; ``hours`` {"0".."6": ["09:00", "17:00"]}
(0 Monday); ``closed`` [ISO day]; ``special`` [[ISO day, "09:00", "11:30"]] (opens on this day only so);
``capacity`` (people a day), ``booking``, ``booking_url``, ``booking_note``, ``phone``, ``how_to_visit``; ``groups``
(bool), ``group_size``, ``group_note``; ``concessions`` and ``facilities`` [code], ``concession_note``;
``age_note`` (fit age and warnings), ``note``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

Content = dict[str, Any]

# 广东省科学技术普及条例, art. 38: free or reduced for older people, disabled people, soldiers and veterans, minors;
# 未成年人保护法 (2024), art. 44: free or reduced entry for minors
CONCESSIONS = {
    "older": _("老年人"),
    "disabled": _("残疾人"),
    "soldiers": _("现役军人"),
    "veterans": _("退役军人"),
    "minors": _("未成年人"),
}
FACILITIES = {
    "wheelchair": _("无障碍通道"),
    "accessible_toilet": _("无障碍卫生间"),
    "lift": _("电梯"),
    "nursing_room": _("母婴室"),
    "parking": _("停车场"),
    "water": _("饮水处"),
    "storage": _("寄存处"),
    "guide": _("讲解服务"),
    "first_aid": _("急救箱"),
}
# A promise this thin is pointed out: facilities that say "open to the public" and mean one half-day a month
HALF_DAY = 4.0
THIN_DAYS = 4


@dataclass(frozen=True)
class Span:
    """Open from one hour to another on one day."""

    start: time
    end: time

    @property
    def hours(self) -> float:
        return (datetime.combine(date.min, self.end) - datetime.combine(date.min, self.start)).seconds / 3600

    def __str__(self) -> str:
        return f"{self.start:%H:%M}–{self.end:%H:%M}"


def span_on(content: Content, day: date) -> Span | None:
    """When the base is open on the day; None where it is closed."""
    for special, start, end in content.get("special", ()):
        if special == day.isoformat():
            return Span(time.fromisoformat(start), time.fromisoformat(end))
    if day.isoformat() in content.get("closed", ()):
        return None
    hours = content.get("hours", {}).get(str(day.weekday()))
    return Span(time.fromisoformat(hours[0]), time.fromisoformat(hours[1])) if hours else None


@dataclass(frozen=True)
class Promise:
    """How much is promised in a span of days: open days and hours."""

    days: int
    hours: float

    @property
    def is_thin(self) -> bool:
        """At most a few days, or a half-day in all."""
        return self.days < THIN_DAYS or self.hours <= HALF_DAY


def promised(content: Content, days: Iterable[date]) -> Promise:
    """The open days and hours among the days."""
    spans = [span for day in days if (span := span_on(content, day))]
    return Promise(len(spans), round(sum(span.hours for span in spans), 1))


def weekend_of(day: date) -> tuple[date, date]:
    """This weekend: the Saturday and Sunday at hand, also on a Sunday."""
    saturday = (
        day + timedelta(days=(5 - day.weekday()) % 7) if day.weekday() != 6 else day - timedelta(days=1)
    )
    return saturday, saturday + timedelta(days=1)


def gaps(content: Content) -> list[str]:
    """What must be stated before it is filed, in sentences."""
    found = []
    if not content.get("hours") and not content.get("special"):
        found.append(str(_("请填写每周开放时间，或至少一个单独开放的日期。")))
    if not content.get("admission"):
        found.append(str(_("请选择免费、优惠还是收费。")))
    if not content.get("booking"):
        found.append(str(_("请选择预约方式。")))
    if not content.get("how_to_visit"):
        found.append(str(_("请写明怎样到达和参观。")))
    return found
