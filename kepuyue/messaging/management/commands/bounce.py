"""`kepuyue bounce`: what a mail server hands over of mail that came back (a pipe in its aliases)."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from kepuyue.messaging.actions import bounces


class Command(BaseCommand):
    help = "Read one bounce report (RFC 3464) from standard input and mark the message and its address."

    def handle(self, **_options: Any) -> None:
        message = bounces.record(sys.stdin.buffer.read(bounces.REPORT_MAX_BYTES))
        if message is None:
            self.stdout.write("no report on a mail of ours; nothing changed")
        else:
            self.stdout.write(f"message {message.pk} bounced: {message.last_error}")
