"""What the worker does for documents."""

from datetime import timedelta

from django_tasks import task

from kepuyue.accounts.models import User
from kepuyue.core.duties import duty
from kepuyue.documents.actions import drafting, filing
from kepuyue.documents.models import OfficialDocument


@task()
def build_document(document_id: int, user_id: int) -> None:
    """Build the content of a document that waits; safe to run twice."""
    rows = OfficialDocument.objects.select_related("organ__organization")
    document = rows.filter(pk=document_id).first()
    if document is not None:
        drafting.build(document, by=User.objects.filter(pk=user_id).first())


@duty(every=timedelta(seconds=5), line="typesetting")
def make_pdfs() -> None:
    """Make the PDF of what was just issued."""
    filing.make_pdfs()


@duty(every=timedelta(hours=6))
def tidy_pictures() -> None:
    """Remove pictures of drafts that are gone."""
    filing.tidy_pictures()
