from pathlib import Path

import pytest

from kepuyue.editions.actions.copying import copy
from kepuyue.editions.folder import BrokenFolder
from kepuyue.editions.folder.reading import read_yaml


def test_next_year_goes_on_counting_and_keeps_day_and_month(folder: Path, tmp_path: Path) -> None:
    copied = copy(folder, tmp_path / "next", 2025)

    data = read_yaml(copied.path, "edition.yaml")[0].data
    assert (data["code"], data["year"], data["name"]) == ("shenzhen-2025", 2025, "2025年深圳科普月")
    assert [ordinal["number"] for ordinal in data["ordinals"]] == [22, 6]
    assert (data["starts_on"], data["ends_on"]) == ("2025-09-01", "2025-09-30")
    assert [entry["day"] for entry in data["key_dates"]] == ["2025-08-06", "2025-08-21", "2025-09-28"]


def test_what_only_a_person_knows_is_left_to_fill_in(folder: Path, tmp_path: Path) -> None:
    copied = copy(folder, tmp_path / "next", 2025)

    assert [problem.what for problem in copied.to_fill_in] == [
        "“theme”还没有填写。", "“theme_en”还没有填写。",
        "“source”还没有填写。", "“source”还没有填写。", "“source”还没有填写。",
        "“title”还没有填写。", "“number”还没有填写。", "“issued_on”还没有填写。", "正文还没有填写。",
    ]  # fmt: skip


def test_comments_and_other_files_stay_as_they_are(folder: Path, tmp_path: Path) -> None:
    copied = copy(folder, tmp_path / "next", 2025)

    assert (copied.path / "edition.yaml").read_text("utf-8").startswith("# 一届科普月的基本事项")
    for name in ("taxonomies.yaml", "bases.csv", "outlines.geojson"):
        assert (copied.path / name).read_bytes() == (folder / name).read_bytes()


def test_demonstration_content_is_not_taken_along(folder: Path, tmp_path: Path) -> None:
    (folder / "demo").mkdir()

    copied = copy(folder, tmp_path / "next", 2025)

    assert not (copied.path / "demo").exists()


def test_leap_day_falls_on_the_last_of_february(folder: Path, tmp_path: Path) -> None:
    path = folder / "edition.yaml"
    path.write_text(path.read_text("utf-8").replace("day: 2024-08-06", "day: 2024-02-29"), "utf-8")

    copied = copy(folder, tmp_path / "next", 2025)

    assert "day: 2025-02-28" in (copied.path / "edition.yaml").read_text("utf-8")


def test_same_year_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(BrokenFolder, match="已经是2024年的"):
        copy(folder, tmp_path / "next", 2024)


def test_place_that_holds_something_is_left_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "next").mkdir()
    (tmp_path / "next" / "mine.txt").write_text("x")

    with pytest.raises(BrokenFolder, match="已经有内容"):
        copy(folder, tmp_path / "next", 2025)

    assert [path.name for path in (tmp_path / "next").iterdir()] == ["mine.txt"]


def test_broken_source_leaves_no_target(folder: Path, tmp_path: Path) -> None:
    (folder / "members.csv").unlink()

    with pytest.raises(BrokenFolder):
        copy(folder, tmp_path / "next", 2025)

    assert not (tmp_path / "next").exists()
