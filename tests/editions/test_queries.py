import json
import re
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from kepuyue.editions import queries
from kepuyue.editions.actions import archiving, loading
from kepuyue.editions.models import Edition
from tests.factories import EditionFactory

pytestmark = pytest.mark.django_db

# Published coordinates (WGS-84, good to 100-200 m) of well-known places and the district they lie in; None is
# Hong Kong, Huizhou and 深汕 (of which there is no outline)
CHECK_POINTS = json.loads((Path(__file__).parent / "check_points.json").read_text("utf-8"))["points"]


@pytest.fixture
def edition(folder: Path) -> Edition:
    return loading.load(folder).edition


def test_known_places_lie_in_their_district(edition: Edition) -> None:
    found = {p["name"]: queries.district_at(edition, p["lng"], p["lat"]) for p in CHECK_POINTS}

    assert {name: district and district.name for name, district in found.items()} == {
        point["name"]: point["district"] for point in CHECK_POINTS
    }


def test_outlines_fill_their_drawing(edition: Edition) -> None:
    drawing = queries.outline_paths(edition)

    width, height = map(int, drawing.view_box.split()[2:])
    numbers = [
        tuple(map(float, pair.split(","))) for o in drawing for pair in re.findall(r"[\d.]+,[\d.]+", o.path)
    ]
    assert (width, 400 < height < 700) == (1000, True)
    assert (min(x for x, _y in numbers), max(x for x, _y in numbers)) == (10, 990)
    assert (min(y for _x, y in numbers), max(y for _x, y in numbers) <= height) == (10, True)
    assert [outline.code for outline in drawing] == [
        "futian", "luohu", "yantian", "nanshan", "baoan", "longgang", "longhua", "pingshan", "guangming", "dapeng",
    ]  # fmt: skip


def test_outline_is_named_in_the_readers_language(edition: Edition) -> None:
    futian = next(iter(queries.outline_paths(edition)))

    with translation.override("en"):
        assert str(futian) == "Futian District"
    assert str(futian) == "福田区"


def test_edition_without_map_draws_nothing() -> None:
    edition = EditionFactory()

    assert not queries.outline_paths(edition)
    assert queries.district_at(edition, 114.05, 22.55) is None


def test_map_that_changes_is_drawn_anew(folder: Path) -> None:
    before = queries.outline_paths(loading.load(folder).edition)
    data = json.loads((folder / "outlines.geojson").read_text("utf-8"))
    data["features"] = data["features"][:3]
    (folder / "outlines.geojson").write_text(json.dumps(data), "utf-8")

    after = queries.outline_paths(loading.load(folder).edition)

    assert (len(before.outlines), len(after.outlines)) == (10, 3)


@pytest.mark.parametrize(
    ("day", "phase"),
    [
        (date(2024, 8, 20), "call"), (date(2024, 8, 21), "publicity"), (date(2024, 8, 31), "publicity"),
        (date(2024, 9, 1), "month"), (date(2024, 9, 27), "month"), (date(2024, 9, 28), "summary"),
        (date(2024, 9, 30), "summary"), (date(2024, 10, 1), "after"),
    ],
)  # fmt: skip
def test_phase_follows_the_key_dates(day: date, phase: str) -> None:
    assert queries.phase(EditionFactory(), day) == phase


def test_archive_is_made_once_and_classified_alike(edition: Edition) -> None:
    first = archiving.archive(2009, like=edition)

    second = archiving.archive(2009, like=edition)

    assert first == second
    assert (first.is_archive, first.is_current, first.name) == (True, False, "2009年活动存档")
    assert [t.code for t in queries.taxonomies(first)] == [t.code for t in queries.taxonomies(edition)]
    assert first.taxonomies.get(code="content").terms.get(code="health").parent.code == "for_people"
