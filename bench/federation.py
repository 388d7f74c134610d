"""`python -m bench.federation --cities 30 --activities 50000`: a nation on one machine.

Thirty cities' programmes are gathered by an instance that holds the demonstration, through the same writing as any
reading: pages of 200 changes as the interface writes them, as bytes, are parsed (`federation.wire`) and taken
(`federation.actions.taking`), one transaction each. Only the network and the producing instances are left away.
Titles and texts are the demonstration's, put together anew; cities are real,
units, venues and sessions are made. The same numbers give the same activities.

Then a fresh process searches, filters and counts, as in `bench.scale`, and the pages are asked through Django.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bench import site
from bench.site import ROOT

A_PAGE = 200
# Name, longitude, latitude of the city, WGS-84 degrees to a tenth; the places around it are made
CITIES = (
    ("北京", 116.4, 39.9), ("上海", 121.5, 31.2), ("天津", 117.2, 39.1), ("重庆", 106.5, 29.6), ("广州", 113.3, 23.1),
    ("成都", 104.1, 30.7), ("武汉", 114.3, 30.6), ("杭州", 120.2, 30.3), ("南京", 118.8, 32.1), ("西安", 108.9, 34.3),
    ("苏州", 120.6, 31.3), ("长沙", 112.9, 28.2), ("郑州", 113.6, 34.7), ("青岛", 120.4, 36.1), ("宁波", 121.5, 29.9),
    ("合肥", 117.3, 31.8), ("福州", 119.3, 26.1), ("厦门", 118.1, 24.5), ("济南", 117.0, 36.7), ("沈阳", 123.4, 41.8),
    ("大连", 121.6, 38.9), ("长春", 125.3, 43.9), ("哈尔滨", 126.6, 45.8), ("昆明", 102.7, 25.0), ("贵阳", 106.6, 26.6),
    ("南昌", 115.9, 28.7), ("南宁", 108.4, 22.8), ("太原", 112.5, 37.9), ("兰州", 103.8, 36.1), ("海口", 110.3, 20.0),
)  # fmt: skip
UNITS = (
    "科技馆",
    "少年宫",
    "图书馆",
    "植物园",
    "自然博物馆",
    "天文协会",
    "第一人民医院",
    "工业大学",
    "生态环境监测站",
    "气象局",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.federation", description=__doc__)
    parser.add_argument("--cities", type=int, default=30, help=f"at most {len(CITIES)}")
    parser.add_argument("--activities", type=int, default=50_000, help="of all cities together")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, fsync on")
    parser.add_argument("--data", type=Path, help="folder of a site with the demonstration; it is written to")
    parser.add_argument("--step", choices=["gather", "ask"], help="one half alone, in this process")
    options = parser.parse_args()
    if options.step:
        _django()
        found = gather(options.cities, options.activities) if options.step == "gather" else ask()
        print(json.dumps(found, ensure_ascii=False))
        return
    from scripts.postgres import server

    with (
        tempfile.TemporaryDirectory(prefix="kepuyue-nation-") as made,
        server(options=()) if options.postgres else nullcontext("") as address,
    ):
        environment = {**os.environ, "DATA_DIR": str(options.data or made), "KEPUYUE_DEMO": "1"}
        if address:
            environment["DATABASE_URL"] = address
        if options.data is None or address:
            if address:
                subprocess.run(
                    [site.KEPUYUE, "migrate"],
                    env=environment,
                    cwd=ROOT,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            site.prepare(environment)
        size = ["--cities", str(options.cities), "--activities", str(options.activities)]
        result = {step: _step(environment, step, size) for step in ("gather", "ask")}
    print(json.dumps(result, ensure_ascii=False, indent=1))


def gather(cities: int, activities: int) -> dict[str, Any]:
    """Take all cities' programmes over; what that took."""
    import psutil
    from django.conf import settings
    from tqdm import tqdm

    from kepuyue.editions.queries import current_edition
    from kepuyue.federation import wire
    from kepuyue.federation.actions import taking
    from kepuyue.federation.models import Source

    settings.DEBUG = False
    edition = current_edition()
    assert edition is not None
    before = _database_bytes()
    models = _models(edition)
    own = psutil.Process()
    wall = cpu = 0.0
    told = pages = done = 0
    slowest = 0.0
    each = activities // cities
    with tqdm(total=each * cities, unit="", disable=None) as bar:
        for name, lng, lat in CITIES[:cities]:
            source, _is_new = Source.objects.get_or_create(
                edition=edition, name=name,
                defaults={
                    "address": _address(name), "instance": _address(name), "there": "2024", "state": Source.State.ON,
                },
            )  # fmt: skip
            for body in _pages(City(name, lng, lat), models, each, edition):
                told += len(body)
                pages += 1
                began, used = time.perf_counter(), time.process_time()
                outcome = taking.take(source, wire.page(body))
                slowest = max(slowest, time.perf_counter() - began)
                wall += time.perf_counter() - began
                cpu += time.process_time() - used
                assert outcome is not None
                source.refresh_from_db()
                bar.update(A_PAGE)
                done += A_PAGE
            tqdm.write(f"{name}: {done / cpu:.0f} activities a second of processor time", file=sys.stderr)
    disk = _database_bytes() - before
    return {
        "cities": cities, "activities": each * cities, "pages": pages,
        "bytes an activity on the line": round(told / (each * cities)),
        "wall s": round(wall, 1), "cpu s": round(cpu, 1), "activities a second": round(each * cities / wall),
        "slowest page s": round(slowest, 2), "cpu s a city": round(cpu / cities, 2),
        "disk MB": round(disk / 1e6, 1), "disk MB a city": round(disk / cities / 1e6, 2),
        "disk bytes an activity": round(disk / (each * cities)),
        "memory MB": round(own.memory_info().rss / 1e6),
    }  # fmt: skip


