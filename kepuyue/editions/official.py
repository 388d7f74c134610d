"""Official documents of an edition: its notice, a branch's letter that forwards one, a public announcement of names."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core.time import today
from kepuyue.documents import kinds
from kepuyue.documents.content import TO_FILL_IN, Attachment, Document, Paragraph, Table, date_text
from kepuyue.documents.models import IssuingOrgan
from kepuyue.documents.typed import parts_of
from kepuyue.editions import filling
from kepuyue.editions.forms.official import AnnouncementForm, ForwardingForm, NoticeForm
from kepuyue.editions.models import Edition, Paper
from kepuyue.editions.policy import Calendar
from kepuyue.editions.queries import current_edition, forwardable, templates_of
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Level = Organization.Level
COLUMNS = ("序号", "名称", "说明")


def register() -> None:
    """Tell `documents` of them."""
    kinds.register(
        "notice", label=gettext_lazy("活动通知"), build=notice, form=NoticeForm,
        help=gettext_lazy("按本届资料里的通知模板起草，届次、主题、日期和联系方式取自所选的一届。"),
        is_offered=lambda _user, organ: _is_of(organ, Level.OFFICE) and templates_of(Paper.Template.NOTICE).exists(),
    )  # fmt: skip
    kinds.register(
        "forwarding", label=gettext_lazy("转发通知"), build=forwarding, form=ForwardingForm,
        help=gettext_lazy("转发市里的通知，原文附在后面。"),
        is_offered=lambda _user, organ: _is_of(organ, Level.DISTRICT, Level.DEPARTMENT) and forwardable().exists(),
    )  # fmt: skip
    kinds.register(
        "announcement", label=gettext_lazy("公示"), build=announcement, form=AnnouncementForm,
        help=gettext_lazy("公示一份名单，按工作日算出截止日期，写明怎样提出异议。"), is_offered=_announces,
    )  # fmt: skip


def notice(context: kinds.Context) -> Document:
    """The notice of an edition, from its template. Facts: its code as `edition`; `above`, the number of the province's
    or the nation's notice that is attached.
    """
    template = _template(_edition(context), Paper.Template.NOTICE)
    return filling.document(template, context, today(), {"预通知文号": context.facts.get("above", "")})


def forwarding(context: kinds.Context) -> Document:
    """A branch hands a notice on, its text attached. Facts: `paper`, the number of its row."""
    paper = forwardable().filter(pk=context.facts["paper"]).first()
    if paper is None:
        raise ValidationError(_("要转发的文件已经不在，请重新选择。"))
    inner = parts_of(filling.plain(paper.body))
    whole = paper.title if paper.title.startswith(paper.issuer) else f"{paper.issuer}{paper.title}"
    named = f"{whole}（{paper.number}）"
    blocks = (*((Paragraph(f"{inner.addressees}："),) if inner.addressees else ()), *inner.blocks)
    words = {"所转发文件": whole, "文号": paper.number}
    template = _template(paper.edition, Paper.Template.FORWARDING)
    return filling.document(template, context, today(), words, Attachment(named, blocks))


def announcement(context: kinds.Context) -> Document:
    """Names shown to the public for some working days. Facts: those of `AnnouncementForm`."""
    facts = context.facts
    edition = current_edition()
    first = date.fromisoformat(facts["first_day"])
    calendar = edition.rules.calendar if edition else Calendar()
    last = calendar.last_of(first, facts["days"])
    rows = tuple(
        (str(number), name.strip(), note.strip())
        for number, (name, _mark, note) in enumerate((line.partition("，") for line in facts["names"]), 1)
    )
    has_notes = any(row[2] for row in rows)
    table = Table(
        COLUMNS if has_notes else COLUMNS[:2], rows if has_notes else tuple(row[:2] for row in rows),
        (1, 6, 5) if has_notes else (1, 9),
    )  # fmt: skip
    said = (
        f"公示时间为{date_text(first)}至{date_text(last)}（{facts['days']}个工作日）。公示期间，对名单有异议的，"
        "请以书面形式实名反映，写明事实和依据并留下联系方式；以单位名义反映的，应加盖单位公章。"
    )
    reached = "，".join(
        f"{name}：{value}"
        for name, value in (("联系电话", facts["phone"]), ("邮箱", facts["email"]))
        if value
    )
    return Document(
        title=f"关于{facts['subject']}的公示",
        blocks=(
            Paragraph(f"{facts['reason'].rstrip('。，')}，现将{facts['subject']}予以公示。"), Paragraph(said),
            Paragraph(f"{reached or f'联系电话：{TO_FILL_IN}'}。"),
        ),
        attachments=(Attachment(facts["subject"], (table,)),),
        dated=first,
    )  # fmt: skip


def _edition(context: kinds.Context) -> Edition:
    found = Edition.objects.filter(code=context.facts["edition"], is_archive=False).first()
    if found is None or found.office_id != context.organ.organization_id:
        raise ValidationError(_("这一届不由这个发文机关举办，请重新选择。"))
    return found


def _template(edition: Edition, which: str) -> Paper:
    found = edition.papers.filter(template_of=which).first()
    if found is None:
        raise ValidationError(
            _("“%(edition)s”没有这种公文的模板，请在本届设置的文件里添加。") % {"edition": edition.name}
        )
    return found


def _is_of(organ: IssuingOrgan, *levels: Any) -> bool:
    return organ.organization.level in levels


def _announces(_user: "User", organ: IssuingOrgan) -> bool:
    return _is_of(organ, Level.OFFICE, Level.DISTRICT, Level.DEPARTMENT)
