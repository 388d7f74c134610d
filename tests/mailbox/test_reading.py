"""What is read of a letter: Chinese however it is encoded, letters in letters, and what means harm."""

import io
import zipfile
from email import message_from_bytes
from email.message import EmailMessage

import pytest

from kepuyue.mailbox import office, reading
from kepuyue.mailbox.opening import Piece
from tests.mailbox import given


def read(letter: bytes) -> dict[str, Piece]:
    """The parts by their place; the letter's own text under "" """
    return {piece.place: piece for piece in reading.read(letter).pieces}


def test_a_mail_in_gbk_is_read_with_its_subject_sender_and_names() -> None:
    letter = given.mail_in_gbk(
        "参与群众300人次。李喆到场。",
        subject="科普日总结",
        name="总结材料.docx",
        data=given.word("我们办了讲座。"),
    )

    contents = reading.read(letter)

    assert contents.headers["Subject"] == "科普日总结"
    assert contents.headers["From"] == "陈一 <owner@example.org>"
    assert [(one.place, one.text) for one in contents.pieces] == [
        ("", "参与群众300人次。李喆到场。"), ("总结材料.docx", "我们办了讲座。")
    ]  # fmt: skip


def test_the_rows_and_pictures_of_a_word_file_are_read() -> None:
    file = given.word("总结", rows=(("参与群众", "300人次"), ("志愿者", "12人")), pictures=(given.picture(),))

    parts = read(given.mail("见附件", files={"总结.docx": file}))

    assert parts["总结.docx"].text == "总结\n参与群众\t300人次\n志愿者\t12人"
    assert parts["总结.docx › image1.jpg"].data.startswith(b"\xff\xd8\xff")


def test_an_archive_with_names_in_gbk_is_unpacked() -> None:
    packed = given.archive({"材料/总结.txt": "志愿者12人".encode("gbk"), "照片.jpg": given.picture()})

    parts = read(given.mail("见附件", files={"总结.zip": packed}))

    assert parts["总结.zip › 总结.txt"].text == "志愿者12人"
    assert parts["总结.zip › 照片.jpg"].problem == ""


def test_winmail_dat_gives_its_attachments() -> None:
    parts = read(
        given.mail("见附件", files={"winmail.dat": given.tnef("总结.docx", given.word("我们办了讲座。"))})
    )

    assert parts["winmail.dat › 总结.docx"].text == "我们办了讲座。"


def test_a_letter_in_a_letter_is_read() -> None:
    inner = given.mail("参与群众300人次", subject="原来的总结", files={"照片.png": given.picture(kind="PNG")})
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "b@example.org", "转发"
    outer.set_content("请看转发的邮件")
    outer.add_attachment(message_from_bytes(inner))

    parts = [(one.place, one.kind, bool(one.data)) for one in reading.read(outer.as_bytes()).pieces]

    assert parts == [
        ("", "body", False), ("原来的总结", "mail", False), ("原来的总结", "body", False),
        ("原来的总结 › 照片.png", "picture", True),
    ]  # fmt: skip


def test_of_text_and_markup_that_say_the_same_the_text_is_read_and_markup_alone_loses_its_marks() -> None:
    both = EmailMessage()
    both["From"] = "b@example.org"
    both.set_content("参与群众300人次\n")
    both.add_alternative("<p>参与群众<b>300</b>人次</p>", subtype="html")
    alone = EmailMessage()
    alone["From"] = "b@example.org"
    page = "<style>p{}</style><script>alert(1)</script><p>参与<b>300</b>人次</p><table><tr><td>志愿者</td><td>12人</td></tr></table>"
    alone.set_content(page, subtype="html")

    assert read(both.as_bytes())[""].text == "参与群众300人次\n"
    assert read(alone.as_bytes())[""].text == "参与300人次\n志愿者 12人"


def test_a_table_is_read_with_the_headings_of_its_columns() -> None:
    file = given.table(("活动名称", "参与人数", "志愿者"), ("科普进校园", 200, 10))

    parts = read(given.mail("见附件", files={"统计表.xlsx": file}))

    assert parts["统计表.xlsx"].text == "活动名称：科普进校园；参与人数：200；志愿者：10"


def test_a_scanned_pdf_is_shown_as_pictures() -> None:
    parts = read(given.mail("见附件", files={"总结.pdf": given.scan()}))

    assert (parts["总结.pdf"].text, parts["总结.pdf"].notes) == ("", ["scanned"])
    assert parts["总结.pdf › 1.jpg"].data.startswith(b"\xff\xd8\xff")


