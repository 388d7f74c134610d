import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kepuyue.editions.models import Edition
from tests.factories import EditionFactory


def run(*arguments: Any) -> str:
    out = StringIO()
    call_command("edition", *map(str, arguments), stdout=out, no_color=True)
    return out.getvalue()


def run_and_fail(*arguments: Any) -> tuple[str, CommandError]:
    out = StringIO()
    with pytest.raises(CommandError) as caught:
        call_command("edition", *map(str, arguments), stdout=out, no_color=True)
    return out.getvalue(), caught.value


def test_check_of_a_good_folder_says_so(real_folder: Path) -> None:
    assert run("check", real_folder).endswith("没有问题。\n")


def test_check_of_a_broken_folder_names_the_places_and_fails(folder: Path) -> None:
    (folder / "bases.csv").rename(folder / "base.csv")

    out, error = run_and_fail("check", folder)

    assert out == "base.csv: 不认识这个文件，它不会被载入。 是不是想写“bases.csv”？\n"
    assert str(error) == "共1处要改，没有写入任何内容。"
    assert error.returncode == 1


def test_check_for_machines_is_json(folder: Path) -> None:
    (folder / "notice.md").write_text("", "utf-8")

    out, _error = run_and_fail("check", folder, "--format", "json")

    assert json.loads(out) == {
        "problems": [{"file": "notice.md", "line": 1, "what": "文件是空的。", "remedy": "请写上正文。"}]
    }


@pytest.mark.django_db
def test_load_tells_what_it_did_in_figures_and_again_nothing(folder: Path) -> None:
    assert "新增234" in run("load", folder)
    assert run("load", folder) == "2024年深圳科普月没有变化。\n"


@pytest.mark.django_db
def test_load_for_machines_is_json(folder: Path) -> None:
    report = json.loads(run("load", folder, "--format", "json", "--not-current"))

    assert (report["edition"], report["removed"], report["kept"]) == ("shenzhen-2024", 0, 0)
    assert not Edition.objects.get().is_current


@pytest.mark.django_db
def test_load_of_a_broken_folder_fails(folder: Path) -> None:
    (folder / "members.csv").unlink()

    run_and_fail("load", folder)

    assert not Edition.objects.exists()


def test_copy_says_what_is_to_fill_in(folder: Path, tmp_path: Path) -> None:
    out = run("copy", folder, tmp_path / "next")

    assert "载入之前，请填写：\n  edition.yaml:" in out
    assert "code: shenzhen-2025" in (tmp_path / "next" / "edition.yaml").read_text("utf-8")


@pytest.mark.django_db
def test_list_marks_the_current_edition() -> None:
    EditionFactory()

    assert run("list") == "* shenzhen-2024  2024年深圳科普月  2024-09-01–2024-09-30\n"


@pytest.mark.django_db
def test_list_of_none_says_how_to_load_one() -> None:
    assert "kepuyue edition load" in run("list")


@pytest.mark.parametrize(
    ("arguments", "environment", "english"),
    [([], "en_US.UTF-8", True), (["--lang", "zh"], "en_US.UTF-8", False), (["--lang", "en"], "zh_CN.UTF-8", True),
     ([], "C.UTF-8", False), ([], "zh_CN.UTF-8", False)],
)  # fmt: skip
def test_language_is_the_one_asked_for_or_the_terminals(
    monkeypatch: pytest.MonkeyPatch, real_folder: Path, arguments: list[str], environment: str, english: bool
) -> None:
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    monkeypatch.setenv("LANG", environment)

    assert ("没有问题" in run("check", real_folder, *arguments)) is not english
