"""Attached files, told by what they hold and not by what they are called."""

import re
import zipfile

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

MOST_BYTES = 20_000_000
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def plain_name(name: str, ending: str) -> str:
    """A file's name with nothing in it but words, so that it is only a name wherever it is written."""
    stem = re.sub(r"[^\w（）《》〔〕 -]+", "_", name.rpartition(".")[0] or name)
    return f"{stem.strip('_ ')[:80] or 'plan'}.{ending}"


def checked(file: UploadedFile) -> str:
    """ "docx" or "pdf" by the file's content; raises ValidationError for anything else.

    A document with a program in it is refused: nobody reads a plan to run something.
    """
    if (file.size or 0) > MOST_BYTES:
        raise ValidationError(
            {"file": _("文件超过%(limit)s MB，请压缩后再上传。") % {"limit": MOST_BYTES // 1_000_000}}
        )
    refused = ValidationError(
        {"file": _("只收 Word（.docx）和 PDF 文件。其他格式请先另存为这两种；带宏的文档请去掉宏。")}
    )
    file.seek(0)
    head = file.read(1024)
    file.seek(0)
    if head.lstrip().startswith(b"%PDF-"):
        return "pdf"
    try:
        with zipfile.ZipFile(file) as parts:
            names = set(parts.namelist())
    except zipfile.BadZipFile:
        raise refused from None
    finally:
        file.seek(0)
    if not {"[Content_Types].xml", "word/document.xml"} <= names or any(
        "vbaProject" in name for name in names
    ):
        raise refused
    return "docx"
