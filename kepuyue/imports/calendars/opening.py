"""The front door: a file of any of the formats, read in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import kepuyue
from kepuyue.imports.calendars.plain import MOST_BYTES, Feed, Unusable, Window

SECONDS = 60  # on a clock; the process has a limit of its own on computing
ROOT = Path(kepuyue.__file__).resolve().parent.parent


def read(data: bytes, window: Window, declared: str = "") -> Feed:
    """What the file holds. `declared` is the encoding that a server stated, if any. Raises `Unusable`."""
    if len(data) > MOST_BYTES:
        raise Unusable("too-big", megabytes=MOST_BYTES // 1_000_000)
    command = [sys.executable, "-m", "kepuyue.imports.calendars", window.zone.key, window.start.isoformat(),
               window.end.isoformat(), declared[:40].replace("\0", "")]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (our own module; the file goes in as bytes)
            command, input=data, capture_output=True, timeout=SECONDS, cwd=ROOT, check=False,
            env={name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH")},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Unusable("too-much") from None
    if done.returncode < 0:
        raise Unusable("too-much")
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise Unusable("not-readable") from None
    if "unusable" in answer:
        raise Unusable(answer["unusable"], **answer["values"])
    return Feed.of_data(answer["feed"])
