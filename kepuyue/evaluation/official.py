"""Letters of recommendation as kinds of official documents: a branch's to the city, with whom it has recommended; the
city's to province and nation, with the lists that stand.
"""

from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core.time import today
from kepuyue.documents import kinds
from kepuyue.documents.content import Attachment, Document, Heading, Paragraph, Table, date_text
from kepuyue.documents.models import IssuingOrgan
from kepuyue.editions.filling import called_for
from kepuyue.editions.queries import current_edition
from kepuyue.evaluation import queries
from kepuyue.evaluation.models import Candidate, Judge, Line, Round
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

RECOMMENDATION = "recommendation"
BRANCH_RECOMMENDATION = "branch-recommendation"
ANNOUNCEMENT = "announcement"
NAMES = {Line.UNITS: "优秀单位", Line.ACTIVITIES: "优秀活动"}
COUNTED = {Line.UNITS: "个", Line.ACTIVITIES: "项"}


def register() -> None:
    """Tell `documents` of both."""
    kinds.register(
        BRANCH_RECOMMENDATION, label=gettext_lazy("推荐函（报市级）"), build=branch_letter,
        help=gettext_lazy("向市级报送本区、本系统已同意推荐的单位和活动，名单取自评选推荐。"),
        is_offered=_has_recommended,
    )  # fmt: skip
    kinds.register(
        RECOMMENDATION, label=gettext_lazy("推荐函"), build=letter, form=LetterForm,
        help=gettext_lazy("向上级推荐本届的优秀单位和优秀活动，名单取自已确定的评选，推荐表另附。"),
        is_offered=_recommends,
    )  # fmt: skip


def _recommends(user: "User", organ: IssuingOrgan) -> bool:
    return may(user, "evaluation.manage", organ.organization) and _settled(organ.organization).exists()


def _settled(office: Organization) -> Any:
    return Round.objects.filter(edition__office=office, state=Round.State.SETTLED).order_by("-line")


class LetterForm(forms.Form):
    """To whom, of which edition."""

    edition = forms.ChoiceField(label=gettext_lazy("哪一届"))
    addressees = forms.CharField(label=gettext_lazy("主送机关"), max_length=120)

    def __init__(self, *args: Any, organ: IssuingOrgan, **options: Any) -> None:
        super().__init__(*args, **options)
        editions = {
            one.edition.code: one.edition for one in _settled(organ.organization).select_related("edition")
        }
        self.fields["edition"].choices = [(code, one.name) for code, one in editions.items()]  # type: ignore[attr-defined]
        first = next(iter(editions.values()), None)
        self.fields["addressees"].initial = first.rules.evaluation.recommended_to if first else ""


def letter(context: kinds.Context) -> Document:
    """The letter. Facts: `edition`, its code; `addressees`."""
    rounds = list(
        _settled(context.organ.organization)
        .filter(edition__code=context.facts["edition"])
        .select_related("edition__office")
    )
    if not rounds:
        raise ValidationError(_("这一届还没有已经确定的名单。"))
    edition = rounds[0].edition
    what = "和".join(NAMES[Line(one.line)] for one in rounds)
    blocks: list[Any] = [
        Paragraph(f"根据{called_for(edition)}要求，现将{edition.name}{what}的评选推荐情况报告如下。"),
        Heading(1, "评选情况"),
        *(Paragraph(_how(one)) for one in rounds),
        Heading(1, "推荐名单"),
        Paragraph(
            f"经评选、公示，推荐{'，'.join(map(_count, rounds))}，名单见附件；推荐表和佐证材料一并报送。"
        ),
        Paragraph("特此函告。"),
    ]
    return Document(
        title=f"关于报送{edition.name}{what}推荐名单的函",
        addressees=context.facts["addressees"],
        blocks=tuple(blocks),
        attachments=tuple(
            Attachment(f"{edition.name}{NAMES[Line(one.line)]}推荐名单", (_list(one),)) for one in rounds
        ),
        dated=today(),
        note=_contact(edition),
    )


def _has_recommended(_user: "User", organ: IssuingOrgan) -> bool:
    levels, edition = (Organization.Level.DISTRICT, Organization.Level.DEPARTMENT), current_edition()
    return (
        organ.organization.level in levels
        and edition is not None
        and queries.recommended_by([organ.organization], edition).exists()
    )


