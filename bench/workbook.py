"""A large workbook read, previewed, mended and committed, each beside what calamine takes merely to read it.

`measure` starts this module again for each size, so that the peak of memory is that size's own.
"""

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from bench.site import ROOT

HEADINGS = ("活动名称", "主办单位", "活动时间", "活动地点", "所属区", "活动简介", "备注")


def measure(environment: dict[str, str], folder: Path, *, rows: int) -> dict[str, object]:
    """Figures of the whole size, and the peak of memory at a tenth of it, to see whether it grows."""
    small, large = (_in_a_process(environment, folder, count) for count in (max(rows // 10, 1), rows))
    return large | {"rows": rows, "peak_mb_of_a_tenth": small["peak_mb"]}


def _in_a_process(environment: dict[str, str], folder: Path, rows: int) -> dict[str, float]:
    file = folder / f"workbook-{rows}.xlsx"
    write(file, rows)
    answer = subprocess.run(
        [sys.executable, "-m", "bench.workbook", str(file)],
        env=environment, cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    if answer.returncode != 0:
        raise RuntimeError(answer.stderr[-2000:])
    found: dict[str, float] = json.loads(answer.stdout)
    return found


def write(file: Path, rows: int) -> None:
    """A workbook whose days are written in several ways, every fiftieth with a weekday that is wrong."""
    import xlsxwriter

    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("汇总")
        sheet.write_row(0, 0, HEADINGS)
        for number in range(rows):
            day = number % 30 + 1
            weekday = "一二三四五六日"[(day + 5) % 7]  # the first is a Sunday
            ways = (
                f"9月{day}日上午10:00—11:30",
                f"2024-09-{day:02} 14:00-15:30",
                f"9月{day}日（周{weekday}）19:00",
            )
            when = "9月1日（周三）9:00" if number % 50 == 49 else ways[number % 3]
            cells = [
                f"科学实验课第{number}期",
                f"第{number % 40}科普基地",
                when,
                f"第{number % 60}展厅",
                "福田区",
            ]
            sheet.write_row(number + 1, 0, [*cells, "和工程师一起做实验。" * 8, "请提前到场"])


def _figures(file: Path) -> dict[str, float]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    django.setup()
    from django.conf import settings
    from django.test import Client
    from python_calamine import load_workbook

    from kepuyue.editions.queries import current_edition
    from kepuyue.imports.actions import committing, mending, operator, staging
    from kepuyue.organizations.models import Organization

    settings.ALLOWED_HOSTS = ["*"]
    data = file.read_bytes()
    begun = time.perf_counter()
    book = load_workbook(str(file))
    height = len(book.get_sheet_by_name("汇总").to_python()) - 1
    merely = time.perf_counter() - begun

    unit = Organization.objects.filter(level=Organization.Level.OFFICE).get()
    person, edition = operator.person_for(unit), current_edition()
    begun = time.perf_counter()
    staging.look_at(data, edition)
    read = time.perf_counter() - begun
    begun = time.perf_counter()
    batch = staging.stage(data, file_name=file.name, organization=unit, edition=edition, by=person)
    staged = time.perf_counter() - begun
    client = Client(headers={"host": "localhost"})
    client.force_login(person)
    begun = time.perf_counter()
    answer = client.get(f"/desk/imports/{batch.pk}/", {"page": str(height // 80 + 1)}, secure=True)
    page = time.perf_counter() - begun
    if answer.status_code != 200 or b'class="sheet"' not in answer.content:
        raise RuntimeError(f"the preview answers {answer.status_code}")
    begun = time.perf_counter()
    mending.mend(batch, sheet="汇总", cell="B2", value="第1科普基地", by=person)
    mended = time.perf_counter() - begun
    batch.refresh_from_db()
    begun = time.perf_counter()
    committing.commit(batch, by=person)
    committed = time.perf_counter() - begun
    return {
        "merely_read_per_second": round(height / merely, 1),
        "read_per_second": round(height / read, 1),
        "ratio_to_calamine": round(merely / read, 4),
        "staged_per_second": round(height / staged, 1),
        "preview_page_ms": round(page * 1000, 1),
        "mend_seconds": round(mended, 2),
        "committed_per_second": round(height / committed, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1),
    }


if __name__ == "__main__":
    print(json.dumps(_figures(Path(sys.argv[1]))))
