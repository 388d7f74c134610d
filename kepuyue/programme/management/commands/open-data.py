"""`kepuyue open-data --to FILE|DIR`: the public programme as open data, in one ZIP."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from kepuyue.editions.queries import is_open_to_public
from kepuyue.programme.management.editions import edition_named
from kepuyue.programme.open_data import describing, packing


class Command(BaseCommand):
    """Writes what `/open-data.zip` gives."""

    help = "Write the public programme as open data (ZIP)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--edition", help="code of the edition; default: the current one")
        parser.add_argument("--to", required=True, help="a folder that is there, or a file that ends in .zip")

        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        edition = edition_named(options["edition"])
        if not is_open_to_public(edition):
            raise CommandError("nothing of this edition is public yet")
        path = Path(options["to"])
        if path.is_dir():
            path /= f"{describing.package_name(edition)}.zip"
        elif path.suffix != ".zip":
            raise CommandError("name a folder that is there, or a file that ends in .zip")
        # A file of this name is whole at any moment
        unfinished = path.with_name(f".{path.name}.part")
        try:
            with unfinished.open("w+b") as file, tqdm(total=100, unit="%", disable=None) as bar:
                packed = packing.write(edition, file, lambda share: bar.update(round(share * 100) - bar.n))
            size = unfinished.stat().st_size
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        counts = packed.counts
        if options["format"] == "json":
            self.stdout.write(json.dumps({"file": str(path), "bytes": size, **counts}))
            return
        self.stdout.write(
            f"{counts['activities']} activities, {counts['sessions']} sessions, {size} bytes: {path}"
        )
