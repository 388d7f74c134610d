"""A letter (RFC 5322, MIME) taken apart into its parts: letters inside it, archives and winmail.dat too."""

import posixpath
from email import message_from_bytes
from email.message import Message
from email.utils import collapse_rfc2231_value
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from selectolax.lexbor import LexborHTMLParser
from tnefparse import TNEF
from tnefparse.properties import MAPI_ATTACH_LONG_FILENAME
from tnefparse.tnef import TNEFAttachment

from kepuyue.imports.opening.archive import Archive
from kepuyue.imports.opening.limits import RefusedError as ArchiveRefused
from kepuyue.mailbox.opening import (
    ARCHIVE,
    BODY,
    BROKEN,
    CUT,
    LOCKED,
    LYING,
    MAIL,
    OTHER,
    TEXT,
    TOO_DEEP,
    TOO_MUCH,
    UNKNOWN,
    Opened,
    Piece,
    kinds,
)
from kepuyue.mailbox.opening.charset import Repairing, clean, decoded, header
from kepuyue.mailbox.opening.limits import MOST_DEPTH, MOST_PIECES, MOST_RATIO, MOST_TEXT, UNPACKED_BYTES

INTO = " › "  # between a part and what holds it
REPAIRING = Repairing()
# What the understanding goes by; all else stays in the letter that is kept
HEADERS = ("From", "Sender", "Subject", "Date", "Message-ID", "Auto-Submitted", "Precedence", "List-Id",
           "List-Unsubscribe", "Return-Path", "X-Auto-Response-Suppress", "Authentication-Results")  # fmt: skip
LEFT_OUT = ("application/pkcs7-signature", "application/x-pkcs7-signature", "application/pgp-signature")


class FullError(Exception):
    """The letter holds more than is read."""


def headers_of(data: bytes) -> dict[str, str]:
    """The headers by which a letter is understood, as people read them; the first of each name."""
    head = data[:300_000].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    message = message_from_bytes(head + b"\n\n", policy=REPAIRING)
    return {name: header(value)[:2_000] for name in HEADERS if (value := str(message.get(name, "")))}


def opened(data: bytes) -> Opened:
    """The whole letter in parts."""
    answer = Opened(headers=headers_of(data))
    taking = _Taking(answer)
    try:
        taking.message(message_from_bytes(data, policy=REPAIRING), "", 0)
    except FullError:
        answer.problem = TOO_MUCH
    except RecursionError:
        answer.problem = TOO_DEEP
    return answer


