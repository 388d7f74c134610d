"""Word files of before 2007 (.doc, .wps, .rtf) made into .docx by LibreOffice, in a world of its own.

It starts with an empty profile and without the environment of ours; macros are off, links to elsewhere are refused,
and what it might want from the network would have to pass a proxy at a port where nobody is.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from kepuyue.documents import pdf

PATIENCE = 90  # seconds in all
LIMITS = 'ulimit -t 60; ulimit -f 200000; ulimit -c 0; ulimit -v 6000000; exec "$0" "$@"'
PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
SETTINGS = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Common/Security/Scripting", "CheckDocumentEvents", "false"),
    ("Office.Common/Misc", "UseLocking", "false"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)


class NotPossible(Exception):
    """No Word file came of it; `what` says why: ``no-office``, ``too-much`` or ``broken``."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


def as_new_word(data: bytes) -> bytes:
    """The file as .docx; raises `NotPossible`."""
    office, shell = pdf.program(), shutil.which("sh")
    if office is None or shell is None:
        raise NotPossible("no-office")
    with tempfile.TemporaryDirectory(prefix="kepuyue-letter-") as name:
        folder = Path(name)
        given = folder / ("letter.rtf" if data.startswith(b"{\\rtf") else "letter.doc")
        given.write_bytes(data)
        _write_profile(folder / "profile" / "user")
        words = [
            shell, "-c", LIMITS, office, "--headless", "--norestore", "--nolockcheck", "--nodefault",
            f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "docx:MS Word 2007 XML",
            "--outdir", str(folder / "out"), str(given),
        ]  # fmt: skip
        environment = {"PATH": os.environ.get("PATH", ""), "HOME": name, "TMPDIR": name, "LANG": "C.UTF-8"}
        try:
            subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False, env=environment)  # noqa: S603 our own words
        except subprocess.TimeoutExpired:
            raise NotPossible("too-much") from None
        made = folder / "out" / "letter.docx"
        if not made.exists():
            raise NotPossible("broken")
        return made.read_bytes()


def _write_profile(folder: Path) -> None:
    folder.mkdir(parents=True)
    items = "\n".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in SETTINGS
    )
    (folder / "registrymodifications.xcu").write_text(PROFILE.format(items=items), encoding="utf-8")
