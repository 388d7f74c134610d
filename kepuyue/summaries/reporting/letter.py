"""The letter with which a unit sends its summaries to its superior, with figures, words and pictures, as a document.

A unit that issues documents drafts it at the desk; any other downloads it as a Word file, without a number, and writes
in its own.
"""

from collections.abc import Iterator
from dataclasses import replace

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core.time import today
from kepuyue.documents import kinds, word
from kepuyue.documents.content import Attachment, Block, Document, Heading, Paragraph, Table
from kepuyue.documents.models import IssuingOrgan
from kepuyue.editions.filling import called_for
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.organizations.models import Organization
from kepuyue.summaries import queries
from kepuyue.summaries.models import Filing
from kepuyue.summaries.reporting.document import SHOWN, column
from kepuyue.summaries.reporting.pictures import picture_of

KIND = "summary-letter"
# In the whole letter; what was filed with the summaries is at the superior's desk anyway
MOST_PICTURES = 12


def register() -> None:
    """Tell `documents` of it."""
    kinds.register(
        KIND, label=gettext_lazy("报送总结的函"), build=build,
        help=gettext_lazy("把本单位已报送的总结连同数字、文字和照片随函报给上级。"),
        is_offered=lambda _user, organ: _has_filed(organ),
    )  # fmt: skip


def _has_filed(organ: IssuingOrgan) -> bool:
    edition = current_edition()
    unit = organ.organization
    return (
        edition is not None and unit.pk != edition.office_id and queries.filed_by_unit(unit, edition).exists()
    )


def build(context: kinds.Context) -> Document:
    """The letter of the organ's unit about its own activities of the present edition."""
    edition, unit = current_edition(), context.organ.organization
    filings = queries.last_filings(unit, edition) if edition is not None else []
    if edition is None or not filings:
        raise ValidationError(_("还没有报送过总结，写不出报送的函。请先在“总结”里报送。"))
    above = unit.parent or edition.office
    later = sum(one.kind == Filing.Kind.SUPPLEMENT for one in filings)
    said = f"我单位共报送{len(filings)}项活动的总结" + (f"，其中{later}份为补报" if later else "")
    sums = "；".join(
        f"{one.kind.name.label}（{one.kind.method.label}）{one.shown}" for one in queries.sums(filings)
    )
    return Document(
        title=f"关于报送{edition.name}活动总结的函",
        addressees=above.name if above else edition.office_name,
        blocks=(
            Paragraph(f"根据{called_for(edition)}要求，现将我单位{edition.name}活动总结随函报送。"),
            Paragraph(f"{said}。数字按取得方式分列，不相加：{sums}。各项活动的数字和情况见附件。"),
            Paragraph("特此函告。"),
        ),
        attachments=(
            Attachment("各项活动数字一览表", (_listed(filings),)),
            Attachment("活动情况", tuple(_told(filings))),
        ),
        dated=today(),
    )  # fmt: skip


def as_word(unit: Organization, edition: Edition) -> bytes:
    """The letter as a Word file in the unit's own name, without a number. Raises ValidationError: nothing was filed."""
    organ = IssuingOrgan(organization=unit, name=unit.name, mark=unit.name)
    with translation.override(settings.CITY_LANGUAGE):
        made = build(kinds.Context(organ, {"edition": edition.code}))
    return word.render(replace(made, mark=unit.name, issuer=unit.name))


def _listed(filings: list[Filing]) -> Table:
    rows = []
    for number, filing in enumerate(filings, 1):
        totals = queries.Totals()
        totals.add(filing)
        cells = (totals.values.get(kind.key) for kind in SHOWN)
        shown = ("" if value is None else str(value) for value in cells)
        rows.append((str(number), filing.summary.activity.title, *shown))
    return Table(("序号", "活动名称", *map(column, SHOWN)), tuple(rows), (1, 5, *[1.6] * len(SHOWN)))


def _told(filings: list[Filing]) -> Iterator[Block]:
    pictures = 0
    for filing in filings:
        yield Heading(1, filing.summary.activity.title)
        yield Paragraph(" ".join(filing.words.split()) or "数字见附件1。")
        for photo in filing.summary.photos.all():
            if pictures == MOST_PICTURES or filing.filed_at is None or photo.described_at > filing.filed_at:
                continue
            if (picture := picture_of(photo, pictures + 1)) is not None:
                pictures += 1
                yield picture
