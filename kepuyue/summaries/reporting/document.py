"""What a branch's month, or the city's, came to, as an official document: figures, tables, charts, pictures.

Figures are those of accepted filings, by how they were obtained, and are never added to each other. Which pictures are
taken is a rule and not a choice of somebody's: see `pictures`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import Activity, State
from kepuyue.core.time import today
from kepuyue.documents import kinds
from kepuyue.documents.content import (
    TO_FILL_IN,
    Attachment,
    Block,
    Chart,
    Document,
    Heading,
    Paragraph,
    Table,
)
from kepuyue.documents.models import IssuingOrgan
from kepuyue.editions.filling import span_text
from kepuyue.editions.models import Edition, Term
from kepuyue.editions.queries import current_edition
from kepuyue.organizations.models import Organization
from kepuyue.summaries import queries
from kepuyue.summaries.figures import KINDS, Kind
from kepuyue.summaries.models import DUE, Filing, Method, Name, Summary
from kepuyue.summaries.queries import Totals
from kepuyue.summaries.reporting.pictures import MOST_PICTURES, Choice

TIER = "tier"
OTHERS = "其他"
# What tables show of each group, in their order: none of them is a sum of others
SHOWN = tuple(
    next(kind for kind in KINDS if (kind.name, kind.method) == pair)
    for pair in (
        (Name.SESSIONS, Method.RECORD), (Name.VISITS, Method.CHECK_IN), (Name.VISITS, Method.COUNT),
        (Name.VISITS, Method.ESTIMATE), (Name.VIEWS, Method.VIEWS),
    )
)  # fmt: skip
VISITS = tuple(kind for kind in SHOWN if kind.name == Name.VISITS)
# So many units have a bar of their own; the table names all
MOST_BARS = 15
# Activities that are told of in words
MOST_TOLD = 6
CHUNK = 500
Level = Organization.Level


class ReportForm(forms.Form):
    """How much is put in."""

    pictures = forms.IntegerField(
        label=gettext_lazy("最多放几张照片"), min_value=0, max_value=MOST_PICTURES, initial=12,
        help_text=gettext_lazy("只用随已采纳的总结报送、可以公开的照片，每项活动最多一张，各区、各单位轮流选。"),
    )  # fmt: skip
    with_list = forms.BooleanField(label=gettext_lazy("附上每项活动的数字"), required=False, initial=True)

    def __init__(self, *args: Any, organ: IssuingOrgan, **options: Any) -> None:
        super().__init__(*args, **options)


def register() -> None:
    """Tell `documents` of both."""
    help = gettext_lazy("文字、表格、图表和照片取自已采纳的总结，数字按取得方式分列，不相加。")
    kinds.register(
        "city-summary", label=gettext_lazy("全市总结"), build=build, form=ReportForm, help=help, is_long=True,
        is_offered=lambda _user, organ: organ.organization.level == Level.OFFICE and current_edition() is not None,
    )  # fmt: skip
    kinds.register(
        "branch-summary", label=gettext_lazy("本区、本系统总结"), build=build, form=ReportForm, help=help, is_long=True,
        is_offered=lambda _user, organ: organ.organization.level in (Level.DISTRICT, Level.DEPARTMENT)
        and current_edition() is not None,
    )  # fmt: skip


def build(context: kinds.Context) -> Document:
    """The summary of the organ's unit and all below it. Facts: `pictures` at most, `with_list`."""
    edition, unit = current_edition(), context.organ.organization
    if edition is None:
        raise ValidationError(_("还没有本届，写不出总结。"))
    found = _Found(edition, None if unit.pk == edition.office_id else unit, context)
    if not found.accepted:
        raise ValidationError(_("还没有已采纳的总结，写不出总结。"))
    is_city = found.unit is None
    blocks = [*_beginning(found), *_figures(found), *_spread(found), *_told(found)]
    blocks += found.choice.blocks(context.facts.get("pictures") or 0, context.progress)
    attachments = [Attachment("各单位总结报送情况", (_units(found),))]
    if context.facts.get("with_list"):
        attachments.append(Attachment("各项活动数字一览表", (found.listed(),)))
    title = f"{edition.name}活动总结" if is_city else f"关于报送{edition.name}活动总结的报告"
    return Document(
        title=title, addressees="" if is_city else edition.office_name or str(edition.office or ""),
        blocks=tuple(blocks),
        attachments=tuple(attachments), dated=today(),
        # A report goes upward: who signed it stands at its head, and nobody but the branch knows who that is
        signers=() if is_city else (TO_FILL_IN,),
    )  # fmt: skip


