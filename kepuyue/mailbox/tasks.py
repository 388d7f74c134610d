"""What the worker does for the mailbox, again and again. A demonstration reads no mailbox."""

from datetime import timedelta

from django.conf import settings

from kepuyue.core.duties import duty
from kepuyue.editions.queries import current_edition
from kepuyue.mailbox.actions import fetching, studying


@duty(every=timedelta(minutes=2), line="mail")
def read_mailbox() -> None:
    """Take in what arrived."""
    edition = current_edition()
    if edition is not None and settings.IMAP_URL and not settings.DEMO:
        fetching.fetch(edition)


@duty(every=timedelta(seconds=15), line="typesetting")
def study_letters() -> int:
    """Read what was taken in or entered."""
    return studying.study_new()
