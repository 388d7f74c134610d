"""`kepuyue calendars refresh`: read the subscribed calendars now, as the worker does by itself."""

import json
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from tqdm import tqdm

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.imports.actions import refreshing
from kepuyue.imports.calendar_presentation import state_shown
from kepuyue.imports.models import CalendarSubscription

SOME_FAILED = 1


class Command(BaseCommand):
    help = "Read the subscribed calendars. Exit status: 0 all read, 1 some gave nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["refresh", "list"])
        parser.add_argument("--due", action="store_true", help="only those whose time has come")
        parser.add_argument("--lang", default=settings.LANGUAGE_CODE, help="zh-hans or en")

        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *, what: str, due: bool, **options: Any) -> None:
        with translation.override(options["lang"]):
            found = CalendarSubscription.objects.select_related("organization").order_by("pk")
            if what == "refresh":
                found = found.exclude(url="").exclude(state=CalendarSubscription.State.PAUSED)
                found = found.filter(due_at__lte=now()) if due else found
            calendars = list(found)
            if what == "refresh":
                for calendar in tqdm(calendars, unit="", disable=None):
                    refreshing.refresh(calendar)
                    calendar.refresh_from_db()
            states = [(calendar, state_shown(calendar)) for calendar in calendars]
            failed = any(state.fault for _calendar, state in states)
            if options["format"] == "json":
                told = [
                    {"id": calendar.pk, "unit": str(calendar.organization), "name": str(calendar),
                     "state": str(state.label), "fault": str(state.fault or "")}
                    for calendar, state in states
                ]  # fmt: skip
                self.stdout.write(json.dumps({"calendars": told}, ensure_ascii=False))
            for calendar, state in states if options["format"] == "text" else ():
                self.stdout.write(
                    f"{calendar.pk}\t{calendar.organization}\t{calendar}\t{wording.labelled(state.label, state.fault)}"
                )
            if what == "refresh" and failed:
                sys.exit(SOME_FAILED)
