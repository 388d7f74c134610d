"""Every figure of GB/T 9704-2012, in the Word file and on the pages of the PDF; and what is wrong is found out by its name."""

import io
import json
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from django.core.management import CommandError, call_command
from docx.oxml.ns import qn
from docx.shared import RGBColor

from kepuyue.documents import pdf, word
from kepuyue.documents.content import Document
from kepuyue.documents.measuring import Measured, Unreadable
from kepuyue.documents.measuring import pdf as pdf_files
from kepuyue.documents.measuring import word as word_files
from kepuyue.documents.standard import FIGURES, VALUES
from tests.documents.given import draft, short, upward, whole


def off(code: str) -> Mapping[str, float]:
    """The standard's figures with one that is clearly wrong."""
    figure = FIGURES[code]
    least = {"mm": 0.15, "行": 1.0, "字": 1.0, "pt": 1.0, "位": 1.0, "倍": 0.15, "色": 75}[figure.unit]
    return {**VALUES, code: figure.value + max(3 * figure.tolerance, least)}


def wrong(found: list[Measured]) -> set[str]:
    return {one.figure.code for one in found if not one.is_right}


# What only a document shows that goes upward, of several organs
UPWARD = {
    "marks_top", "marks_left", "copy_digits", "marks_step", "joint_center", "number_left", "signer_right", "signer_line"
}  # fmt: skip


WHITE = {**VALUES, "mark_color": 255.0}


def sample(code: str) -> Document:
    """The document on which a figure can be seen."""
    if code in {"draft", "short", "shifted"}:
        return draft() if code == "draft" else short()
    return upward() if code in {"upward", *UPWARD} else whole()


def figures(code: str) -> Mapping[str, float]:
    """The figures that it is rendered with."""
    return (
        off("mark_top" if code == "shifted" else code)
        if code in {"shifted", *FIGURES}
        else {"white": WHITE}.get(code, VALUES)
    )


@pytest.fixture(scope="module")
def pages() -> dict[str, list[Measured]]:
    """The right document and one for each wrong figure, as PDF: one start of LibreOffice for all."""
    codes = ["", "upward", "white", "draft", "short", "shifted", *FIGURES]
    files = [word.render(sample(code), figures(code)) for code in codes]
    return {code: pdf_files.measure(data) for code, data in zip(codes, pdf.from_word(files), strict=True)}


@pytest.mark.parametrize("code", ["", "upward"])
def test_word_file_keeps_every_figure(code: str) -> None:
    found = word_files.measure(word.render(sample(code)))

    assert {one.figure.code for one in found} == set(FIGURES) - (set() if code else UPWARD)
    assert wrong(found) == set()


@pytest.mark.parametrize("code", ["", "upward"])
def test_pages_keep_every_figure(code: str, pages: dict[str, list[Measured]]) -> None:
    assert {one.figure.code for one in pages[code]} == set(FIGURES) - (set() if code else UPWARD)
    assert wrong(pages[code]) == set()


@pytest.mark.parametrize("code", FIGURES)
def test_wrong_figure_in_a_word_file_is_found_out_and_no_other(code: str) -> None:
    assert wrong(word_files.measure(word.render(sample(code), off(code)))) == {code}


@pytest.mark.parametrize("code", FIGURES)
def test_wrong_figure_on_the_pages_is_found_out(code: str, pages: dict[str, list[Measured]]) -> None:
    assert code in wrong(pages[code])


def test_marks_of_a_full_line_stay_in_the_block_and_a_draft_has_no_number(
    pages: dict[str, list[Measured]],
) -> None:
    assert {one.figure.code for one in pages["draft"]} == set(FIGURES) - UPWARD - {"number_lines", "rule_gap"}
    assert wrong(pages["draft"]) == set()


def test_letter_of_one_page_is_measured_but_for_the_height_of_its_block(
    pages: dict[str, list[Measured]],
) -> None:
    seen = set(FIGURES) - UPWARD - {"top", "lines", "block_height", "attachment_lines"}

    assert {one.figure.code for one in pages["short"]} == seen
    assert wrong(pages["short"]) == set()
    assert wrong(pages["shifted"]) == {"mark_top"}


def test_mark_that_nobody_would_call_red_is_found_all_the_same(pages: dict[str, list[Measured]]) -> None:
    assert wrong(word_files.measure(word.render(whole(), WHITE))) == {"mark_color"}
    assert wrong(pages["white"]) == {"mark_color"}


@pytest.mark.parametrize(
    "change",
    [
        {"attachments": ()},
        {"copies_to": ()},
        {"printed_by": ""},
        {"addressees": ""},
        {"on_behalf": "", "issuer": "市科协"},
    ],
)
def test_documents_without_some_of_the_parts_keep_the_other_figures(change: dict[str, Any]) -> None:
    assert wrong(word_files.measure(word.render(replace(whole(), **change)))) == set()


def test_command_names_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.docx", tmp_path / "bad.docx"
    good.write_bytes(word.render(whole()))
    bad.write_bytes(word.render(whole(), off("mark_top")))

    call_command("documents", "measure", str(good), "--format", "json")
    assert all(one["is_right"] for one in json.loads(capsys.readouterr().out))
    with pytest.raises(CommandError, match="发文机关标志上边缘"):
        call_command("documents", "measure", str(bad))


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "/"), data)
    return file.getvalue()


ENTITIES = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "x"><!ENTITY c "&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize("data", [b"", b"text", archive(word__x=b"<a/>"), archive(**{"word__document.xml": b"<a"}),
                                  archive(**{"word__document.xml": ENTITIES})])  # fmt: skip
def test_what_is_no_document_is_refused(data: bytes, tmp_path: Path) -> None:
    with pytest.raises(Unreadable):
        word_files.measure(data)
    with pytest.raises(Unreadable):
        pdf_files.measure(data)
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(CommandError):
        call_command("documents", "measure", str(path))


def other_s(*texts: str, name: str = "", red: bool = False) -> bytes:
    """A Word file that others have made."""
    made = docx.Document()
    for text in texts:
        run = made.add_paragraph().add_run(text)
        if red:
            run.font.color.rgb = RGBColor(255, 0, 0)
            properties = run._r.get_or_add_rPr()
            properties.append(properties.makeelement(qn("w:rFonts"), {qn("w:eastAsia"): name}))
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_files_of_others_are_measured_too_and_found_wrong() -> None:
    red = other_s("某某局文件", name="方正小标宋简体", red=True)

    assert {"body_size", "lines", "left"} <= wrong(
        word_files.measure(other_s("关于活动的通知", "各单位：", "正文。"))
    )
    assert "mark_top" in wrong(word_files.measure(red))
    assert "paper_width" in wrong(word_files.measure(other_s()))
    for data in pdf.from_word([other_s(), other_s("短。"), red]):
        with pytest.raises(Unreadable, match=r"没有文字|太少"):
            pdf_files.measure(data)


def test_machine_without_libreoffice_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "program", lambda: None)

    with pytest.raises(pdf.NotPossible, match="LibreOffice"):
        pdf.from_word([b""])


def test_what_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "soffice"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(pdf, "program", lambda: str(slow))
    monkeypatch.setattr(pdf, "PATIENCE", 0.2)

    with pytest.raises(pdf.NotPossible, match="超时"):
        pdf.from_word([b""])
    assert subprocess.run(["pgrep", "-f", str(slow)], capture_output=True, check=False).returncode == 1
