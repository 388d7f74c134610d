"""The lists of docs/asvs.md, docs/security.md and docs/protection.md say something of every line, and what they name exists."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

ROOT = Path(settings.PROJECT_ROOT)
ASVS, SECURITY, PROTECTION = (ROOT / "docs" / name for name in ("asvs.md", "security.md", "protection.md"))
# The requirements of OWASP ASVS 5.0.0: for each section the level of its first, second, third … requirement
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3", "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23", "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22", "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23", "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223", "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
ANSWERS = {"fulfilled", "not applicable", "open"}
# Sections that ask for something to be written down: a page is proof enough
WRITTEN = {"2.1", "5.1", "6.1", "7.1", "8.1", "11.1", "13.1", "14.1", "15.1", "16.1"}
PROOF = re.compile(r"`((?:tests|docs)/[^`]+)`")
# What the lists lean on and one look at the settings proves
LEANED_ON = {
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
    "SESSION_COOKIE_HTTPONLY": True,
    "SOCIALACCOUNT_STORE_TOKENS": False,
    "SOCIALACCOUNT_LOGIN_ON_GET": False,
    "SECURE_SSL_REDIRECT": False,
    "ACCOUNT_PREVENT_ENUMERATION": True,
    "MFA_SUPPORTED_TYPES": ["totp", "webauthn", "recovery_codes"],
    "DEFAULT_EXCEPTION_REPORTER_FILTER": "kepuyue.core.reports.ReportFilter",
}


def rows_of(page: Path) -> Iterator[list[str]]:
    """The cells of every line of every table, without heads."""
    lines = page.read_text(encoding="utf-8").splitlines()
    for above, line, below in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        is_head = set(below) <= set("|-: ") and "-" in below
        is_rule = set(line) <= set("|-: ") and "-" in line
        if line.startswith("|") and above.startswith("|") and not is_head and not is_rule:
            yield [cell.strip() for cell in line.strip().strip("|").split("|")]


@cache
def defined_in(path: Path) -> set[str]:
    """The tests that a file defines, found by reading it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@cache
def headings_in(path: Path) -> set[str]:
    """The anchors of a page, as they are made of its headings."""
    heads = re.findall(r"(?m)^#+ (.+)$", path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def missing(proof: str) -> str:
    """What of a proof does not exist; "" where all of it does."""
    file, _sign, name = proof.replace("#", "::").partition("::")
    path = ROOT / file
    if not path.is_file():
        return f"no file {file}"
    if path.suffix == ".py":
        test = name.partition("[")[0]
        return "" if test.startswith("test_") and test in defined_in(path) else f"no test {proof}"
    return "" if not name or name in headings_in(path) else f"no heading {proof}"


def all_numbers() -> dict[str, int]:
    """Number and level of every requirement of levels 1 and 2."""
    return {
        f"{section}.{place}": int(level)
        for section, levels in LEVELS.items()
        for place, level in enumerate(levels, 1)
        if level in "12"
    }


def test_numbers_are_those_of_the_standard() -> None:
    """As it counts them itself: 70 of level 1, 183 of level 2, 92 of level 3."""
    assert Counter("".join(LEVELS.values())) == {"1": 70, "2": 183, "3": 92}


def test_list_answers_every_requirement_once() -> None:
    rows = list(rows_of(ASVS))

    assert {len(row) for row in rows} == {6}
    assert [(row[0], int(row[1])) for row in rows] == list(all_numbers().items())


@pytest.mark.parametrize("row", list(rows_of(ASVS)), ids=lambda row: row[0])
def test_answer_is_one_of_three_and_proven(row: list[str]) -> None:
    number, _level, asked, answer, how, proof = row
    proofs = PROOF.findall(proof)

    assert asked and answer in ANSWERS
    assert [fault for one in proofs if (fault := missing(one))] == []
    if answer == "fulfilled":
        is_tested = any(one.startswith("tests/") for one in proofs)
        assert is_tested or (proofs and number.rpartition(".")[0] in WRITTEN), "what proves it?"
    else:
        assert len(how) > 4 and not proof, "say why"


@pytest.mark.parametrize("page", [SECURITY, PROTECTION], ids=lambda path: path.name)
def test_what_the_pages_name_exists(page: Path) -> None:
    proofs = PROOF.findall(page.read_text(encoding="utf-8"))

    assert len(proofs) > 20
    assert [fault for one in proofs if "*" not in one and (fault := named(one))] == []


@pytest.mark.parametrize("row", list(rows_of(PROTECTION)), ids=lambda row: row[0])
def test_clause_is_answered_and_what_is_done_is_proven(row: list[str]) -> None:
    clause, asked, answer, _how, proof = row
    proofs = PROOF.findall(proof)

    assert clause and asked and answer in {"done", "in part", "open", "operator"}
    assert [fault for one in proofs if (fault := missing(one))] == []
    assert answer != "done" or any("::test_" in one for one in proofs)


def test_clauses_stand_once() -> None:
    clauses = [row[0] for row in rows_of(PROTECTION)]

    assert len(clauses) == len(set(clauses)) > 50


def named(proof: str) -> str:
    """As `missing`; these pages may name a whole file."""
    return "" if (ROOT / proof).exists() else missing(proof)


def test_every_class_of_holes_names_the_peers_and_a_test() -> None:
    rows = [row for row in rows_of(SECURITY) if len(row) == 4 and row[0] in CLASSES]

    assert [row[0] for row in rows] == CLASSES
    for name, peers, tried, proof in rows:
        tests = [one for one in PROOF.findall(proof) if "::test_" in one]
        assert peers and tried and tests, name
        assert [fault for one in tests if (fault := missing(one))] == [], name


CLASSES = [
    "Missing or wrong scope", "File by a guessable or leaked name", "A link as the only key", "Stored markup and script",
    "Mail as a carrier of phishing", "Requests to inner addresses", "Open redirect", "Document engine", "Script sandbox",
    "Uploads", "Order by user input", "Rate limit by-pass", "Race on a limit", "Denial of service through parsers and PDF",
    "Finding out who is known, and leaks in public exports", "Blind review that shows names", "Double action",
]  # fmt: skip


@pytest.mark.parametrize("name", sorted(LEANED_ON))
def test_settings_that_the_list_leans_on(name: str) -> None:
    assert getattr(settings, name) == LEANED_ON[name]


def test_lines_go_to_no_file_and_no_other_machine() -> None:
    logging: dict[str, Any] = settings.LOGGING
    elsewhere = re.compile(r"File|SMTP|HTTP|SysLog|Socket|Datagram|AdminEmail")

    assert [one for one in logging["handlers"].values() if elsewhere.search(one["class"])] == []


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        ("tests/security/test_standard.py::test_nobody_wrote", "no test"),
        ("tests/security/test_nothing.py::test_x", "no file"),
        ("docs/security.md#no-such-heading", "no heading"),
    ],
)
def test_control_a_proof_that_does_not_exist_is_noticed(proof: str, said: str) -> None:
    assert missing(proof).startswith(said)
