"""The table of key activities for the national platform (全国科普日平台).

The platform's own field list is not published. The columns are the union of what the known forms ask for
(registration before the event, table of key activities, platform entry); every activity carries the label of its
year, and online ones their address, as the provinces' notices of 2020 to 2024 ask. It is a Chinese form: headings and
values are Chinese whatever language the desk is read in; a filled copy is read back by `CODE` and `ADDRESS`.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import translation

from kepuyue.activities.models import Activity, Admission, BookingMode, Picture, Session, State, UnitRole
from kepuyue.activities.presentation import span
from kepuyue.core import wording
from kepuyue.core.links import web_address, whole
from kepuyue.publicity.models import PlatformEntry

SHEET = "重点活动"
CODE, ADDRESS, POSTED_ON, STATE = "编号", "平台网址", "平台发布日期", "状态"
# Not told as a change: the platform is not asked to show them, they are ours, or (a pin put right) move nobody
APART = frozenset({CODE, "经度", "纬度", "联系人", "联系电话", "公众页面", ADDRESS, POSTED_ON})

Column = Callable[[Activity], Any]


def with_all(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """With all that the columns ask, in a fixed number of queries."""
    return activities.select_related(
        "edition", "organization__district", "district", "key_decision", "platform_entry"
    ).prefetch_related(
        "terms__taxonomy",
        "participations",
        "speakers",
        Prefetch("sessions", Session.objects.select_related("venue")),
        Prefetch("pictures", Picture.objects.shown()),
    )


def written(activities: Iterable[Activity]) -> tuple[list[str], list[list[Any]]]:
    """Headings and rows of activities read by `with_all`; times in the edition's zone."""
    with translation.override(settings.CITY_LANGUAGE):
        columns = _columns()
        return list(columns), [[value(one) for value in columns.values()] for one in activities]


def posted(activity: Activity) -> dict[str, str]:
    """What the platform shows of the activity once it was told: {heading: text}, without contacts."""
    head, rows = written([activity])
    return {name: str(value) for name, value in zip(head, rows[0], strict=True) if name not in APART}


def changed(activity: Activity, entry: PlatformEntry) -> list[str]:
    """The headings whose text is another one now than when the platform was told."""
    return differing(entry.posted, posted(activity))


def differing(old: dict[str, str], new: dict[str, str]) -> list[str]:
    """The headings that both tables know and fill in differently: a new column alone changes nothing."""
    return [name for name in new if name in old and old[name] != new[name]]


def _columns() -> dict[str, Column]:
    units: dict[str, Column] = {f"{role.label}单位": _units_as(role) for role in UnitRole}
    return {
        CODE: lambda one: one.code,
        "活动名称": lambda one: one.title,
        "活动标签": lambda one: f"{one.edition.year}年全国科普日活动",
        "届次": lambda one: one.edition.ordinal,
        "主题": lambda one: one.edition.theme,
        STATE: _state,
        "活动板块": _terms_of("tier"),
        "联合行动类别": _terms_of("joint_action"),
        "重点领域": _terms_of("content", "district_focus", "field"),
        "活动类型": _terms_of("form", "online_form"),
        **units,
        "所在城市": lambda one: one.edition.city,
        "所属区": lambda one: one.district.name if one.district else "",
        "开始日期": lambda one: _day(min((s.starts_at for s in _held(one)), default=None), one),
        "结束日期": lambda one: max((s.last_day.isoformat() for s in _held(one)), default=""),
        "场次数": lambda one: len(_held(one)),
        "各场次时间和地点": _sessions,
        "详细地址": lambda one: wording.clauses(
            dict.fromkeys(s.venue.address for s in _held(one) if s.venue and s.venue.address)
        ),
        "经度": lambda one: next((s.venue.lng for s in _held(one) if s.venue and s.venue.lng is not None), ""),
        "纬度": lambda one: next((s.venue.lat for s in _held(one) if s.venue and s.venue.lat is not None), ""),
        "线上网址": lambda one: wording.clauses(
            dict.fromkeys(address for s in _held(one) if (address := web_address(s.online_url)))
        ),
        "活动形式": lambda one: one.get_mode_display(),
        "面向人群": lambda one: wording.listed(filter(None, [_terms_of("audience")(one), one.audience_note])),
        "适合年龄": _ages,
        "活动简介": lambda one: one.summary,
        "活动详情": lambda one: one.description,
        "主讲人": lambda one: wording.listed(
            " ".join(filter(None, (s.name, s.introduction))) for s in one.speakers.all()
        ),
        "名额": lambda one: sum(s.capacity or 0 for s in _held(one)) or "",
        "预计单场人数": lambda one: one.expected_crowd or "",
        "预约方式": lambda one: "" if one.booking_mode == BookingMode.UNKNOWN else one.get_booking_mode_display(),
        "是否收费": lambda one: "" if one.admission == Admission.UNKNOWN else one.get_admission_display(),
        "联系人": lambda one: one.contact_name,
        "联系电话": lambda one: one.contact_phone,
        "公众咨询电话": lambda one: one.public_phone,
        "图片数": lambda one: len(one.pictures.all()),
        "公众页面": lambda one: whole(reverse("programme:activity", args=[one.code])) if one.is_public else "",
        ADDRESS: lambda one: one.platform_entry.address if has_entry(one) else "",
        POSTED_ON: lambda one: one.platform_entry.posted_on.isoformat() if has_entry(one) else "",
    }  # fmt: skip


def has_entry(activity: Activity) -> bool:
    """Whether an address on the platform was noted."""
    return hasattr(activity, "platform_entry")


def _units_as(role: UnitRole) -> Column:
    return lambda one: wording.listed(unit.name for unit in one.participations.all() if unit.role == role)


def _terms_of(*taxonomies: str) -> Column:
    def named(one: Activity) -> str:
        terms = sorted(one.terms.all(), key=lambda term: (term.taxonomy.position, term.position, term.pk))
        return wording.listed(term.name for term in terms if term.taxonomy.code in taxonomies)

    return named


def _state(activity: Activity) -> str:
    if activity.state == State.CANCELLED:
        return "已取消"
    if not activity.is_public:
        return "未公开"
    if any(one.is_postponed for one in _held(activity)):
        return "部分场次延期"
    return "照常"


def _held(activity: Activity) -> list[Session]:
    """The sessions that take place; of a cancelled activity those that would have."""
    return [
        one for one in activity.sessions.all() if not one.is_cancelled or activity.state == State.CANCELLED
    ]


def _day(moment: datetime | None, activity: Activity) -> str:
    return moment.astimezone(activity.edition.zone).date().isoformat() if moment else ""


def _sessions(activity: Activity) -> str:
    zone = activity.edition.zone
    lines = [
        " ".join(
            filter(
                None,
                [
                    span(one.starts_at, one.ends_at, is_all_day=one.is_all_day, zone=zone),
                    one.venue.name if one.venue else "",
                    one.place,
                    "（时间待定）" if one.is_postponed else "",
                ],
            )
        )
        for one in _held(activity)
    ]
    return "\n".join(lines) or activity.dates_as_written


def _ages(activity: Activity) -> str:
    low, high = activity.age_min, activity.age_max
    if low is None and high is None:
        return ""
    if high is None:
        return f"{low}岁以上"
    return f"{high}岁以下" if low is None else f"{low}–{high}岁"
