"""What was read, as the JSON object that `kepuyue import --format json` prints (the import contract)."""

import re
from collections import defaultdict
from dataclasses import asdict
from typing import Any

from kepuyue.activities.models import UnitRole
from kepuyue.imports.dates import Slot
from kepuyue.imports.entries import Entry, Findings, normalized

LINK = re.compile(r"://|^www\.", re.IGNORECASE)
CO_ROLES = (UnitRole.ORGANIZER, UnitRole.CO_ORGANIZER, UnitRole.ADVISER, UnitRole.SUPPORTER)


def as_json(findings: Findings) -> dict[str, Any]:
    """The findings in the contract's shape."""
    report: dict[str, Any] = {
        "activities": [_activity(entry) for entry in findings.entries],
        "problems": [
            {key: value for key, value in asdict(problem).items() if key != "row"}
            for problem in findings.problems
        ],
        "skipped_rows": [{"sheet": sheet, "row": row, "why": why} for sheet, row, why in findings.skipped],
        "ignored_sheets": [{"sheet": sheet, "why": why} for sheet, why in findings.ignored_sheets],
        "same_unit": same_units(findings.entries),
    }
    if findings.encoding:
        report["encoding"] = findings.encoding
    return report


def _activity(entry: Entry) -> dict[str, Any]:
    return {
        "title": entry.title,
        "organizers": entry.named(UnitRole.HOST),
        "co_organizers": entry.named(*CO_ROLES),
        "venue": entry.venue or entry.address or _platform(entry),
        "district": entry.district,
        "mode": entry.mode,
        "summary": entry.summary,
        "audience": entry.audience,
        "booking": entry.booking,
        "capacity": entry.capacity,
        "contact": {"names": entry.names, "phones": entry.phones},
        "note": entry.note,
        "status": entry.status,
        "sessions": [_session(slot) for slot in entry.slots],
        "source": {"sheet": entry.sheet, "rows": entry.rows},
    }


def _platform(entry: Entry) -> str:
    """Where an activity takes place that has no other place: 视频号; a bare link is none."""
    return "" if entry.mode != "online" or LINK.search(entry.online) else entry.online


def _session(slot: Slot) -> dict[str, Any]:
    session: dict[str, Any] = {
        "start": slot.start.isoformat(),
        "end": slot.end.isoformat() if slot.end else None,
        "all_day": slot.all_day,
    }
    return session | ({"venue": slot.venue} if slot.venue else {})


def same_units(entries: list[Entry]) -> list[list[str]]:
    """Groups of names that are one unit written differently (科协 for 科学技术协会, with or without 深圳市)."""
    groups: dict[str, dict[str, None]] = defaultdict(dict)
    for entry in entries:
        for _role, name in entry.participations:
            groups[unit_key(name)][name] = None
    return [list(names) for names in groups.values() if len(names) > 1]


def unit_key(name: str) -> str:
    """What is left of a unit's name when width, case, brackets and usual shortenings do not count."""
    short = re.sub(r"[（(].*?[）)]", "", name)
    for long, brief in (
        ("科学技术协会", "科协"),
        ("委员会", "委"),
        ("有限责任公司", "公司"),
        ("有限公司", "公司"),
    ):
        short = short.replace(long, brief)
    short = re.sub(r"^(广东省)?(深圳市|深圳|市)", "", normalized(short))
    return re.sub(r"^(.{2,3}?)新?区(?=.)", r"\1", short) or normalized(name)  # 龙华科协 is 龙华区科协
