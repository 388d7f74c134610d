"""`kepuyue federation`: the sources that this instance gathers activities from, at the operator's hand."""

import json
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _
from tqdm import tqdm

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.editions.models import Edition
from kepuyue.editions.queries import current_edition
from kepuyue.federation import fault_words, queries
from kepuyue.federation.actions import clearing, reading, subscribing
from kepuyue.federation.models import Source

SOME_FAILED = 1
EVERY_PAGE = 1_000_000


class Command(BaseCommand):
    help = (
        "The sources that activities are gathered from. list: all of them; add ADDRESS: look at one, --start takes it "
        "at once; start, pause, read, remove SOURCE: by number or name. Exit status: 0 done, 1 some gave nothing."
    )

    left_alone: frozenset[int] = frozenset()
    "Keys of sources that were to be read and were not asked"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["list", "add", "start", "pause", "read", "remove"])
        parser.add_argument(
            "source", nargs="*", help="add: an address; else numbers or names; read: none for all"
        )
        parser.add_argument("--edition", default="", help="its code; the current one where it is left out")
        parser.add_argument("--start", action="store_true", help="add: take its activities without asking")
        parser.add_argument(
            "--passes-on",
            action="store_true",
            help="add: also what it has from other cities, as a province does",
        )
        parser.add_argument("--due", action="store_true", help="read: only those whose time has come")
        parser.add_argument("--anew", action="store_true", help="read: from the beginning")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--lang", default="zh-hans", help="zh-hans or en")

    def handle(self, *, what: str, source: list[str], **options: Any) -> None:
        with translation.override(options["lang"]):
            edition = _edition(options["edition"])
            try:
                touched = getattr(self, f"_{what}")(edition, source, options)
            except ValidationError as refusal:
                raise CommandError(" ".join(refusal.messages)) from None
            rows = [one for one in queries.sources(edition) if touched is None or one.source.pk in touched]
            self._write(rows, options["format"])
            failed = self._name_failed(rows) if what in ("add", "read") else False
        if failed:
            sys.exit(SOME_FAILED)

    def _name_failed(self, rows: list[queries.Shown]) -> bool:
        """Say on standard error which gave nothing and why, whatever becomes of the rows; whether there is any."""
        not_read = _("没有读取：它不在聚合中，或者另一个进程正在读取。")
        faults = {one.source: not_read if one.source.pk in self.left_alone else one.fault for one in rows}
        failed = [wording.labelled(one, fault) for one, fault in faults.items() if fault]
        for line in failed:
            self.stderr.write(line)
        return bool(failed)

    def _list(self, edition: Edition, names: list[str], options: dict[str, Any]) -> set[int] | None:
        return {one.pk for one in _named(edition, names)} if names else None

    def _add(self, edition: Edition, addresses: list[str], options: dict[str, Any]) -> set[int]:
        if not addresses:
            raise CommandError("add needs the address of an instance")
        added = [subscribing.add(edition, address, by=None) for address in addresses]
        for one in tqdm(added, unit="", disable=None):
            if options["passes_on"]:
                subscribing.change(one, {"passes_on": True}, by=None)
                one.refresh_from_db()
            reading.read(one)
            one.refresh_from_db()
            if options["start"] and not one.fault and one.state == Source.State.TRIED:
                subscribing.start(one, by=None)
        return {one.pk for one in added}

    def _start(self, edition: Edition, names: list[str], options: dict[str, Any]) -> set[int]:
        found = _named(edition, names)
        for one in found:
            act = subscribing.resume if one.state == Source.State.PAUSED else subscribing.start
            act(one, by=None)
        return {one.pk for one in found}

    def _pause(self, edition: Edition, names: list[str], options: dict[str, Any]) -> set[int]:
        found = _named(edition, names)
        for one in found:
            subscribing.pause(one, by=None)
        return {one.pk for one in found}

    def _read(self, edition: Edition, names: list[str], options: dict[str, Any]) -> set[int]:
        on = Source.objects.filter(edition=edition).read_now().order_by("pk")
        if options["due"]:
            on = on.filter(due_at__lte=now())
        found = _named(edition, names) if names else list(on)
        with tqdm(unit="", disable=None) as bar:
            for one in found:
                bar.set_description(one.name)
                if options["anew"]:
                    subscribing.read_anew(one, by=None)
                    one.refresh_from_db()
                if not reading.read(one, most_pages=EVERY_PAGE, progress=bar.update):
                    self.left_alone |= {one.pk}
        return {one.pk for one in found}

    def _remove(self, edition: Edition, names: list[str], options: dict[str, Any]) -> set[int]:
        found = _named(edition, names)
        for one in found:
            subscribing.withdraw(one, by=None)
            one.refresh_from_db()
            with tqdm(total=clearing.left_over(one), unit="", disable=None, desc=one.name) as bar:
                clearing.sweep(one, bar.update)
        return {one.pk for one in found}

    def _write(self, rows: list[queries.Shown], form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps([_plain(one) for one in rows], ensure_ascii=False, indent=1))
            return
        for one in rows:
            state = wording.labelled(one.label, one.fault) if one.fault else one.label
            self.stdout.write(f"{one.source.pk}\t{one.source}\t{one.source.address}\t{one.held}\t{state}")


def _plain(one: queries.Shown) -> dict[str, Any]:
    source = one.source
    return {
        "number": source.pk,
        "name": source.name,
        "address": source.address,
        "edition": source.there,
        "state": source.state,
        "fault": source.fault,
        "says": one.fault,
        "activities": one.held,
        "waiting": one.waiting,
        "left": {why: count for why, count in source.left.items() if why in fault_words.LEFT},
        "unreadable": source.unreadable,
        "trial": source.trial if source.state == Source.State.TRIED else None,
        "read_at": source.read_at.isoformat() if source.read_at else None,
        "due_at": source.due_at.isoformat() if source.due_at else None,
    }


def _edition(code: str) -> Edition:
    found = Edition.objects.live().filter(code=code).first() if code else current_edition()
    if found is None:
        raise CommandError("there is no such edition")
    return found


def _named(edition: Edition, names: list[str]) -> list[Source]:
    if not names:
        raise CommandError("which source? Give its number or its name; `kepuyue federation list` tells them")
    found = []
    for name in names:
        known = Source.objects.filter(edition=edition)
        one = known.filter(pk=int(name)).first() if name.isdecimal() else known.filter(name=name).first()
        if one is None:
            raise CommandError(f"no source is called {name}")
        found.append(one)
    return found
