"""`kepuyue search-index rebuild`: make the search index anew from the activities."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from kepuyue.editions.models import Edition
from kepuyue.programme.actions import indexing
from kepuyue.programme.permissions import approved


class Command(BaseCommand):
    """Rebuilds the index of one edition or of all."""

    help = "Make the search index anew from the public activities."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["rebuild"])
        parser.add_argument("--edition", help="code of one edition; default: all")

        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        editions = Edition.objects.all()
        if code := options["edition"]:
            editions = editions.filter(code=code)
            if not editions:
                raise CommandError(f"no edition named {code}; there are: {_codes()}")
        total = approved().filter(edition__in=editions).count()
        with tqdm(total=total, unit=" activities", disable=None) as bar:
            done = sum(indexing.rebuild(edition, bar.update) for edition in editions)
        if options["format"] == "json":
            self.stdout.write(json.dumps({"activities": done, "editions": len(editions)}))
        else:
            self.stdout.write(f"{done} activities indexed in {len(editions)} editions")


def _codes() -> str:
    return ", ".join(Edition.objects.values_list("code", flat=True)) or "none"
