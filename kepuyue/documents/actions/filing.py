"""What is filed beside an issued document: its PDF. And tidying up pictures of drafts that are gone."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Q
from django.utils import timezone

from kepuyue.documents import pdf, storing
from kepuyue.documents.models import OfficialDocument

# A process that has not finished by then is taken for dead; what was not possible is tried again as late
AGAIN_AFTER = timedelta(minutes=30)
# At a time: one start of LibreOffice serves them all
AT_ONCE = 8
KEPT = timedelta(days=1)


def make_pdfs() -> int:
    """Make the PDF of issued documents that have none; how many were made. Two processes take different ones.

    A PDF copies the frozen Word file and can be made again at any time, so that no trail records it.
    """
    at = timezone.now()
    due = OfficialDocument.objects.registered().filter(
        Q(pdf_begun_at=None) | Q(pdf_begun_at__lt=at - AGAIN_AFTER), pdf=""
    )
    taken = [
        document
        for document in due.order_by("pk")[:AT_ONCE]
        if due.filter(pk=document.pk).update(pdf_begun_at=at)
    ]
    if not taken:
        return 0
    words = []
    for document in taken:
        with document.word.open("rb") as file:
            words.append(file.read())
    made = _made(words)
    for document, outcome in zip(taken, made, strict=True):
        row = OfficialDocument.objects.filter(pk=document.pk)
        if isinstance(outcome, pdf.NotPossible):
            row.update(trouble=str(outcome)[:300])
            continue
        document.pdf.save(f"{document.year}-{document.number}.pdf", ContentFile(outcome), save=False)
        row.update(pdf=document.pdf.name, pdf_sha256=sha256(outcome).hexdigest(), trouble="")
    return sum(isinstance(outcome, bytes) for outcome in made)


def _made(words: Sequence[bytes]) -> list[bytes | pdf.NotPossible]:
    """The PDF of each file, or why there is none. Where all together fail, one by one: a bad one spoils no other."""
    try:
        return list(pdf.from_word(words))
    except pdf.NotPossible as reason:
        if len(words) == 1:
            return [reason]
        return [outcome for data in words for outcome in _made([data])]


def tidy_pictures() -> int:
    """Remove pictures that no document names any more; how many. Young ones may belong to what is just written."""
    try:
        _folders, names = default_storage.listdir(storing.FOLDER)
    except FileNotFoundError:
        # A store of objects knows no folders, and gives an empty list
        return 0
    young = timezone.now() - KEPT
    old = {name for name in names if default_storage.get_modified_time(storing.path_of(name)) < young}
    if not old:
        return 0
    for content in OfficialDocument.objects.values_list("content", flat=True).iterator(50):
        old -= storing.picture_names(content)
    for name in old:
        default_storage.delete(storing.path_of(name))
    return len(old)
