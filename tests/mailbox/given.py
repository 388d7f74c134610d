"""Letters as mail programs really make them, and as people who mean harm do. Names and addresses are invented."""

import base64
import io
import quopri
import struct
import zipfile
from email.message import EmailMessage
from typing import Any

from docx import Document
from PIL import Image

SUNDAY = "Sun, 15 Sep 2024 10:00:00 +0800"


def picture(shade: str = "teal", size: tuple[int, int] = (640, 480), kind: str = "JPEG") -> bytes:
    """A picture with a slope in it, so that it is like no plain surface."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    image.paste(shade, (0, 0, size[0] // 3, size[1] // 2))
    written = io.BytesIO()
    image.save(written, kind)
    return written.getvalue()


def word(*paragraphs: str, rows: tuple[tuple[str, str], ...] = (), pictures: tuple[bytes, ...] = ()) -> bytes:
    """A Word file as people write it."""
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if rows:
        table = document.add_table(0, 2)
        for left, right in rows:
            cells = table.add_row().cells
            cells[0].text, cells[1].text = left, right
    for one in pictures:
        document.add_picture(io.BytesIO(one))
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def changed(package: bytes, parts: dict[str, bytes]) -> bytes:
    """The same package with parts put in or in place of others."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, data in parts.items():
            new.writestr(name, data)
    return written.getvalue()


class _GbkName(zipfile.ZipInfo):
    """A name as archivers of Chinese systems write it: GBK without any mark."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 zipfile's own name
        return self.filename.encode("gbk"), self.flag_bits & ~0x800


def archive(files: dict[str, bytes]) -> bytes:
    """A zip with names in GBK."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in files.items():
            info = _GbkName(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    return written.getvalue()


def mail(
    text: str = "",
    *,
    sender: str = "owner@example.org",
    subject: str = "总结",
    files: dict[str, bytes] | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    """A mail in UTF-8."""
    message = EmailMessage()
    message["From"], message["Subject"], message["Date"] = f"陈一 <{sender}>", subject, SUNDAY
    message["Message-ID"] = "<1@example.org>"
    for name, value in (headers or {}).items():
        del message[name]
        message[name] = value
    message.set_content(text)
    for name, data in (files or {}).items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def mail_in_gbk(text: str, *, subject: str, name: str, data: bytes) -> bytes:
    """A mail that calls itself GB2312, quoted-printable, its subject unencoded GBK, its attachment's name an encoded
    word in quotation marks."""
    body = quopri.encodestring(text.encode("gbk"))
    named = base64.b64encode(name.encode("gbk")).decode()
    return (
        b"From: =?GB2312?B?" + base64.b64encode("陈一".encode("gbk")) + b"?= <owner@example.org>\r\nSubject: "
        + subject.encode("gbk") + b"\r\nDate: " + SUNDAY.encode() + b"\r\nMessage-ID: <2@example.org>\r\n"
        b'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
        b'--b\r\nContent-Type: text/plain; charset="gb2312"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n'
        + body + b'\r\n--b\r\nContent-Type: application/octet-stream; name="=?GBK?B?' + named.encode()
        + b'?="\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n'
        + base64.encodebytes(data) + b"\r\n--b--\r\n"
    )  # fmt: skip


def tnef(name: str, data: bytes) -> bytes:
    """winmail.dat with one attachment ([MS-OXTNEF] 2.1): its marker, its short name, its bytes."""

    def attribute(level: int, code: int, value: bytes) -> bytes:
        return (
            bytes([level])
            + struct.pack("<II", code, len(value))
            + value
            + struct.pack("<H", sum(value) & 0xFFFF)
        )

    rendering = struct.pack("<HIHHI", 1, 0xFFFFFFFF, 0, 0, 0)
    return (
        struct.pack("<IH", 0x223E9F78, 1)
        + attribute(1, 0x00089006, struct.pack("<I", 0x00010000))
        + attribute(2, 0x00069002, rendering)
        + attribute(2, 0x00018010, name.encode("gbk") + b"\0")
        + attribute(2, 0x0006800F, data)
    )


def scan() -> bytes:
    """A PDF of one page that is a picture."""
    written = io.BytesIO()
    Image.linear_gradient("L").resize((595, 842)).convert("RGB").save(written, "PDF")
    return written.getvalue()


def table(*rows: tuple[Any, ...]) -> bytes:
    """A workbook of one sheet."""
    from openpyxl import Workbook  # slow to load, and one test needs it

    book = Workbook()
    for row in rows:
        book.active.append(row)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()
