"""Anybody makes a list again from its file."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from kepuyue.evaluation import ranking
from tests.evaluation.given import entry, snapshot


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "snapshot.json"
    path.write_bytes(ranking.canonical(snapshot([entry(1, sessions=3), entry(2, sessions=8)])))
    return path


def test_the_list_is_made_again_and_its_digest_told(file: Path) -> None:
    out = StringIO()

    call_command("evaluation", "rank", str(file), "--format", "json", stdout=out)

    told = json.loads(out.getvalue())
    assert [one["number"] for one in told["candidates"]] == [2, 1]
    call_command("evaluation", "rank", str(file), "--expect", told["list"], stdout=StringIO())


def test_another_list_than_expected_ends_with_1(file: Path) -> None:
    with pytest.raises(CommandError) as ended:
        call_command("evaluation", "rank", str(file), "--expect", "0" * 64, stdout=StringIO())

    assert ended.value.returncode == 1


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', '{"format": 9}'])
def test_what_is_no_snapshot_ends_with_2(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(content)

    with pytest.raises(CommandError) as ended:
        call_command("evaluation", "rank", str(path))

    assert ended.value.returncode == 2