def branch_letter(context: kinds.Context) -> Document:
    """What the organ's unit has recommended for the present edition, with what it answers for."""
    edition, unit = current_edition(), context.organ.organization
    rows = list(queries.recommended_by([unit], edition)) if edition else []
    if edition is None or not rows:
        raise ValidationError(_("还没有同意推荐的单位或活动，请先在“评选推荐”里办理。"))
    by_line = {line: found for line in Line if (found := [one for one in rows if one.round.line == line])}
    what = "和".join(NAMES[line] for line in by_line)
    counted = "，".join(f"{NAMES[line]}{len(found)}{COUNTED[line]}" for line, found in by_line.items())
    years = edition.rules.evaluation.eligibility.breach_years
    return Document(
        title=f"关于推荐{edition.name}{what}的函",
        addressees=edition.office_name or str(edition.office or ""),
        blocks=(
            Paragraph(f"根据{called_for(edition)}要求，经单位申报、我单位审核，推荐{counted}，名单见附件。"),
            Paragraph(f"截至发文之日，未发现上述单位近{years}年内发生违法违规等问题，同意推荐。"),
            Paragraph("特此函告。"),
        ),
        attachments=tuple(
            Attachment(f"{edition.name}{NAMES[line]}推荐名单", (_table(line, found),))
            for line, found in by_line.items()
        ),
        dated=today(),
    )  # fmt: skip


def announcement_facts(round: Round) -> dict[str, Any]:
    """What the kind 公示 (`editions.official`) is asked to make the public notice of a round from."""
    notice = round.notices.order_by("pk").last()
    edition = round.edition
    rows = queries.chosen(round)
    return {
        "subject": f"{edition.name}{NAMES[Line(round.line)]}推荐名单",
        "reason": f"根据{called_for(edition)}要求，经单位申报、上级推荐、资格审核和{_judges(round)}名评委独立评分",
        "names": [f"{one}，{one.organization.name}" if one.activity else str(one) for one in rows],
        "first_day": (notice.starts_on if notice else today()).isoformat(),
        "days": notice.days if notice else edition.rules.evaluation.notice_days,
        "phone": edition.contact_phone, "email": edition.contact_email,
    }  # fmt: skip


def _how(round: Round) -> str:
    line, notice = Line(round.line), round.notices.order_by("pk").last()
    snapshot = queries.last_snapshot(round)
    applied = round.candidates.exclude(state__in=(Candidate.State.DRAFT, Candidate.State.WITHDRAWN))
    admitted = applied.filter(state=Candidate.State.ADMITTED)
    recommenders = admitted.values("recommender").distinct().count()
    objections = notice.objections.count() if notice else 0
    said = (
        f"{NAMES[line]}：共申报{applied.count()}{COUNTED[line]}，经{recommenders}个单位推荐、审核后参评{admitted.count()}"
        f"{COUNTED[line]}，由{_judges(round)}名评委独立评分，与申报单位有隶属或参与关系的评委均已回避。"
    )
    if notice:
        said += (
            f"名单于{date_text(notice.starts_on)}至{date_text(notice.ends_on)}公示{notice.days}个工作日，"
            + (f"收到异议{objections}件，经核查均不成立。" if objections else "没有收到异议。")
        )
    if snapshot:
        said += f"评分数据已封存，摘要（SHA-256）前十六位为{snapshot.digest[:16]}，可据以复核。"
    return said


def _judges(round: Round) -> int:
    states = (Judge.State.ACCEPTED, Judge.State.LEFT)
    return round.judges.filter(state__in=states, sheets__submitted_at__isnull=False).distinct().count()


def _count(round: Round) -> str:
    line = Line(round.line)
    return f"{NAMES[line]}{len(queries.chosen(round))}{COUNTED[line]}"


def _list(round: Round) -> Table:
    return _table(Line(round.line), queries.chosen(round), with_recommender=True)


def _table(line: Line, rows: list[Candidate], *, with_recommender: bool = False) -> Table:
    """Names in their order; who recommended stands beside them where that is not one for all."""
    columns = [(str(one), one.organization.name, one.recommender.name) for one in rows]
    heads, widths = ("活动名称", "申报单位", "推荐单位"), (5, 4, 4)
    taken = [0, 1] if line == Line.ACTIVITIES else [1]
    if line == Line.UNITS:
        heads, widths = ("", "单位名称", "推荐单位"), (0, 6, 5)
    taken += [2] if with_recommender else []
    body = tuple((str(n), *(one[place] for place in taken)) for n, one in enumerate(columns, 1))
    return Table(("序号", *(heads[place] for place in taken)), body, (1, *(widths[place] for place in taken)))


def _contact(edition: Any) -> str:
    said = [("联系电话", edition.contact_phone), ("邮箱", edition.contact_email)]
    return "，".join(f"{name}：{value}" for name, value in said if value)
