"""`python -m kepuyue.imports.calendars ZONE START END ENCODING < file`: a reader in a process of its own."""

import json
import resource
import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kepuyue.imports.calendars import formats
from kepuyue.imports.calendars.plain import Unusable, Window
from kepuyue.imports.calendars.recurrence import Watch

MEMORY_BYTES = 1_000_000_000
SECONDS = 40


def main() -> None:
    """Read, and write {"feed": …} or {"unusable": code, "values": …} as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    Watch.turn_on()
    zone, start, end, declared = sys.argv[1:5]
    window = Window(datetime.fromisoformat(start), datetime.fromisoformat(end), ZoneInfo(zone))
    try:
        answer: dict[str, Any] = {"feed": formats.read(sys.stdin.buffer.read(), window, declared).as_data()}
    except Unusable as reason:
        answer = {"unusable": reason.code, "values": reason.values}
    except (MemoryError, RecursionError):
        answer = {"unusable": "too-much", "values": {}}
    # A half of a pair of signs (from a JSON escape) cannot be written as UTF-8
    text = json.dumps(answer, ensure_ascii=False, default=str).encode("utf-8", errors="replace")
    sys.stdout.buffer.write(text.replace(b"\\u0000", b""))


if __name__ == "__main__":
    main()
