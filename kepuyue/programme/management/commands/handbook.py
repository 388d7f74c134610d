"""`kepuyue handbook FILE`: the programme as a booklet, for the printer."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.http import QueryDict
from django.utils import translation
from tqdm import tqdm

from kepuyue.programme.feeds.selection import NotUnderstood
from kepuyue.programme.handbook import pages, typesetter, wish
from kepuyue.programme.management.editions import edition_named


class Command(BaseCommand):
    """Writes the booklet of what the public sees."""

    help = "Write the programme as a booklet (PDF)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="where to write: a name that ends in .pdf")
        parser.add_argument("--edition", help="code of the edition; default: the current one")
        parser.add_argument(
            "--filter", default="", help="as in an address of the list: district=futian&free=1"
        )
        parser.add_argument("--key", action="store_true", help="key activities only")
        parser.add_argument("--layout", choices=list(pages.LAYOUTS), default="a4")
        parser.add_argument(
            "--language", choices=[code for code, _name in settings.LANGUAGES], default="zh-hans"
        )

        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if path.suffix != ".pdf":
            raise CommandError("name a file that ends in .pdf")
        address = QueryDict(options["filter"], mutable=True)
        address["layout"], address["key"] = options["layout"], "1" if options["key"] else ""
        with translation.override(options["language"]):
            try:
                asked = wish.of_address(edition_named(options["edition"]), address)
                found = len(asked.keys())
                if not found:
                    raise CommandError("nothing that the public may see matches")
                body = _body(asked)
            except (NotUnderstood, typesetter.NotSet) as error:
                raise CommandError(str(error)) from error
        path.write_bytes(body)
        if options["format"] == "json":
            self.stdout.write(json.dumps({"file": str(path), "activities": found, "bytes": len(body)}))
        else:
            self.stdout.write(f"{found} activities, {len(body)} bytes: {path}")


def _body(asked: wish.Wish) -> bytes:
    with tqdm(total=100, unit="%", disable=None) as bar:
        return wish.printed(asked, lambda share: bar.update(round(share * 100) - bar.n))