@dataclass
class _Group:
    """Activities that belong together: of a tier, a district, a unit."""

    name: str
    activities: int = 0
    filed: int = 0
    accepted: int = 0
    totals: Totals = field(default_factory=Totals)


class _Found:
    """All that the document tells of, read once and in pieces; of the filings only sums and lines are kept."""

    def __init__(self, edition: Edition, unit: Organization | None, context: kinds.Context) -> None:
        self.edition, self.unit = edition, unit
        self.whole = _Group("")
        self.supplements = 0
        self.choice = Choice(edition, unit)
        self.lines: list[tuple[str, ...]] = []
        self.told: list[tuple[tuple[Any, ...], str, str]] = []
        self.tiers = {
            term.pk: _Group(term.name)
            for term in Term.objects.filter(taxonomy__edition=edition, taxonomy__code=TIER).order_by(
                "position", "pk"
            )
        }
        self._tier_of: dict[int, int] = dict(
            Activity.terms.through.objects.filter(term__in=self.tiers).values_list("activity_id", "term_id")
        )
        self.tiers[0] = _Group(OTHERS)
        self.branches: dict[str, _Group] = {}
        self.units: dict[int, _Group] = {}
        self._names = dict(Organization.objects.values_list("path", "name"))
        self._read_activities()
        self._read_states()
        self._read_filings(context.progress)

    @property
    def accepted(self) -> int:
        """Summaries with which one may count."""
        return self.whole.accepted

    def _groups(self, activity_id: int, path: str, organization_id: int) -> Iterator[_Group]:
        yield self.whole
        yield self.tiers[self._tier_of.get(activity_id, 0)]
        top = self._branch(path)
        yield self.branches.setdefault(top, _Group(self._names.get(top, "")))
        yield self.units.setdefault(organization_id, _Group(self._names.get(path, "")))

    def _branch(self, path: str) -> str:
        """The unit below the one that the document is of; the unit itself where it is that one."""
        top = self.unit.path if self.unit else f"/{path.split('/')[1]}/"
        below = path[len(top) :].partition("/")[0]
        return f"{top}{below}/" if below else path

    def _in_reach(self, rows: Any, way: str) -> Any:
        return rows.filter(**{f"{way}organization__path__startswith": self.unit.path}) if self.unit else rows

    def _read_activities(self) -> None:
        rows = Activity.objects.published().of(self.edition).exclude(state=State.CANCELLED)
        names = ("pk", "organization__path", "organization_id")
        for pk, path, organization_id in self._in_reach(rows, "").values_list(*names).iterator(CHUNK):
            for group in self._groups(pk, path, organization_id):
                group.activities += 1

    def _read_states(self) -> None:
        rows = self._in_reach(Summary.objects.filter(activity__edition=self.edition), "activity__")
        names = ("activity_id", "activity__organization__path", "activity__organization_id", "state")
        for pk, path, organization_id, state in rows.values_list(*names).iterator(CHUNK):
            for group in self._groups(pk, path, organization_id):
                group.filed += state not in DUE

    def _read_filings(self, progress: kinds.Progress) -> None:
        rows = queries.accepted_filings(self.edition, self.unit)
        total = max(rows.count(), 1)
        for done, filing in enumerate(rows.iterator(CHUNK), 1):
            activity = filing.summary.activity
            for group in self._groups(activity.pk, activity.organization.path, activity.organization_id):
                group.totals.add(filing)
                group.accepted += 1
            self.supplements += filing.kind == Filing.Kind.SUPPLEMENT
            self._note(filing, activity)
            progress(0.8 * done / total)

    def _note(self, filing: Filing, activity: Activity) -> None:
        own = Totals()
        own.add(filing)
        values = [own.values.get(kind.key) for kind in SHOWN]
        cells = ["" if value is None else str(value) for value in values]
        self.lines.append((activity.title, activity.organization.name, *cells))
        # Key activities first, then by who was checked in, then by who was counted: methods are not mixed
        rank = (not activity.is_key, *(-(own.values.get(kind.key) or 0) for kind in VISITS[:2]), activity.pk)
        self.choice.note(filing, activity, self._branch(activity.organization.path), rank)
        if filing.words.strip():
            self.told = sorted([*self.told, (rank, activity.title, filing.words)])[:MOST_TOLD]

    def listed(self) -> Table:
        """Every accepted activity with its figures."""
        lines = sorted(self.lines, key=lambda line: (line[1], line[0]))
        rows = tuple((str(number), *line) for number, line in enumerate(lines, 1))
        return Table(("序号", "活动名称", "单位", *map(column, SHOWN)), rows, (1, 4, 3, *[1.5] * len(SHOWN)))


