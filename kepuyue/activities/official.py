"""The list of a month's activities as an official document: a table for each tier, over as many pages as it takes."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import Activity, Mode, Participation, Session, State, UnitRole
from kepuyue.core.time import today
from kepuyue.documents import kinds
from kepuyue.documents.content import Attachment, Block, Document, Heading, Paragraph, Table
from kepuyue.documents.models import IssuingOrgan
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.organizations.models import Organization

TIER = "tier"
HEAD, WIDTHS = ("序号", "活动名称", "时间", "地点", "主办单位"), (1.1, 4, 2.6, 3.4, 3.2)
OTHERS = "其他活动"
# Read at a time
CHUNK = 500


class ListForm(forms.Form):
    """Which activities."""

    only_key = forms.BooleanField(label=gettext_lazy("只列重点活动"), required=False)

    def __init__(self, *args: Any, organ: IssuingOrgan, **options: Any) -> None:
        super().__init__(*args, **options)


def register() -> None:
    """Tell `documents` of it."""
    levels = (Organization.Level.OFFICE, Organization.Level.DISTRICT, Organization.Level.DEPARTMENT)
    kinds.register(
        "programme-list", label=gettext_lazy("活动一览表"), build=programme_list, form=ListForm, is_long=True,
        help=gettext_lazy("已公布的活动按板块列成表；市级列全市的，区和成员单位列本单位和下级单位的。"),
        is_offered=lambda _user, organ: organ.organization.level in levels and current_edition() is not None,
    )  # fmt: skip


def programme_list(context: kinds.Context) -> Document:
    """The public activities of the current edition in the branch of the organ's unit. Facts: `only_key`."""
    edition, unit = current_edition(), context.organ.organization
    if edition is None:
        raise ValidationError(_("还没有本届，不能列出活动。"))
    rows = Activity.objects.published().of(edition).exclude(state=State.CANCELLED)
    if unit.pk != edition.office_id:
        rows = rows.in_branch(unit)
    if context.facts.get("only_key"):
        rows = rows.filter(is_key=True)
    blocks = tuple(_by_tier(edition, rows, context))
    if not blocks:
        raise ValidationError(_("没有已公布的活动，列不出一览表。"))
    what = f"{edition.name}{'重点' if context.facts.get('only_key') else ''}活动一览表"
    return Document(
        title=f"关于印发《{what}》的通知", addressees="各有关单位",
        blocks=(
            Paragraph(f"现将《{what}》印发给你们，请按照安排做好组织实施和安全工作。"),
            Paragraph("时间、地点如有变动，以科普月平台公布的为准。"),
        ),
        attachments=(Attachment(what, blocks),), dated=today(),
    )  # fmt: skip


def _by_tier(edition: Edition, rows: Any, context: kinds.Context) -> Iterable[Block]:
    tiers = {term.code: term.name for one in edition.taxonomies.filter(code=TIER) for term in one.terms.all()}
    found: dict[str, list[tuple[str, ...]]] = {code: [] for code in (*tiers, "")}
    total = max(rows.count(), 1)
    for done, activity in enumerate(_read(rows), 1):
        code = next((term.code for term in activity.terms.all() if term.taxonomy.code == TIER), "")
        found[code].append(_row(activity, edition.zone))
        context.progress(done / total)
    for code, lines in found.items():
        if lines:
            yield Heading(1, f"{tiers.get(code, OTHERS)}（{len(lines)}项）")
            yield Table(
                HEAD,
                tuple((str(number), *line) for number, line in enumerate(sorted(lines, key=_order), 1)),
                WIDTHS,
            )


def _read(rows: Any) -> Iterable[Activity]:
    sessions = Session.objects.filter(is_cancelled=False).select_related("venue").order_by("starts_at", "pk")
    hosts = Participation.objects.filter(role=UnitRole.HOST)
    found: Iterable[Activity] = (
        rows.select_related("organization", "district")
        .prefetch_related(
            "terms__taxonomy", Prefetch("sessions", sessions), Prefetch("participations", hosts)
        )
        .order_by("pk")
        .iterator(CHUNK)
    )
    return found


def _row(activity: Activity, zone: tzinfo) -> tuple[str, ...]:
    sessions = list(activity.sessions.all())
    hosts = [one.name for one in activity.participations.all()] or [activity.organization.name]
    return (activity.title, _time(activity, sessions, zone), _place(activity, sessions), "、".join(hosts))


def _order(line: tuple[str, ...]) -> tuple[int, ...]:
    """By day, as it is written: 9月14日 before 10月1日; what names no day comes last."""
    month, _mark, rest = line[1].partition("月")
    day = rest.partition("日")[0]
    return (int(month), int(day)) if month.isdecimal() and day.isdecimal() else (99, 99)


def _time(activity: Activity, sessions: list[Session], zone: tzinfo) -> str:
    if not sessions:
        return activity.dates_as_written or ("全年" if activity.is_year_round else "另行公布")
    first = sessions[0].starts_at.astimezone(zone)
    text = f"{first.month}月{first.day}日" + ("" if sessions[0].is_all_day else f" {first:%H:%M}")
    return text if len(sessions) == 1 else f"{text}起，共{len(sessions)}场"


def _place(activity: Activity, sessions: list[Session]) -> str:
    places = [" ".join(filter(None, (one.venue.name if one.venue else "", one.place))) for one in sessions]
    named = list(dict.fromkeys(filter(None, places)))
    if not named:
        return (
            "线上"
            if activity.mode == Mode.ONLINE
            else activity.district.name
            if activity.district
            else "另行公布"
        )
    return named[0] if len(named) == 1 else f"{named[0]}等{len(named)}处"
