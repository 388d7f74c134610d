"""The licenses of the installed packages, held against requirements/licenses.toml: `python -m scripts.licenses`.

Reads the metadata of the packages of this environment and package-lock.json; asks nobody.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RULES = ROOT / "requirements" / "licenses.toml"
SIGNS = re.compile(r"\(|\)|[^\s()]+")


@dataclass(frozen=True)
class Package:
    """An installed package; `said` are the licenses that its metadata name, all of which hold at once."""

    kind: str
    name: str
    said: tuple[str, ...]


class Rules:
    """What is allowed, what old words mean, and who is excepted by name."""

    def __init__(self, text: str) -> None:
        read: dict[str, Any] = tomllib.loads(text)
        self.allowed = set(read["allowed"])
        self.words: dict[str, str] = read.get("words", {})
        self.excepted: dict[str, dict[str, str]] = read.get("excepted", {})

    @cached_property
    def spellings(self) -> dict[str, str]:
        """Every identifier by its small letters, as SPDX compares them."""
        return {name.lower(): name for name in self.allowed}

    def fault(self, package: Package) -> str:
        """What is wrong with a package; "" where nothing is."""
        if package.name in self.excepted:
            return ""
        if not package.said:
            return f"{package.kind} {package.name}: names no license"
        bad = [said for said in package.said if not self.allows(said)]
        return f"{package.kind} {package.name}: {', '.join(bad)}" if bad else ""

    def allows(self, said: str) -> bool:
        """Whether what a package says of itself is allowed: an SPDX expression, or a word of old."""
        said = self.words.get(said.lower(), said)
        try:
            return self._either(signs := SIGNS.findall(said)) and not signs
        except IndexError:
            return False

    # An expression such as "(MIT OR GPL-2.0-only) AND BSD-3-Clause": OR binds less than AND
    def _either(self, signs: list[str]) -> bool:
        holds = self._both(signs)
        while signs and signs[0].upper() == "OR":
            signs.pop(0)
            holds = self._both(signs) or holds
        return holds

    def _both(self, signs: list[str]) -> bool:
        holds = self._one(signs)
        while signs and signs[0].upper() == "AND":
            signs.pop(0)
            holds = self._one(signs) and holds
        return holds

    def _one(self, signs: list[str]) -> bool:
        sign = signs.pop(0)
        if sign == "(":
            holds = self._either(signs)
            return signs.pop(0) == ")" and holds
        return sign.lower() in self.spellings


def python_packages() -> Iterator[Package]:
    """What is installed in this environment."""
    for found in distributions():
        yield Package("python", canonical(found.metadata["Name"]), tuple(said_in(found.metadata)))


def said_in(metadata: Message) -> list[str]:  # type: ignore[type-arg]
    """The licenses of a package's metadata: the SPDX field, else the classifiers that name one, else the old field."""
    if expression := metadata["License-Expression"]:
        return [expression]
    classifiers = [
        line.rpartition("::")[2].strip()
        for line in metadata.get_all("Classifier") or []
        if line.startswith("License ::")
    ]
    if named := [name for name in classifiers if name != "OSI Approved"]:
        return named
    first = (metadata["License"] or "").strip().partition("\n")[0]
    return [first] if first else []


def npm_packages() -> Iterator[Package]:
    """All that package-lock.json names, for this platform or another."""
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))
    for place, entry in lock["packages"].items():
        if place:
            license_ = entry.get("license")
            yield Package("npm", place.rpartition("node_modules/")[2], (license_,) if license_ else ())


def canonical(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def faults() -> list[str]:
    """What is wrong, one line each: packages that nothing allows, and exceptions that are needed no more."""
    rules = Rules(RULES.read_text(encoding="utf-8"))
    return sorted(
        fault for package in (*python_packages(), *npm_packages()) if (fault := rules.fault(package))
    )


if __name__ == "__main__":
    found = faults()
    print("\n".join(found) or "✓ every license is allowed or excepted by name")
    sys.exit(bool(found))
