"""HTML into PDF, in a process of its own: what it needs of the machine, of memory and of time is bounded there."""

import ctypes
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from threading import Timer

import kepuyue
from kepuyue.core.links import whole

ROOT = Path(kepuyue.__file__).resolve().parent.parent
SECONDS = 600
# What WeasyPrint loads of the system, and the Debian packages that bring it (packages.txt)
LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PACKAGES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
LINUX = sys.platform.startswith("linux")


class NotSet(RuntimeError):
    """The booklet could not be set; the message says why."""


@lru_cache(maxsize=1)
def is_there() -> bool:
    """Whether this machine has what is needed to set pages. Asked once in a process."""
    if not LINUX:
        return True
    try:
        for name in LIBRARIES:
            ctypes.CDLL(name)
    except OSError:
        return False
    return True


def typeset(
    html: str, style: str, *, pages: int = 50, progress: Callable[[float], object] = lambda _share: None
) -> bytes:
    """The pages as PDF. `progress` hears shares from 0 to 1, guessed by about how many `pages` it will have.

    Raises `NotSet`.
    """
    if not is_there():
        raise NotSet(f"missing on this machine: {' '.join(PACKAGES)}")
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as given:
        given.write(json.dumps({"html": html, "style": style, "base": whole("/"), "pages": pages}).encode())
        given.seek(0)
        process = subprocess.Popen(  # our own module; the text goes in as a file
            [sys.executable, "-m", "kepuyue.programme.handbook"],
            stdin=given, stdout=out, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env={name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH", "TMPDIR")},
        )  # fmt: skip
        clock = Timer(SECONDS, process.kill)
        clock.start()
        said: list[str] = []
        with process:
            try:
                assert process.stderr is not None
                for line in process.stderr:
                    if line.startswith("@"):
                        progress(float(line[1:]))
                    else:
                        said = [*said[-20:], line.rstrip()]
                process.wait()
            finally:
                clock.cancel()
                process.kill()
        out.seek(0)
        body = out.read()
    if process.returncode != 0 or not body.startswith(b"%PDF-"):
        raise NotSet((said or [f"stopped with {process.returncode}"])[-1])
    return body
