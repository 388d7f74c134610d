"""`kepuyue audit verify` and `kepuyue audit export`."""

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from kepuyue.core import audit, seals
from kepuyue.core.models import AuditEvent, AuditSeal
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db


def recorded(count: int = 3) -> list[AuditEvent]:
    unit = UnitFactory(name="少年宫")
    return [
        audit.record("unit.edit", unit, by=None, changes={"n": [None, number]}, reason="=HYPERLINK(1)")
        for number in range(count)
    ]


def run(*words: str) -> str:
    out = StringIO()
    call_command("audit", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_verify_says_that_all_is_well_and_names_the_head() -> None:
    recorded()

    said = run("verify")

    assert said == f"操作记录完好：3条已封存。\n链头：{seals.head()}\n"


def test_verify_names_the_touched_row_and_fails() -> None:
    rows = recorded()
    seals.seal_new()
    AuditEvent.objects.filter(pk=rows[1].pk).update(reason="改过")
    out = StringIO()

    with pytest.raises(CommandError) as refusal:
        call_command("audit", "verify", stdout=out)

    assert refusal.value.returncode == 1
    assert out.getvalue().splitlines()[0].startswith(f"第2条（编号{rows[1].pk}）被改过：")


def test_verify_as_json_is_one_object_even_when_touched() -> None:
    rows = recorded()
    seals.seal_new()
    AuditEvent.objects.filter(pk=rows[0].pk).delete()
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("audit", "verify", "--format", "json", stdout=out)

    assert json.loads(out.getvalue()) == {
        "head": str(seals.head()), "sealed": 3, "waiting": 0,
        "faults": [{"code": "removed", "position": 1, "event_id": rows[0].pk, "row": ""}],
    }  # fmt: skip


def test_verify_finds_a_cut_tail_by_the_head_that_was_noted() -> None:
    rows = recorded()
    seals.seal_new()
    noted = str(seals.head())
    AuditEvent.objects.filter(pk=rows[2].pk).delete()
    AuditSeal.objects.filter(position=3).delete()

    assert "操作记录完好" in run("verify")
    with pytest.raises(CommandError):
        run("verify", "--expect", noted)


@pytest.mark.parametrize("words", ["7", "x:y", "3:short"])
def test_verify_refuses_a_head_that_is_none(words: str) -> None:
    with pytest.raises(CommandError, match="--expect"):
        run("verify", "--expect", words)


def test_export_holds_every_row_and_its_seal(tmp_path: Path) -> None:
    rows = recorded()
    target = tmp_path / "trail.jsonl"

    run("export", str(target))

    lines: list[dict[str, Any]] = [
        json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()
    ]
    assert [line["id"] for line in lines] == [row.pk for row in rows]
    assert lines[-1]["seal"] == str(seals.head())
    assert lines[0]["changes"] == {"n": [None, 0]}


def test_export_as_csv_holds_no_formula() -> None:
    recorded(1)

    line = next(csv.DictReader(StringIO(run("export", "--format", "csv"))))

    assert (line["reason"], line["changes"]) == ("'=HYPERLINK(1)", '{"n": [null, 0]}')
