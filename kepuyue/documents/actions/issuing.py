"""Issuing: number, file and frozen content in one transaction; and declaring void.

A register has neither gaps nor doubles: a number is taken under the lock of its organ, in the transaction that freezes
the document, so that one that fails takes none. What was issued and is wrong is declared void; its number stays.
"""

from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.versions import Conflict
from kepuyue.documents import queries, storing, word
from kepuyue.documents.actions import drafting
from kepuyue.documents.content import TO_FILL_IN, Document
from kepuyue.documents.models import IssuingOrgan, OfficialDocument, full_number
from kepuyue.documents.permissions import check_can_issue
from kepuyue.documents.workflow import DOCUMENT

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# A file is set before the lock is taken, with the number that is next; so often others may be faster
TRIES = 3


@transaction.atomic
def issue(
    *, kind: str, issuer: IssuingOrgan, context: Mapping[str, Any], by: "User",
    replaces: OfficialDocument | None = None,
) -> OfficialDocument:  # fmt: skip
    """Build a document of a kind and issue it at once. `context`: see `kinds.Context.facts`; `replaces`: what it
    corrects.
    """
    draft = drafting.begin(kind, issuer, by=by, facts=context)
    if replaces is not None:
        draft.replaces = replaces
        draft.save()
    return issue_draft(draft, by=by)


def issue_draft(document: OfficialDocument, *, by: "User", version: int | None = None) -> OfficialDocument:
    """Give a draft its number and freeze it. `version`: as somebody looked at it; None: as it stands.

    Raises ValidationError for what may not be issued, `Conflict` where it was changed meanwhile.
    """
    check_can_issue(by, document.organ)
    for number_of_try in range(TRIES):
        seen = OfficialDocument.objects.select_related("organ__organization").get(pk=document.pk)
        content = storing.from_json(seen.content)
        DOCUMENT.next_state(seen.state, "issue")
        _check_complete(content)
        year = content.dated.year
        expected = queries.last_number(seen.organ, year) + 1
        file = _rendered(seen, content, year, expected)
        is_last = number_of_try == TRIES - 1
        found = _frozen(seen, content, expected, file, by=by, version=version, is_last=is_last)
        if found is not None:
            return found
    raise AssertionError("the last try renders under the lock")


def _rendered(document: OfficialDocument, content: Document, year: int, number: int) -> bytes:
    return word.render(replace(content, number=full_number(document.organ.code, year, number)))


@transaction.atomic
def _frozen(
    seen: OfficialDocument, content: Document, expected: int, file: bytes, *, by: "User",
    version: int | None, is_last: bool,
) -> OfficialDocument | None:  # fmt: skip
    """The issued document; None where another was faster and the file says the wrong number."""
    organ = IssuingOrgan.objects.select_for_update().get(pk=seen.organ_id)
    rows = OfficialDocument.objects.select_for_update(of=("self",)).select_related("organ__organization")
    document = rows.filter(pk=seen.pk).first()
    if document is None or document.version != seen.version or version not in (None, document.version):
        raise Conflict(document, _("这份草稿刚刚有人改过或删除，请看过现在的内容再印发。"))
    document.state = DOCUMENT.next_state(document.state, "issue")
    year = content.dated.year
    number = queries.last_number(organ, year) + 1
    if number != expected:
        if not is_last:
            return None
        file = _rendered(document, content, year, number)
    document.year, document.number = year, number
    document.full_number = full_number(organ.code, year, number)
    document.content = storing.to_json(replace(content, number=document.full_number))
    document.issued_at, document.issued_by = now(), by
    document.word_sha256 = sha256(file).hexdigest()
    document.word.save(f"{year}-{number}-{document.word_sha256[:8]}.docx", ContentFile(file), save=False)
    try:
        document.save()
        changes = {"number": [None, document.full_number], "sha256": [None, document.word_sha256]}
        if document.replaces is not None:
            changes["replaces"] = [None, document.replaces.full_number]
        _keep("document.issue", document, by, changes)
    except Exception:
        document.word.storage.delete(document.word.name or "")
        raise
    return document


@transaction.atomic
def void(document: OfficialDocument, *, by: "User", reason: str) -> OfficialDocument:
    """Declare an issued document void. Its number, content and files stay."""
    rows = OfficialDocument.objects.select_for_update(of=("self",)).select_related("organ__organization")
    document = rows.get(pk=document.pk)
    check_can_issue(by, document.organ)
    if not reason.strip():
        raise ValidationError({"reason": _("请写明作废原因，它会留在登记簿里。")})
    document.state = DOCUMENT.next_state(document.state, "void")
    document.void_reason, document.voided_at, document.voided_by = reason.strip()[:300], now(), by
    document.save()
    _keep("document.void", document, by, {"state": ["issued", "void"]}, reason=document.void_reason)
    return document


def _check_complete(content: Document) -> None:
    if not content.title.strip():
        raise ValidationError({"title": _("请填写标题。")})
    if not content.blocks:
        raise ValidationError({"text": _("正文还是空的，请填写后再印发。")})
    if content.secrecy and not settings.CLASSIFIED_DOCUMENTS:
        raise ValidationError(
            {"secrecy": _("涉密公文不能在这个系统里起草和印发。请删掉这份草稿，到涉密系统办理。")}
        )
    if content.secrecy and content.copy_number is None:
        raise ValidationError({"copy_number": _("涉密公文应当标注份号。")})
    if TO_FILL_IN in repr(content):
        raise ValidationError(_("正文或附件里还有“（待填写）”，请补上以后再印发。"))


def _keep(
    action: str, document: OfficialDocument, by: "User", changes: dict[str, list[Any]], reason: str = ""
) -> None:
    audit.record(
        action, document, by=by, changes=changes, reason=reason, version=document.version,
        organization_path=document.organ.organization.path, is_quiet=True,
    )  # fmt: skip
