"""How an edition stands, for the pages of its office: phases, parts of the settings, districts and departments."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.core import wording
from kepuyue.core.time import today
from kepuyue.editions.models import Edition, KeyDate, MainVenue, Plan, SubTheme, Taxonomy, Term
from kepuyue.editions.queries import Phase, key_day, phase
from kepuyue.organizations.models import Organization


@dataclass(frozen=True)
class PhaseSpan:
    """One phase with its days, both included; `now` where today lies in it."""

    label: str
    first: date | None
    last: date | None
    state: str


def phases(edition: Edition) -> list[PhaseSpan]:
    """The phases in their order, with the days that the key dates give them."""
    days = dict(edition.key_dates.values_list("kind", "day"))
    publicity = days.get(KeyDate.Kind.PUBLICITY_OPENS) or edition.starts_on
    summary = days.get(KeyDate.Kind.SUMMARY_DUE)
    one = timedelta(days=1)
    in_month = bool(summary and summary <= edition.ends_on)
    month_ends = max(summary - one, edition.starts_on) if in_month and summary else edition.ends_on
    spans = [
        (Phase.CALL, _("申报准备"), days.get(KeyDate.Kind.REGISTRATION_OPENS), publicity - one),
        (Phase.PUBLICITY, _("对外发布"), publicity, edition.starts_on - one),
        (Phase.MONTH, _("活动月"), edition.starts_on, month_ends),
        (Phase.SUMMARY, _("总结报送"), summary if in_month else None, edition.ends_on if in_month else None),
        (Phase.AFTER, _("闭幕以后"), edition.ends_on + one, None),
    ]
    here = list(Phase).index(phase(edition))
    return [
        PhaseSpan(label, first, last, "current" if place == here else "done" if place < here else "todo")
        for place, (code, label, first, last) in enumerate(spans)
        if code is not Phase.SUMMARY or in_month
    ]


@dataclass(frozen=True)
class Card:
    """One way into the settings: where it leads, and what it says now."""

    route: str
    icon: str
    title: str
    text: str


def settings_at_a_glance(edition: Edition) -> list[Card]:
    """The parts of the settings, each with a line on how things stand."""
    rows = branch_rows(edition)
    today_ = today()
    coming = [entry for entry in edition.key_dates.all() if entry.day >= today_]
    next_day = (
        _("下一个日期：%(what)s %(day)s")
        % {"what": coming[0].get_kind_display(), "day": wording.day_text(coming[0].day, weekday=False)}
        if coming
        else wording.days_text(edition.starts_on, edition.ends_on, year=True)
    )
    terms = Term.objects.filter(taxonomy__edition=edition, is_retired=False).count()
    papers = edition.papers.filter(template_of="").count()
    drafts = edition.papers.filter(template_of="", is_published=False).count()
    waiting = sum(row.plan is not None and row.plan.state == Plan.State.FILED for row in rows)
    kinds = edition.taxonomies.count()
    return [
        Card("dates", "calendar-days", _("日期与阶段"), next_day),
        Card("names", "sparkles", _("主题与名称"), edition.theme or _("主题还没有填写")),
        Card("taxonomies", "tag", _("分类"),
             _("%(kinds)s个分类，%(terms)s个分类项") % {"kinds": kinds, "terms": terms}),
        Card("rules", "shield-check", _("审核规则"), _("审核环节、提前时间、人数和快速通道")),
        Card("marks", "badge-check", _("标识"), _("%(count)s个标识") % {"count": edition.marks.count()}),
        Card("papers", "file-text", pgettext("paper", "文件"),
             _("%(count)s份，其中%(drafts)s份草稿") % {"count": papers, "drafts": drafts}),
        Card("plans", "scroll-text", _("分主题与方案"),
             _("已报送%(filed)s份，待处理%(waiting)s份，共%(all)s个单位")
             % {"filed": sum(row.is_filed for row in rows), "waiting": waiting, "all": len(rows)}),
        Card("main-venue", "flag", _("主场"), _main_venue(edition)),
        Card("synonyms", "search", _("搜索同义词"), _("%(count)s组") % {"count": edition.synonyms.count()}),
        Card("renewals", "calendar-plus", _("下一届"), _("从这一届建好明年的")),
    ]  # fmt: skip


def _main_venue(edition: Edition) -> str:
    found = MainVenue.objects.filter(edition=edition).first()
    if found is None:
        return _("启动仪式、主舞台、展区和展位")
    return wording.labelled(_("已公开") if found.is_published else _("未公开"), str(found))


@dataclass(frozen=True)
class BranchRow:
    """One district or department: its sub-theme, its plan, its deadline."""

    organization: Organization
    sub_theme: SubTheme | None
    plan: Plan | None
    due: date | None
    is_extended: bool

    @property
    def is_filed(self) -> bool:
        return self.plan is not None and self.plan.state in (Plan.State.FILED, Plan.State.ACCEPTED)

    @property
    def is_late(self) -> bool:
        """Filed late, or not filed and the day is past."""
        if self.plan is not None and self.plan.filed_at is not None:
            return self.plan.is_late
        return self.due is not None and today() > self.due

    @property
    def state(self) -> str:
        return self.plan.state if self.plan else Plan.State.NOT_BEGUN

    @property
    def state_label(self) -> str:
        return str(Plan.State(self.state).label)


def branch_rows(edition: Edition) -> list[BranchRow]:
    """Every district and department, those who are late first, then what waits for the office."""
    units = Organization.objects.active().filter(
        level__in=(Organization.Level.DISTRICT, Organization.Level.DEPARTMENT)
    )
    plans = {plan.organization_id: plan for plan in edition.plans.all()}
    themes = {found.organization_id: found for found in edition.sub_themes.prefetch_related("focus")}
    common = key_day(edition, KeyDate.Kind.PLAN_DUE)
    later = dict(
        edition.extensions.filter(kind=KeyDate.Kind.PLAN_DUE, organization__isnull=False).values_list(
            "organization", "until"
        )
    )
    rows = []
    for unit in units:
        above = [int(part) for part in unit.path.strip("/").split("/")]
        until = max((later[key] for key in above if key in later), default=None)
        due = until if common and until and until > common else common
        rows.append(BranchRow(unit, themes.get(unit.pk), plans.get(unit.pk), due, due != common))
    order = {Plan.State.FILED: 1, Plan.State.RETURNED: 2, Plan.State.DRAFT: 3, Plan.State.NOT_BEGUN: 4}
    return sorted(
        rows, key=lambda row: (not (row.is_late and not row.is_filed), order.get(Plan.State(row.state), 5))
    )


def use_of(term: Term) -> int:
    """How many activities have the term."""
    return _activities(term).count()


def terms_with_use(taxonomy: Taxonomy) -> list[tuple[Term, int]]:
    """The terms in their order, each with how many activities have it, in one query."""
    found = taxonomy.terms.select_related("parent").annotate(use=Count("activities"))
    return [(term, term.use) for term in found]


def under_way(edition: Edition) -> dict[str, int]:
    """What a change of the rules meets: activities that wait in review, and those not handed in yet."""
    activities = edition.activities.all()
    return {
        "waiting": activities.filter(state="submitted").count(),
        "drafts": activities.filter(state__in=("draft", "returned", "withdrawn")).count(),
    }


def _activities(term: Term) -> Any:
    """Activities belong to a room above and are reached from the term, as their rows point to it."""
    return term.activities
