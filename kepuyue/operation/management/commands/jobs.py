"""`kepuyue jobs`: what the worker does again and again, and what became of it; `--run NAME` does one now."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from tqdm import tqdm

from kepuyue.core import ledger
from kepuyue.operation import queries
from kepuyue.operation.actions import running

TROUBLE, REFUSED = 1, 2


class Command(BaseCommand):
    help = (
        "Show the jobs of the worker with their last results. Exit status: 0 all is well, 1 a job failed or is late, "
        "2 no such job."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--run", metavar="NAME", help="do this job here and now; “all” does each once")
        parser.add_argument("--format", choices=("text", "json"), default="text", help="json: for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run what was asked for, then show."""
        if options["run"]:
            self._run(options["run"])
        jobs = queries.jobs()
        if options["run"] and options["run"] != "all":
            jobs = [job for job in jobs if job.duty.name == options["run"]]
        if options["format"] == "json":
            data = {
                "workers": [one.name for one in ledger.workers()],
                "jobs": [queries.as_data(job) for job in jobs],
            }
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        else:
            for job in jobs:
                self.stdout.write(_line(job))
        is_asked = bool(options["run"])
        if any(job.run.failures or (job.is_late and not is_asked) for job in jobs):
            raise CommandError(_("有后台任务没有按时做成。"), returncode=TROUBLE)

    def _run(self, name: str) -> None:
        names = [job.duty.name for job in queries.jobs()] if name == "all" else [name]
        for one in tqdm(names, unit="", disable=None):
            try:
                running.run(one)
            except ValidationError as error:
                raise CommandError(error.messages[0], returncode=REFUSED) from error
            except (
                Exception
            ) as error:  # whatever a job meets is its result, and the next one is done all the same
                self.stderr.write(f"{one}: {type(error).__name__}: {error}")


def _line(job: queries.Job) -> str:
    run = job.run
    moment = run.started_at.isoformat(timespec="seconds") if run.started_at else "-"
    late = " " + _("过了时间") if job.is_late else ""
    fault = f" {run.fault} {run.fault_place}" if run.fault else ""
    return f"{run.result:7} {moment:26} {run.seconds:8.2f}s  {job.duty.name}{fault}{late}"
