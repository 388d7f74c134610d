"""Drafts: begun from a kind, built, changed by people, begun anew from one that was issued, thrown away."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.documents import kinds, storing, typed
from kepuyue.documents.content import Attachment, Block, Document, Paragraph
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.documents.permissions import check_can_issue
from kepuyue.documents.workflow import DOCUMENT

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

logger = logging.getLogger(__name__)
State = OfficialDocument.State


@dataclass(frozen=True)
class Typed:
    """What people may change of a draft, as they typed it. `attachments`: (title, text); one that is empty goes."""

    title: str
    addressees: str
    text: str
    dated: date
    note: str = ""
    copies_to: tuple[str, ...] = ()
    attachments: tuple[tuple[str, str], ...] = ()
    joint: tuple[str, ...] = ()
    signers: tuple[str, ...] = ()
    copy_number: int | None = None
    secrecy: str = ""
    urgency: str = ""


@transaction.atomic
def begin(
    kind: str, organ: IssuingOrgan, *, by: "User", facts: Mapping[str, Any], in_background: bool = False
) -> OfficialDocument:
    """A draft of a kind. In the background it waits to be built (`tasks.build_document`), else it is built here."""
    check_can_issue(by, organ)
    made = kinds.kind_of(kind)
    document = OfficialDocument(
        organ=organ, kind=kind, facts=dict(facts), created_by=by,
        state=State.BUILDING if in_background else State.DRAFT,
    )  # fmt: skip
    if in_background:
        document.title = str(made.label)
    else:
        _take(document, _built(made, kinds.Context(organ, facts, by)))
    document.save()
    _keep("document.begin", document, by)
    return document


def build(document: OfficialDocument, *, by: "User | None") -> None:
    """Make the content of one that waits; how far it is stands in its row. Safe to run twice."""
    if document.state != State.BUILDING:
        return
    told = _Telling(document)
    try:
        made = _built(kinds.kind_of(document.kind), kinds.Context(document.organ, document.facts, by, told))
    except Exception as error:
        logger.warning("%s could not be built: %s", document, error, exc_info=True)
        why = error.messages[0] if isinstance(error, ValidationError) else str(error) or type(error).__name__
        _move(document, "fail", by, trouble=why[:300])
        return
    _move(document, "build", by, made=made)


@transaction.atomic
def try_again(document: OfficialDocument, *, by: "User") -> OfficialDocument:
    """Let one that failed wait to be built once more."""
    document = _locked(document, by)
    document.state = DOCUMENT.next_state(document.state, "try_again")
    document.share, document.trouble = 0, ""
    document.save()
    _keep("document.try_again", document, by)
    return document


@transaction.atomic
def change(document: OfficialDocument, new: Typed, *, by: "User", version: int) -> OfficialDocument:
    """Write what was typed into a draft. Raises `Conflict` where somebody else changed it, ValidationError by field."""
    document = _locked(document, by)
    _check_draft(document)
    if version != document.version:
        raise Conflict(document)
    old = storing.from_json(document.content)
    made = replace(
        old, title=new.title, addressees=new.addressees, dated=new.dated, note=new.note, copies_to=new.copies_to,
        joint=new.joint, signers=new.signers, copy_number=new.copy_number, secrecy=new.secrecy, urgency=new.urgency,
        blocks=_blocks("text", new.text, old.blocks), attachments=_attachments(new.attachments, old.attachments),
    )  # fmt: skip
    if made == old:
        return document
    before = _told(old)
    _take(document, made)
    document.version += 1
    document.save()
    after = _told(made)
    names = dict.fromkeys([*before, *after])
    changed = {
        name: [before.get(name), after.get(name)] for name in names if before.get(name) != after.get(name)
    }
    _keep("document.change", document, by, changed)
    return document


@transaction.atomic
def correct(document: OfficialDocument, *, by: "User") -> OfficialDocument:
    """A draft with the same content that will replace an issued one and says so; that one stays as it is."""
    found = _locked(document, by)
    if not found.is_frozen:
        raise NotPossibleNow(_("还没有印发，直接修改草稿即可。"), code="not-issued")
    old = storing.from_json(found.content)
    said = Paragraph(f"此前印发的《{found.title}》（{found.full_number}）同时废止。")
    draft = OfficialDocument(
        organ=found.organ, kind=found.kind, facts=found.facts, created_by=by, replaces=found
    )
    _take(draft, replace(old, number="", blocks=(*old.blocks, said)))
    draft.save()
    _keep("document.begin", draft, by, {"replaces": [None, found.full_number]})
    return draft


@transaction.atomic
def remove(document: OfficialDocument, *, by: "User") -> None:
    """Throw away what was never issued."""
    document = _locked(document, by)
    if document.is_frozen:
        raise NotPossibleNow(_("已经编号的公文不能删除，只能作废。"), code="issued")
    _keep("document.remove", document, by)
    document.delete()


def _told(content: Document) -> dict[str, Any]:
    """What the trail tells of a changed draft."""
    plain = ("title", "addressees", "note", "secrecy", "urgency", "copy_number")
    listed = {name: "，".join(getattr(content, name)) for name in ("copies_to", "joint", "signers")}
    attached = {f"attachment_{number}": f"{one.title}\n{typed.to_text(one.blocks)}"
                for number, one in enumerate(content.attachments, 1)}  # fmt: skip
    return (
        {name: getattr(content, name) for name in plain} | listed | attached
        | {"dated": content.dated.isoformat(), "text": typed.to_text(content.blocks)}
    )  # fmt: skip


def _locked(document: OfficialDocument, by: "User") -> OfficialDocument:
    rows = OfficialDocument.objects.select_for_update(of=("self",)).select_related("organ__organization")
    found = rows.filter(pk=document.pk).first()
    if found is None:
        raise NotPossibleNow(_("这份草稿已经被删除。"), code="gone")
    check_can_issue(by, found.organ)
    return found


def _check_draft(document: OfficialDocument) -> None:
    if document.state != State.DRAFT:
        raise NotPossibleNow(
            _("这份公文现在是“%(state)s”，不能修改。") % {"state": document.get_state_display()},
            code="not-draft",
        )


def _built(kind: kinds.Kind, context: kinds.Context) -> Document:
    """A document speaks the city's language, whoever asked for it in which."""
    with translation.override(settings.CITY_LANGUAGE):
        return kind.build(context)


