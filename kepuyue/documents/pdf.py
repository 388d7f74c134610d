"""PDF from a Word file, by LibreOffice where the machine has it (Debian: libreoffice-writer-nogui)."""

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.utils.translation import gettext as _

PROGRAMS = ("soffice", "libreoffice")
PATIENCE = 120  # seconds


class NotPossible(Exception):
    """No PDF; the text says why and what to do."""


def program() -> str | None:
    """LibreOffice on this machine; None: there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def from_word(files: Sequence[bytes]) -> list[bytes]:
    """The files as PDF, in the same order. Macros are not run, nothing is fetched. Raises `NotPossible`."""
    office = program()
    if office is None:
        raise NotPossible(
            _("这台服务器没有安装LibreOffice，不能生成PDF；请下载Word文件，或者请运维人员安装后再试。")
        )
    with tempfile.TemporaryDirectory(prefix="kepuyue-pdf-") as name:
        folder = Path(name)
        given = [folder / f"{place}.docx" for place in range(len(files))]
        for path, data in zip(given, files, strict=True):
            path.write_bytes(data)
        words = [
            office, "--headless", "--norestore", "--nolockcheck", f"-env:UserInstallation=file://{folder}/profile",
            "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(folder), *map(str, given),
        ]  # fmt: skip
        try:
            done = subprocess.run(words, capture_output=True, timeout=PATIENCE, check=False)  # noqa: S603 our own words
        except subprocess.TimeoutExpired:
            raise NotPossible(_("生成PDF超时，请稍后再试。")) from None
        made = [path.with_suffix(".pdf") for path in given]
        if not all(path.exists() for path in made):
            raise NotPossible(
                _("LibreOffice没有生成PDF：%(why)s") % {"why": done.stderr.decode(errors="replace")[-300:]}
            )
        return [path.read_bytes() for path in made]
