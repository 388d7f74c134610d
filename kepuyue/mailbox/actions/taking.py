"""A letter comes in: kept as it was sent, once, before anything in it is read."""

import hashlib
import re
from collections.abc import Iterable
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.editions.models import Edition
from kepuyue.mailbox.heads import Head, head_of
from kepuyue.mailbox.models import Letter
from kepuyue.mailbox.opening import BROKEN, TOO_MUCH
from kepuyue.mailbox.opening.limits import LETTER_BYTES
from kepuyue.mailbox.opening.mail import headers_of
from kepuyue.mailbox.permissions import check_handles_letters

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST_FILES = 10
# 发文字号: the issuing body's short name, the year in hexagonal brackets, the running number (GB/T 9704-2012, 7.2.5)
NUMBER = re.compile(r"^(\S{2,30}?)\s*[〔\[［(（【]\s*(\d{4})\s*[〕\]］)）】]\s*第?\s*(\d{1,5})\s*号$")


class TakenBefore(ValidationError):
    """The same letter is here already; `letter` is the one."""

    def __init__(self, letter: Letter) -> None:
        self.letter = letter
        super().__init__(_("这份来件已经收过，编号%(code)s。") % {"code": letter.code}, code="taken-before")


def take(edition: Edition, data: bytes, *, is_whole: bool = True, size: int | None = None) -> Letter | None:
    """Keep a mail; None where it is here already. `is_whole` False: too large, only its head was fetched.

    The same letter is told by who wrote it when, its number and what it holds; the way that it took does not count.
    """
    head = head_of(headers_of(data))
    body = data.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
    known = "\0".join((head.message_id, head.sender, head.subject, str(head.sent_at)))
    digest = hashlib.sha256(known.encode() + b"\0" + body).hexdigest()
    letter = Letter(
        edition=edition, way=Letter.Way.MAIL, digest=digest, size=size or len(data),
        problem="" if is_whole else TOO_MUCH, **_facts(head),
    )  # fmt: skip
    return _keep(letter, data, "letter.take", None)


def take_unread(edition: Edition, data: bytes, *, size: int) -> Letter | None:
    """Keep a mail whose head could not be read, for a person to look at; None where it is here already."""
    digest = hashlib.sha256(data).hexdigest()
    letter = Letter(edition=edition, way=Letter.Way.MAIL, digest=digest, size=size, problem=BROKEN)
    return _keep(letter, data, "letter.take", None)


def enter(
    edition: Edition, *, by: "User", number: str, files: Iterable[UploadedFile], subject: str = ""
) -> Letter:
    """Keep an official letter with its number and files. Raises ValidationError with what is wrong, `TakenBefore`."""
    check_handles_letters(by)
    number = as_number(number)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = subject or number
    mail.set_content("")
    digest = hashlib.sha256(number.encode())
    given = list(files)
    if not given:
        raise ValidationError({"upload": _("请选择来文的文件。")})
    if len(given) > MOST_FILES:
        raise ValidationError(
            {"upload": _("一次最多%(most)s个文件，请把它们压缩成一个再上传。") % {"most": MOST_FILES}}
        )
    if sum(one.size or 0 for one in given) * 4 // 3 > LETTER_BYTES:
        limit = LETTER_BYTES * 3 // 4_000_000
        raise ValidationError(
            {"upload": _("文件一共不能超过%(limit)s MB，请压缩图片后再上传。") % {"limit": limit}}
        )
    for one in given:
        data = one.read()
        digest.update(hashlib.sha256(data).digest())
        mail.add_attachment(data, maintype="application", subtype="octet-stream", filename=one.name or "file")
    data = mail.as_bytes()
    letter = Letter(
        edition=edition, way=Letter.Way.DOCUMENT, number=number, digest=digest.hexdigest(), size=len(data),
        subject=subject[:300], entered_by=by,
    )  # fmt: skip
    kept = _keep(letter, data, "letter.enter", by)
    if kept is None:
        raise TakenBefore(Letter.objects.get(edition=edition, digest=letter.digest))
    return kept


def as_number(text: str) -> str:
    """A number as it stands on the head of an official letter: 深龙科协〔2024〕12号, whatever brackets were typed."""
    found = NUMBER.match(text.strip())
    if found is None:
        raise ValidationError({"number": _("发文字号像这样写：深龙科协〔2024〕12号。")})
    return f"{found[1]}〔{found[2]}〕{int(found[3])}号"


def _facts(head: Head) -> dict[str, object]:
    return {
        "sender": head.sender,
        "sender_name": head.sender_name,
        "subject": head.subject,
        "sent_at": head.sent_at,
        "is_automatic": head.is_automatic,
        "is_forged": head.is_forged,
    }


def _keep(letter: Letter, data: bytes, action: str, by: "User | None") -> Letter | None:
    if Letter.objects.filter(edition=letter.edition, digest=letter.digest).exists():
        return None
    letter.file.save(f"{letter.code.lower()}.eml", ContentFile(data), save=False)
    try:
        with transaction.atomic():
            letter.save()
            path = letter.edition.office.path if letter.edition.office else ""
            audit.record(action, letter, by=by, reason=letter.number, organization_path=path, is_quiet=True)
    except IntegrityError:  # another process kept it a moment ago
        letter.file.storage.delete(letter.file.name or "")
        return None
    except BaseException:
        letter.file.storage.delete(letter.file.name or "")
        raise
    return letter
