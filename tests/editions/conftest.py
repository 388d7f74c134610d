import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
SHENZHEN = PROJECT / "editions" / "shenzhen-2024"


@pytest.fixture
def real_folder() -> Path:
    """The folder that ships with the product."""
    return SHENZHEN


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of it, to break: with a dozen of the bases, so that loading it is quick."""
    target = tmp_path / "shenzhen-2024"
    target.mkdir()
    for entry in SHENZHEN.iterdir():
        if entry.is_file():
            shutil.copyfile(entry, target / entry.name)
    bases = target / "bases.csv"
    bases.write_text("".join(bases.read_text("utf-8").splitlines(keepends=True)[:13]), "utf-8")
    return target


@pytest.fixture
def edit(folder: Path) -> Callable[[str, str, str], int]:
    """`edit(file, old, new)` replaces the one place of `old`, and gives its line."""

    def replace(name: str, old: str, new: str) -> int:
        text = (folder / name).read_text("utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        (folder / name).write_text(text.replace(old, new), "utf-8")
        return text.count("\n", 0, text.index(old)) + 1

    return replace
