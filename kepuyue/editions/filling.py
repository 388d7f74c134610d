"""Templates of an edition's official documents: {年份} and the like are filled in with what the edition says."""

import re
from collections.abc import Mapping
from datetime import date

from kepuyue.documents import kinds
from kepuyue.documents.content import TO_FILL_IN, Attachment, Document
from kepuyue.documents.typed import parts_of
from kepuyue.editions.models import Edition, KeyDate, Paper

_PLACE = re.compile(r"\{([^{}]+)\}")
WORDS = (
    "年份",
    "届次",
    "主题",
    "活动时间",
    "申报开始",
    "申报截止",
    "宣传开始",
    "总结截止",
    "邮箱",
    "电话",
    "发文机关",
)


def words_of(edition: Edition, organ_name: str) -> dict[str, str]:
    """What may stand between braces in a template, with what the edition says."""
    days = {entry.kind: day_text(entry.day) for entry in edition.key_dates.all()}
    values = (
        str(edition.year), edition.ordinal, edition.theme, span_text(edition.starts_on, edition.ends_on),
        *(days.get(kind, "") for kind in (
            KeyDate.Kind.REGISTRATION_OPENS, KeyDate.Kind.REGISTRATION_DUE, KeyDate.Kind.PUBLICITY_OPENS,
            KeyDate.Kind.SUMMARY_DUE,
        )),
        edition.contact_email, edition.contact_phone, organ_name,
    )  # fmt: skip
    return dict(zip(WORDS, values, strict=True))


def filled(text: str, words: Mapping[str, str]) -> str:
    """The text with its places filled in; what is not known becomes （待填写）."""
    return _PLACE.sub(lambda place: words.get(place[1].strip()) or TO_FILL_IN, text)


def document(
    paper: Paper, context: kinds.Context, dated: date, more: Mapping[str, str], *attachments: Attachment
) -> Document:
    """The document that a template makes. `attachments`: the text of the first ones that it names."""
    words = words_of(paper.edition, context.organ.name) | dict(more)
    parts = parts_of(filled(paper.body, words))
    named = (*attachments, *parts.attachments[len(attachments) :])
    return Document(
        title=filled(paper.title, words), addressees=parts.addressees, blocks=parts.blocks, dated=dated,
        note=parts.note, attachments=named,
    )  # fmt: skip


def called_for(edition: Edition) -> str:
    """What asks for summaries and recommendations, as documents name it: the edition's notice with its number."""
    paper = edition.papers.filter(code="notice").first()
    if paper is None:
        return f"{edition.name}活动通知"
    title = f"《{paper.issuer}{paper.title.removeprefix(paper.issuer)}》"
    return f"{title}（{paper.number}）" if paper.number else title


def day_text(day: date) -> str:
    """A day within the year that is spoken of: 9月28日."""
    return f"{day.month}月{day.day}日"


def span_text(first: date, last: date) -> str:
    """Some days as the notice writes them: 9月1-30日, 8月30日-9月5日."""
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.month}月{first.day}-{last.day}日"
    return f"{day_text(first)}-{day_text(last)}"


def plain(markdown: str) -> str:
    """A published paper as people would type it: without the marks of headings and of strong words."""
    return re.sub(r"(?m)^#+\s*", "", markdown).replace("**。", "。").replace("**", "")
