"""`kepuyue mailbox read`: read the mailbox now, as the worker does by itself."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from tqdm import tqdm

from kepuyue.editions.queries import current_edition
from kepuyue.mailbox.actions import fetching, studying
from kepuyue.mailbox.models import Letter

SERVER_FAILED = 1


class Command(BaseCommand):
    help = (
        "Read the mailbox. Exit status: 0 read, 1 the server gave nothing (it is tried again), 2 not set up."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["read"])
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--lang", default=settings.LANGUAGE_CODE, help="zh-hans or en")

    def handle(self, *, what: str, **options: Any) -> None:
        edition = current_edition()
        if edition is None:
            raise CommandError("no current edition: load one with kepuyue edition load", returncode=2)
        if not settings.IMAP_URL:
            raise CommandError("IMAP_URL is not set; see docs/operation.md", returncode=2)
        with translation.override(options["lang"]):
            fetched = fetching.fetch(edition)
            waiting = Letter.objects.filter(edition=edition, state=Letter.State.NEW).count()
            studied = 0
            with tqdm(total=waiting, unit="", disable=None) as bar:
                while done := studying.study_new(limit=1):
                    studied += done
                    bar.update(done)
        facts = {
            "mailbox": fetched.address,
            "new": fetched.new,
            "known": fetched.known,
            "read": studied,
            "busy": fetched.is_busy,
            "fault": fetched.fault,
            "said": fetched.said,
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps(facts, ensure_ascii=False))
        else:
            self.stdout.write("\t".join(f"{name}={value}" for name, value in facts.items()))
        if fetched.fault:
            sys.exit(SERVER_FAILED)