# What means harm -------------------------------------------------------------------------------------------


def test_macros_and_links_to_elsewhere_of_two_hundred_pages_are_left_alone_and_named() -> None:
    link = (
        b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" '
        b'Target="http://127.0.0.1:9/x.png" TargetMode="External"/></Relationships>'
    )
    file = given.changed(
        given.word(*["科普活动丰富多彩。" * 40] * 400, "参与群众300人次"),
        {"word/_rels/document.xml.rels": link, "word/vbaProject.bin": b"\xd0\xcf\x11\xe0"},
    )

    parts = read(given.mail("见附件", files={"总结.docx": file}))

    assert set(parts) == {"", "总结.docx"}
    assert sorted(parts["总结.docx"].notes) == ["external", "macros"]
    assert parts["总结.docx"].text.endswith("参与群众300人次")


def test_a_word_file_with_entities_is_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;">]><a><t>&y;</t></a>'

    parts = read(
        given.mail("见附件", files={"总结.docx": given.changed(given.word("x"), {"word/document.xml": bomb})})
    )

    assert (parts["总结.docx"].problem, parts["总结.docx"].text) == ("broken", "")


@pytest.mark.parametrize(
    ("name", "data", "problem"),
    [
        ("照片.jpg", b"<html><script>alert(1)</script></html>", "lying"),
        ("照片.png", b"MZ\x90\x00program", "lying"),
        ("总结.docx", given.picture(), "lying"),
        ("照片.jpg", given.picture()[:400], "not-a-picture"),
        ("总结.exe", b"MZ\x90\x00program", "unknown"),
        ("总结.rar", b"Rar!\x1a\x07\x00", "unknown"),
        ("总结.pdf", b"%PDF-1.7 nothing follows", "broken"),
        ("总结.zip", b"PK\x03\x04 nothing follows", "broken"),
    ],
)
def test_what_is_not_what_it_says_is_named_and_the_rest_is_read(name: str, data: bytes, problem: str) -> None:
    parts = read(given.mail("参与群众300人次", files={name: data, "说明.txt": "志愿者12人".encode()}))

    assert (parts[name].problem, parts[name].data) == (problem, b"")
    assert parts[""].text == "参与群众300人次\n"
    assert parts["说明.txt"].text == "志愿者12人"


def test_bombs_cost_themselves_only() -> None:
    zeros = io.BytesIO()
    with zipfile.ZipFile(zeros, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bomb:
        bomb.writestr("0.txt", b"0" * 60_000_000)
    russian_doll = given.archive({"总结.txt": "参与群众300人次".encode()})
    for depth in range(6):
        russian_doll = given.archive({f"{depth}.zip": russian_doll})

    parts = read(given.mail("见附件", files={"零.zip": zeros.getvalue(), "套.zip": russian_doll}))

    assert parts["零.zip › 0.txt"].problem == "too-much"
    assert [one.problem for place, one in parts.items() if place.startswith("套.zip")][-1] == "too-deep"


def test_a_letter_of_a_thousand_parts_is_read_up_to_the_limit() -> None:
    contents = reading.read(given.mail("参与群众300人次", files={f"{n}.txt": b"x" for n in range(1000)}))

    assert contents.problem == "too-much"
    assert contents.pieces[0].text == "参与群众300人次\n"


def test_parts_nested_a_thousand_times_end_in_a_sentence() -> None:
    head = b"From: a@example.org\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
    levels = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(1000)
    )

    contents = reading.read(head + levels + b"\r\nx\r\n")

    assert contents.problem in ("too-deep", "too-much")
    assert contents.headers["Subject"] == "x"


def test_an_old_word_file_is_read_by_libreoffice_which_asks_nobody_for_what_it_links_to() -> None:
    rtf = (
        '{\\rtf1\\ansi\\ansicpg936 {\\field{\\*\\fldinst INCLUDEPICTURE "http://127.0.0.1:%d/x.png" \\\\d}}'
        " \\'b2\\'ce\\'d3\\'eb\\'c8\\'ba\\'d6\\'da300\\'c8\\'cb\\'b4\\'ce\\par}"
    )
    import socket

    with socket.create_server(("127.0.0.1", 0)) as watched:
        watched.settimeout(0.2)
        parts = read(given.mail("见附件", files={"总结.doc": (rtf % watched.getsockname()[1]).encode()}))

        with pytest.raises(TimeoutError):
            watched.accept()
    assert parts["总结.doc"].text == "参与群众300人次"


def test_without_libreoffice_an_old_word_file_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(office.NotPossible, match="no-office"):
        office.as_new_word(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
