"""Licenses, and known holes of what is locked: `make audit`, or `python -m scripts.audit --format json`.

Licenses are read here (scripts/licenses.py). Holes are asked of PyPI (pip-audit) and npm (npm audit), which have to
be up: that is why the gate does not ask. Exit code 0: nothing found and everything looked at; 1: something found; 2:
nothing found, but somebody did not answer or does not know some packages, which is not the same as none.

What was looked at and is no danger here stands in requirements/vulnerabilities.toml with the reason and a day on
which the exception ends.
"""

import argparse
import json
import subprocess
import sys
import tomllib
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from scripts import licenses

ROOT = Path(__file__).resolve().parent.parent
EXCEPTIONS = ROOT / "requirements" / "vulnerabilities.toml"
LISTS = ("run", "dev", "setup")
PATIENCE = 600


@dataclass
class Found:
    """Of one list: holes as (package and version, name of the hole, mended in), and what nobody could look at."""

    source: str
    holes: list[tuple[str, str, str]] = field(default_factory=list)
    not_looked_at: list[str] = field(default_factory=list)
    trouble: str = ""


def read_pip_audit(source: str, text: str) -> Found:
    """What pip-audit says as JSON. A package that it skips was not looked at, though it calls that "no known holes"."""
    found = Found(source)
    try:
        packages = json.loads(text)["dependencies"]
    except (ValueError, KeyError):
        found.trouble = "pip-audit gave no list"
        return found
    for package in packages:
        if "skip_reason" in package:
            found.not_looked_at.append(package["name"])
        for hole in package.get("vulns", []):
            name = f"{package['name']} {package['version']}"
            found.holes.append((name, hole["id"], ", ".join(hole.get("fix_versions", []))))
    return found


def read_npm_audit(text: str) -> Found:
    """What npm audit says as JSON: a list of holes, or that the registry did not answer."""
    found = Found("package-lock.json")
    try:
        said = json.loads(text)
    except ValueError:
        said = {}
    if "vulnerabilities" not in said:
        found.trouble = str(said.get("message") or "npm audit gave no list")
        return found
    for name, entry in said["vulnerabilities"].items():
        for via in entry["via"]:
            if isinstance(via, dict):  # else the name of the package below, which has an entry of its own
                mended = entry["fixAvailable"]
                version = mended.get("version", "") if isinstance(mended, dict) else ""
                found.holes.append((name, str(via["url"]).rpartition("/")[2], version))
    return found


def without_excepted(found: Found, rules: dict[str, Any], today: date) -> Found:
    """The same without holes that are excepted by name, where the day has not come on which that ends."""
    kept = [hole for hole in found.holes if not (rule := rules.get(hole[1])) or rule["until"] < today]
    return Found(found.source, kept, found.not_looked_at, found.trouble)


def exit_code(all_found: list[Found], license_faults: list[str]) -> int:
    """1 where something was found, 2 where something was not looked at, else 0."""
    if license_faults or any(found.holes for found in all_found):
        return 1
    return 2 if any(found.trouble or found.not_looked_at for found in all_found) else 0


def ask(name: str) -> Found:
    """Ask PyPI about one locked list; pip-audit comes from requirements/audit.lock into an environment of its own."""
    command = [
        str(Path(sys.executable).with_name("uv")), "run", "--quiet", "--no-project", "--isolated",
        "--with-requirements", str(ROOT / "requirements" / "audit.lock"), "pip-audit", "--disable-pip",
        "--require-hashes", "--progress-spinner", "off", "--format", "json",
        "--requirement", str(ROOT / "requirements" / f"{name}.lock"),
    ]  # fmt: skip
    return read_pip_audit(f"requirements/{name}.lock", output_of(command))


def output_of(command: list[str]) -> str:
    """What a program prints; its exit code tells what its list tells too. "" where it did not come to an end."""
    try:
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def npm() -> str:
    """npm of this machine, or the one that the set-up brought."""
    own = Path(sys.executable).with_name("npm")
    return str(own) if own.exists() else "npm"


def main() -> int:
    parser = argparse.ArgumentParser(description="licenses and known holes of what is locked")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    asked = parser.parse_args()
    rules = tomllib.loads(EXCEPTIONS.read_text(encoding="utf-8")).get("excepted", {})
    said = [
        *(ask(name) for name in LISTS),
        read_npm_audit(output_of([npm(), "audit", "--package-lock-only", "--json"])),
    ]
    all_found = [without_excepted(found, rules, date.today()) for found in said]
    license_faults = licenses.faults()
    code = exit_code(all_found, license_faults)
    if asked.format == "json":
        print(
            json.dumps(
                {"exit_code": code, "licenses": license_faults, "lists": [asdict(one) for one in all_found]}
            )
        )
        return code
    print("\n".join(license_faults) or "✓ every license is allowed or excepted by name")
    for found in all_found:
        for package, hole, mended in found.holes:
            print(f"✗ {found.source}: {package}: {hole}" + (f", mended in {mended}" if mended else ""))
        if found.trouble:
            print(f"? {found.source}: not looked at: {found.trouble}")
        elif found.not_looked_at:
            print(
                f"? {found.source}: {len(found.not_looked_at)} packages are not known to the index that was asked"
            )
        elif not found.holes:
            print(f"✓ {found.source}: no known hole")
    return code


if __name__ == "__main__":
    sys.exit(main())
