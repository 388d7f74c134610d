"""`kepuyue evaluation rank FILE`: the list again, from a frozen snapshot, without the database it came from."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kepuyue.core import wording
from kepuyue.evaluation import ranking


class Command(BaseCommand):
    help = "Make the list of an evaluation again from its snapshot, and compare the digests."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        rank = commands.add_parser("rank", help="the list that a snapshot gives")
        rank.add_argument("file", type=Path, help="snapshot.json, as the page of a round offers it")
        rank.add_argument("--expect", default="", help="digest of the list, as the page shows it")
        rank.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *, file: Path, expect: str, format: str, **_options: Any) -> None:
        try:
            data = json.loads(file.read_bytes())
            ranked = ranking.rank(data)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}", returncode=2) from error
        except (ValueError, KeyError, TypeError) as error:
            raise CommandError(
                f"{file}: this is no snapshot of an evaluation ({error})", returncode=2
            ) from error
        found = ranking.digest(ranking.plain(ranked))
        names = {one["number"]: one.get("name", "") for one in data["candidates"]}
        if format == "json":
            told = {"snapshot": ranking.digest(data), "list": found, "candidates": ranking.plain(ranked)}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            for one in ranked:
                said = wording.labelled(one.outcome, one.why) if one.why else one.outcome
                self.stdout.write(
                    f"{one.place:>5}  {one.total / ranking.POINT:>7.2f}  {one.number:>5}  {names[one.number]}  {said}"
                )
            self.stdout.write(f"snapshot {ranking.digest(data)}\nlist     {found}")
        if expect and expect != found:
            raise CommandError(f"the list has the digest {found} and not {expect}", returncode=1)
