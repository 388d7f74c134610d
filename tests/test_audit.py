"""The audit of what is built upon: licenses, here and now; known holes, as the two indexes tell of them."""

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from scripts import audit, licenses
from scripts.licenses import Package, Rules

ROOT = Path(settings.PROJECT_ROOT)
TEXT = licenses.RULES.read_text(encoding="utf-8")
DAY = date(2026, 11, 27)
NPM = {
    "vulnerabilities": {
        "vite": {
            "via": [{"url": "https://github.com/advisories/GHSA-1"}],
            "fixAvailable": {"version": "9.0.0"},
        },
        "above": {"via": ["vite"], "fixAvailable": False},
    }
}
PIP = {
    "dependencies": [
        {"name": "django", "version": "5.2.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["5.2.1"]}]},
        {"name": "nh3", "version": "1", "vulns": []},
    ]
}


def test_every_license_is_allowed_or_excepted_by_name() -> None:
    assert licenses.faults() == []


def test_packages_are_found_in_both_worlds() -> None:
    names = {package.name for package in (*licenses.python_packages(), *licenses.npm_packages())}

    assert {"django", "psycopg", "pytest", "vite", "leaflet"} <= names


def test_exceptions_are_needed_and_say_why() -> None:
    rules = Rules(TEXT)
    excepted, rules.excepted = rules.excepted, {}
    installed = list(licenses.python_packages())
    needed = {package.name for package in installed if rules.fault(package)}

    # What is installed depends on the platform a little
    assert set(excepted) & {package.name for package in installed} == needed
    assert [name for name, entry in excepted.items() if not entry["license"] or len(entry["why"]) < 20] == []


@pytest.mark.parametrize(
    ("said", "is_allowed"),
    [
        ("MIT", True),
        ("mit", True),
        ("Apache License, Version 2.0", True),
        ("(MIT OR GPL-3.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only AND AGPL-3.0-only", True),
        ("(MIT OR GPL-3.0-only) AND AGPL-3.0-only", False),
        ("AGPL-3.0-only", False),
        ("Other/Proprietary License", False),
        ("MIT OR", False),
        ("(MIT", False),
        ("", False),
    ],
)
def test_expression_is_read_as_spdx_means_it(said: str, is_allowed: bool) -> None:
    assert Rules(TEXT).allows(said) is is_allowed


def test_package_without_a_license_is_a_fault() -> None:
    assert Rules(TEXT).fault(Package("python", "nobody-knows", ())) == "python nobody-knows: names no license"


def test_holes_are_read_of_both_indexes() -> None:
    assert audit.read_pip_audit("x", json.dumps(PIP)).holes == [("django 5.2.0", "PYSEC-1", "5.2.1")]
    assert audit.read_npm_audit(json.dumps(NPM)).holes == [("vite", "GHSA-1", "9.0.0")]


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"message": "405 Method Not Allowed"}'])
def test_index_that_does_not_answer_is_not_taken_for_none(text: str) -> None:
    found = audit.read_npm_audit(text) if text != "[]" else audit.read_pip_audit("x", "{}")

    assert found.trouble
    assert audit.exit_code([found], []) == 2


def test_package_that_the_index_does_not_know_is_not_taken_for_sound() -> None:
    skipped = {"dependencies": [{"name": "nh3", "skip_reason": "Dependency not found on PyPI"}]}

    found = audit.read_pip_audit("x", json.dumps(skipped))

    assert (found.not_looked_at, audit.exit_code([found], [])) == (["nh3"], 2)


def test_exception_holds_until_its_day() -> None:
    found = audit.read_npm_audit(json.dumps(NPM))
    rules = {"GHSA-1": {"until": DAY}}

    assert audit.exit_code([audit.without_excepted(found, rules, DAY)], []) == 0
    assert audit.exit_code([audit.without_excepted(found, rules, DAY + timedelta(days=1))], []) == 1


def test_everything_that_is_installed_is_locked_by_its_content() -> None:
    """A name alone would let in whatever an index hands out under it."""
    for path in ROOT.glob("requirements/*.lock"):
        entries = re.findall(
            r"(?m)^[a-z0-9][^\n]*==[^\n]*(?:\n    [^\n]*)*", path.read_text(encoding="utf-8")
        )
        assert entries, path
        assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == [], path
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert [
        name for name, entry in lock.items() if name and not entry.get("integrity", "").startswith("sha512-")
    ] == []


def test_the_index_of_a_machine_is_named_nowhere() -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in ROOT.glob("requirements/*.lock"))

    assert "://" not in re.sub(r"#[^\n]*", "", text)
