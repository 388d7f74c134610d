"""How many rows of a spreadsheet a second, beside the bare insertion of as many rows into the same table."""

import csv
import json
import sqlite3
import subprocess
import time
from pathlib import Path

from bench.site import KEPUYUE, ROOT

HEADINGS = ("活动名称", "主办单位", "活动时间", "活动地点", "活动简介")


def measure(environment: dict[str, str], folder: Path, *, rows: int) -> dict[str, object]:
    """Import a made sheet, once as a trial and once in earnest, less what starting the program costs."""
    sheet = folder / "sheet.csv"
    _write(sheet, rows)
    start = _seconds(environment, ["version"])
    trial = _seconds(
        environment, ["import", sheet, "--edition", "shenzhen-2024", "--dry-run", "--format", "json"]
    )
    earnest = _seconds(environment, ["import", sheet, "--edition", "shenzhen-2024", "--format", "json"])
    baseline = _bare_insertion(folder / "kepuyue.sqlite3", rows)
    written = rows / max(earnest - trial, 0.001)
    return {
        "rows": rows,
        "read_per_second": round(rows / max(trial - start, 0.001), 1),
        "written_per_second": round(written, 1),
        "baseline": "executemany of the same number of activities, one transaction",
        "baseline_per_second": round(baseline, 1),
        "ratio": round(written / baseline, 5),
    }


def _write(sheet: Path, rows: int) -> None:
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS)
        for number in range(rows):
            day = number % 30 + 1
            writer.writerow((f"科学实验课第{number}期", f"第{number % 40}科普基地", f"2024年9月{day}日 10:00-11:30",
                             f"第{number % 60}展厅", "和工程师一起做实验。" * 8))  # fmt: skip


def _seconds(environment: dict[str, str], words: list[object]) -> float:
    begun = time.perf_counter()
    answer = subprocess.run(
        [KEPUYUE, *map(str, words)], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    if answer.returncode != 0:
        raise RuntimeError(answer.stderr[-2000:])
    if "import" in words:
        json.loads(answer.stdout)
    return time.perf_counter() - begun


def _bare_insertion(database: Path, rows: int) -> float:
    """Rows a second when one existing activity is inserted again and again with another code."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous=FULL")
    columns = [column[1] for column in connection.execute("PRAGMA table_info(activities_activity)")]
    names = ", ".join(column for column in columns if column != "id")
    kept = [column for column in columns if column != "id"]
    row = connection.execute(f"SELECT {names} FROM activities_activity LIMIT 1").fetchone()
    code, key = kept.index("code"), kept.index("outside_key")
    copies = []
    for number in range(rows):
        copy = list(row)
        copy[code], copy[key] = f"B{number:08}", ""
        copies.append(copy)
    begun = time.perf_counter()
    with connection:
        connection.executemany(
            f"INSERT INTO activities_activity ({names}) VALUES ({', '.join('?' * len(kept))})", copies
        )
    connection.close()
    return rows / (time.perf_counter() - begun)