def _beginning(found: _Found) -> Iterator[Block]:
    edition, whole = found.edition, found.whole
    theme = f"以“{edition.theme}”为主题，" if edition.theme else ""
    where = found.unit.name if found.unit else f"{edition.city}市"
    share = f"{whole.accepted / whole.activities:.0%}" if whole.activities else "—"
    later = f"，其中{found.supplements}份为补报" if found.supplements else ""
    yield Heading(1, "总体情况")
    yield Paragraph(
        f"{edition.name}{theme}于{edition.year}年{span_text(edition.starts_on, edition.ends_on)}举办。{where}"
        f"{len(found.units)}个单位共公布活动{whole.activities}项，报送总结{whole.filed}份，已采纳{whole.accepted}份"
        f"（占公布活动的{share}）{later}。"
    )
    yield Paragraph(
        "以下数字来自已采纳的总结，按取得方式分列。一项活动不论办几场都是一项；同一人参加两场算两人次；"
        "签到、清点、估计的人次不相加，线上观看不算人次。"
    )


def _figures(found: _Found) -> Iterator[Block]:
    yield Heading(1, "主要数字")
    rows = tuple(
        (str(one.kind.name.label), str(one.kind.method.label), str(one.total), str(one.kind.unit), str(one.activities),
         str(one.by_origin["corrected"] + one.by_origin["typed"]))
        for one in found.whole.totals.sums()
    )  # fmt: skip
    yield Table(
        ("名称", "取得方式", "数值", "单位", "活动（项）", "其中单位填写或改正"),
        rows,
        (3, 2, 2, 1.6, 1.6, 2.4),
    )


def _spread(found: _Found) -> Iterator[Block]:
    yield Heading(1, "活动分布")
    yield from _shown("按板块", "板块", [one for one in found.tiers.values() if one.activities])
    what = "按单位" if found.unit else "按区和部门"
    branches = sorted(found.branches.values(), key=lambda one: (-one.activities, one.name))
    yield from _shown(what, what[1:].replace("区和部门", "区、部门"), branches)


def _shown(title: str, head: str, groups: list[_Group]) -> Iterator[Block]:
    if not groups:
        return
    yield Heading(2, title)
    bars = groups[:MOST_BARS]
    rest = f"（前{MOST_BARS}个）" if len(groups) > MOST_BARS else ""
    labels = tuple(one.name for one in bars)
    yield Chart(
        f"{title}的活动数和已采纳总结数{rest}", labels,
        (
            ("公布活动（项）", tuple(one.activities for one in bars)),
            ("已采纳总结（份）", tuple(one.accepted for one in bars)),
        ),
    )  # fmt: skip
    known = [kind for kind in VISITS if any(one.totals.values.get(kind.key) for one in bars)]
    if known:
        series = tuple(
            (column(kind), tuple(one.totals.values.get(kind.key, 0) for one in bars)) for kind in known
        )
        yield Chart(f"{title}的参与群众人次，按取得方式{rest}", labels, series)
    rows = tuple(
        (
            one.name,
            str(one.activities),
            str(one.accepted),
            *(str(one.totals.values.get(kind.key, "")) for kind in SHOWN),
        )
        for one in groups
    )
    yield Table(
        (head, "活动（项）", "已采纳（份）", *map(column, SHOWN)), rows, (4, 1.5, 1.7, *[1.7] * len(SHOWN))
    )


def _told(found: _Found) -> Iterator[Block]:
    if found.told:
        yield Heading(1, "部分活动情况")
    for _rank, title, words in found.told:
        yield Heading(2, f"{title.rstrip('。')}。", " ".join(words.split()))


def _units(found: _Found) -> Table:
    units: Iterable[_Group] = sorted(found.units.values(), key=lambda one: (-one.activities, one.name))
    rows = tuple(
        (str(number), one.name, str(one.activities), str(one.filed), str(one.accepted))
        for number, one in enumerate(units, 1)
    )
    return Table(("序号", "单位", "公布活动（项）", "已报送（份）", "已采纳（份）"), rows, (1, 6, 2, 2, 2))


def column(kind: Kind) -> str:
    """The head of a figure's column: 参与群众（签到，人次）."""
    return str(kind.asked)