class _Taking:
    """Walks through a letter and counts what it takes."""

    def __init__(self, answer: Opened) -> None:
        self._answer = answer
        self._room = UNPACKED_BYTES

    def message(self, message: Message, place: str, depth: int) -> None:
        """One letter: its text first, then its parts."""
        bodies: list[str] = []
        files: list[tuple[Message, str]] = []
        self._sort(message, bodies, files, 0)
        text = "\n".join(body for body in bodies if body.strip())
        if text.strip() or not place:
            self._keep(Piece(place, BODY, len(text), *_cut(text)))
        for part, name in files:
            self._file_of(part, name, place, depth)

    def _sort(self, part: Message, bodies: list[str], files: list[tuple[Message, str]], level: int) -> None:
        if level > 40:
            raise RecursionError
        kind, name = part.get_content_type(), _name_of(part)
        if kind == "message/rfc822" or kind == "message/global":
            files.append((part, name))
        elif part.is_multipart():
            inside = [one for one in part.get_payload() if isinstance(one, Message)]
            if kind == "multipart/alternative":
                inside = _best_of(inside)
            for one in inside:
                self._sort(one, bodies, files, level + 1)
        elif kind in LEFT_OUT:
            return
        elif (
            kind in ("text/plain", "text/html")
            and not name
            and part.get_content_disposition() != "attachment"
        ):
            bodies.append(_text_of(part))
        else:
            files.append((part, name))

    def _file_of(self, part: Message, name: str, place: str, depth: int) -> None:
        inside = part.get_payload()
        if isinstance(inside, list) and part.get_content_maintype() == "message":
            for one in inside:
                if isinstance(one, Message):
                    subject = header(str(one.get("Subject", "")))
                    self._letter(one, _joined(place, name or subject or "message.eml"), depth)
            return
        data = part.get_payload(decode=True)
        ending = (part.get_content_subtype() or "bin")[:10]
        self.file(data if isinstance(data, bytes) else b"", _joined(place, name or f"part.{ending}"), depth)

    def _letter(self, message: Message, place: str, depth: int) -> None:
        if depth >= MOST_DEPTH:
            self._keep(Piece(place, MAIL, problem=TOO_DEEP))
            return
        told = [
            f"{label}：{header(str(message.get(name, '')))}"
            for name, label in (("From", "发件人"), ("Subject", "主题"))
        ]
        self._keep(Piece(place, MAIL, text="\n".join(told)))
        self.message(message, place, depth + 1)

    def file(self, data: bytes, place: str, depth: int) -> None:
        """One file, wherever it lay; archives are taken apart too."""
        name = place.rpartition(INTO)[2]
        if len(data) > self._room:
            self._keep(Piece(place, OTHER, len(data), problem=TOO_MUCH))
            return
        self._room -= len(data)
        if data.startswith(kinds.TNEF):
            self._tnef(data, place, depth)
            return
        if name.lower().endswith(".eml"):
            self._letter(message_from_bytes(data, policy=REPAIRING), place, depth)
            return
        kind = kinds.kind_of(data, name)
        piece = Piece(place, kind, len(data))
        if kinds.is_lying(kind, name):
            piece.problem = LYING
        elif kind == ARCHIVE:
            self._archive(data, piece, depth)
            return
        elif kind == TEXT:
            text = (
                _without_markup(decoded(data)) if name.lower().endswith((".htm", ".html")) else decoded(data)
            )
            piece.text, _none, piece.notes = _cut(text)
        elif kind == OTHER:
            piece.problem = UNKNOWN
        else:
            piece.data = data
        self._keep(piece)

    def _archive(self, data: bytes, piece: Piece, depth: int) -> None:
        self._keep(piece)
        if depth >= MOST_DEPTH:
            piece.problem = TOO_DEEP
            return
        try:
            archive = Archive(data)
            parts = ZipFile(BytesIO(data)).infolist()
        except ArchiveRefused as refused:
            piece.problem = {"locked": LOCKED, "too much": TOO_MUCH}.get(refused.what, BROKEN)
            return
        except BadZipFile:
            piece.problem = BROKEN
            return
        for part in parts:
            if part.is_dir() or "__MACOSX" in part.filename:
                continue
            place = _joined(piece.place, _plain(_as_named(part.filename, part.flag_bits)))
            if (
                part.file_size > self._room
                or part.file_size > MOST_RATIO * max(part.compress_size, 1) + 1_000_000
            ):
                self._keep(Piece(place, OTHER, part.file_size, problem=TOO_MUCH))
                continue
            try:
                # What it says of its own size is not believed: counted while it is unpacked
                inside = archive.read(part.filename.replace("\\", "/").lstrip("/"), most=part.file_size)
            except ArchiveRefused as refused:
                broken = {"too much": TOO_MUCH, "locked": LOCKED}.get(refused.what, BROKEN)
                self._keep(Piece(place, OTHER, part.file_size, problem=broken))
                continue
            self.file(inside, place, depth + 1)

    def _tnef(self, data: bytes, place: str, depth: int) -> None:
        try:
            packed = TNEF(data, do_checksum=False)
            found = [(_tnef_name(one), bytes(one.data)) for one in packed.attachments]
            body = packed.body or packed.htmlbody or ""
        except Exception:  # a library for a format that nobody documents can break in any way
            self._keep(Piece(place, OTHER, len(data), problem=BROKEN))
            return
        if isinstance(body, bytes):
            body = decoded(body, "gb18030")
        text = _without_markup(body) if "<" in body else clean(body)
        self._keep(Piece(place, MAIL, len(data), *_cut(text)))
        for name, inside in found:
            self.file(inside, _joined(place, name), depth + 1)

    def _keep(self, piece: Piece) -> None:
        if len(self._answer.pieces) >= MOST_PIECES:
            raise FullError
        self._answer.pieces.append(piece)