def ask() -> dict[str, Any]:
    """Search, filter and count in this process, which has seen nothing yet; then pages through Django."""
    from bench import scale

    found = scale.ask()
    return found | {"pages ms": _page_times(), "counts": _counts()}


def _page_times() -> dict[str, Any]:
    from django.test import Client

    from kepuyue.demo import stages

    client = Client(HTTP_HOST="127.0.0.1", HTTP_ACCEPT_LANGUAGE="zh-CN")
    client.cookies[stages.COOKIE] = stages.cookie_for(stages.Stage.MONTH)
    found = {}
    for page in (
        "/activities/",
        "/activities/?source=广州",
        "/activities/?q=观鸟&source=广州&source=杭州",
        "/cities/",
    ):
        took = []
        for number in range(6):
            began = time.perf_counter()
            answer = client.get(f"{page}{'&' if '?' in page else '?'}x={number}")
            took.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, (page, answer.status_code)
        found[page] = {"first": round(took[0], 1), "median": round(sorted(took)[3], 1)}
    return found


def _counts() -> dict[str, int]:
    from django.db.models import Count

    from kepuyue.editions.queries import current_edition

    edition = current_edition()
    assert edition is not None
    began = time.perf_counter()
    held = list(edition.places.annotate(activities=Count("held")).values_list("activities", flat=True))
    return {"places": len(held), "activities": sum(held),
            "ms by the database": round((time.perf_counter() - began) * 1000)}  # fmt: skip


class City:
    """What is made of one city."""

    def __init__(self, name: str, lng: float, lat: float) -> None:
        self.name = name
        self.chance = random.Random(name)
        self.units = [f"{name}市{unit}" for unit in UNITS] + [
            f"{name}市第{number}中学" for number in range(1, 40)
        ]
        self.venues = [
            {
                "name": f"{self.chance.choice(self.units)}{number}号厅", "name_en": "", "address": f"演示路{number}号",
                "lng": round(lng + self.chance.gauss(0, 0.1), 5), "lat": round(lat + self.chance.gauss(0, 0.08), 5),
            }
            for number in range(1, 400)
        ]  # fmt: skip


def _pages(city: City, models: list[dict[str, Any]], count: int, edition: Any) -> Iterator[bytes]:
    for begun in range(0, count, A_PAGE):
        numbers = range(begun, min(begun + A_PAGE, count))
        results = [_change(city, models, number, edition) for number in numbers]
        page = {
            "edition": "2024",
            "results": results,
            "cursor": f"1-{numbers[-1] + 1}",
            "has_more": numbers[-1] + 1 < count,
        }
        yield json.dumps(page, ensure_ascii=False).encode()


def _change(city: City, models: list[dict[str, Any]], number: int, edition: Any) -> dict[str, Any]:
    chance, here = city.chance, _address(city.name)
    named, texted, other = (chance.choice(models) for _n in range(3))
    code, unit = f"{number:06X}", chance.choice(city.units)
    url = f"{here}/activities/{code}/"
    half = other["title"][: max(4, len(other["title"]) // 2)]
    facts = {name: texted[name] for name in ("summary", "description", "mode", "audience_note", "age_min", "age_max",
                                              "languages", "accessibility", "admission", "booking")}  # fmt: skip
    first = datetime(edition.year, 9, 1, tzinfo=edition.zone)
    sessions = []
    for place in range(1 if chance.random() < 1 / 12 else chance.randrange(2, 7)):
        begin = first + timedelta(days=chance.randrange(30), hours=chance.randrange(8, 20))
        sessions.append(
            {
                "id": number * 10 + place, "start": begin.isoformat(), "end": (begin + timedelta(hours=2)).isoformat(),
                "venue": chance.choice(city.venues), "place": "一楼报告厅", "capacity": 40,
            }
        )  # fmt: skip
    registrant = {"code": unit, "name": unit}
    activity = facts | {
        "code": code, "title": f"{city.name}{named['title']}·{half}"[:118], "url": url, "status": "published",
        "city": city.name, "district": None, "organizers": [{"role": "host", "name": unit}], "terms": named["terms"],
        "unit": registrant, "updated_at": first.isoformat(), "published_at": first.isoformat(), "sessions": sessions,
        "origin": {"instance": here, "code": code, "url": url, "city": city.name, "unit": registrant, "through": []},
    }  # fmt: skip
    return {"change": "upsert", "code": code, "changed_at": first.isoformat(), "activity": activity}


def _models(edition: Any) -> list[dict[str, Any]]:
    """The demonstration's activities as the interface writes them: their texts are borrowed."""
    from kepuyue.activities.models import Activity
    from kepuyue.api.output import written
    from kepuyue.programme.queries import in_full

    return written(in_full(Activity.objects.published().filter(edition=edition, city="")))


def _address(city: str) -> str:
    return f"https://{city.encode('idna').decode()}.example.org"


def _database_bytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])


def _step(environment: dict[str, str], step: str, size: list[str]) -> Any:
    print(f"→ {step}", file=sys.stderr, flush=True)
    answer = subprocess.run(
        [sys.executable, "-m", "bench.federation", "--step", step, *size],
        env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return json.loads(answer.stdout)


def _django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    sys.path.insert(0, str(Path.cwd()))
    django.setup()


if __name__ == "__main__":
    main()