def _take(document: OfficialDocument, made: Document) -> None:
    """Fill in what its organ gives, and keep the content."""
    organ = document.organ
    whole = replace(
        made, mark=made.mark or organ.mark, issuer=made.issuer or organ.name,
        on_behalf=made.on_behalf or organ.on_behalf, printed_by=made.printed_by or organ.printed_by,
    )  # fmt: skip
    document.title = whole.title[:300]
    document.content = storing.to_json(whole)


def _blocks(name: str, text: str, given: Sequence[Block]) -> tuple[Block, ...]:
    try:
        return typed.from_text(text, given)
    except typed.Unknown as unknown:
        raise ValidationError(
            {name: _("没有“%(place)s”这个表或图，请照原来的写法，或者删掉这一行。") % {"place": unknown}}
        ) from None


def _attachments(new: Sequence[tuple[str, str]], old: Sequence[Attachment]) -> tuple[Attachment, ...]:
    found = []
    for place, (title, text) in enumerate(new):
        given = old[place].blocks if place < len(old) else ()
        if title.strip() or text.strip():
            found.append(Attachment(title, _blocks(f"attachment_{place}_text", text, given)))
    return tuple(found)


class _Telling:
    """Notes how far building is, at most once a second."""

    def __init__(self, document: OfficialDocument) -> None:
        self.document, self.told = document, 0.0

    def __call__(self, share: float) -> None:
        if monotonic() - self.told >= 1:
            self.told = monotonic()
            waiting = OfficialDocument.objects.filter(pk=self.document.pk, state=State.BUILDING)
            waiting.update(share=min(max(share, 0.0), 1.0))


@transaction.atomic
def _move(
    document: OfficialDocument,
    verb: str,
    by: "User | None",
    *,
    made: Document | None = None,
    trouble: str = "",
) -> None:
    rows = OfficialDocument.objects.select_for_update(of=("self",)).select_related("organ__organization")
    found = rows.filter(pk=document.pk, state=State.BUILDING).first()
    if found is None:
        return  # thrown away meanwhile, or built by another process
    found.state, found.trouble, found.share = DOCUMENT.next_state(found.state, verb), trouble, 1
    if made is not None:
        _take(found, made)
    found.save()
    _keep(f"document.{verb}", found, by)


def _keep(
    action: str, document: OfficialDocument, by: "User | None", changes: dict[str, list[Any]] | None = None
) -> None:
    audit.record(
        action, document, by=by, changes=changes, version=document.version,
        organization_path=document.organ.organization.path, is_quiet=True,
    )  # fmt: skip