def _name_of(part: Message) -> str:
    """The name of a part, however the program wrote it: RFC 2231, an encoded word in quotation marks, or raw bytes."""
    for field, place in (("filename", "Content-Disposition"), ("name", "Content-Type")):
        told = part.get_param(field, None, place)
        if isinstance(told, tuple):
            charset, _language, text = told
            raw = text.encode("latin-1", errors="replace") if text.isascii() or not _is_wide(text) else None
            return _plain(
                decoded(raw, charset or "utf-8") if raw is not None else collapse_rfc2231_value(told)
            )
        if told:
            return _plain(header(str(told)))
    return ""


def _is_wide(text: str) -> bool:
    return any(ord(sign) > 255 for sign in text)


def _plain(name: str) -> str:
    """The last step of a path, short enough to be shown; the sign between places is ours."""
    last = posixpath.basename(name.replace("\\", "/").rstrip("/")).replace("›", ">")
    return clean(" ".join(last.split()))[-120:]


def _as_named(name: str, flags: int) -> str:
    """The name in an archive: where UTF-8 is not marked, what was read as code page 437 is GB18030 or UTF-8."""
    if flags & 0x800:
        return name
    try:
        return decoded(name.encode("cp437"))
    except UnicodeEncodeError:
        return name


def _tnef_name(one: TNEFAttachment) -> str:
    """Its long name where it has one, else the short one, which the library itself would take for UTF-8."""
    long = next((found.data for found in one.mapi_attrs if found.name == MAPI_ATTACH_LONG_FILENAME), "")
    name = long or one._name
    text = decoded(name, "gb18030") if isinstance(name, bytes) else str(name)
    return _plain(text.strip("\0")) or "part.bin"


def _joined(place: str, name: str) -> str:
    return (f"{place}{INTO}{name}" if place else name)[-250:]


def _best_of(parts: list[Message]) -> list[Message]:
    """Of ways to say the same: the plain text where it says something, with what is not text at all."""
    plain = [one for one in parts if one.get_content_type() == "text/plain"]
    if any(_text_of(one).strip() for one in plain):
        others = [one for one in parts if one.get_content_maintype() != "text" and not _is_html_in(one)]
        return plain[:1] + others
    return parts[-1:]


def _is_html_in(part: Message) -> bool:
    return part.get_content_type() == "multipart/related" and not any(
        one.get_content_maintype() != "text" for one in part.walk() if not one.is_multipart()
    )


def _text_of(part: Message) -> str:
    data = part.get_payload(decode=True)
    text = decoded(data if isinstance(data, bytes) else b"", part.get_content_charset() or "")
    return _without_markup(text) if part.get_content_type() == "text/html" else text


def _without_markup(text: str) -> str:
    tree = LexborHTMLParser(text[: 4 * MOST_TEXT])
    tree.strip_tags(["script", "style", "head", "title", "template"])
    for node in tree.css("br, p, div, tr, li, h1, h2, h3, h4, table"):
        node.insert_before("\n")
    for node in tree.css("td, th"):
        node.insert_after("\t")
    top = tree.body or tree.root
    said = top.text(separator="") if top is not None else ""
    lines = [" ".join(line.split()) for line in clean(said).replace("\xa0", " ").split("\n")]
    return "\n".join(line for line in lines if line)


def _cut(text: str) -> tuple[str, str, list[str]]:
    """The text within the limit, no problem, and the note that it was cut."""
    return text[:MOST_TEXT], "", [CUT] if len(text) > MOST_TEXT else []
