import ast
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from kepuyue.core import audit, seals
from kepuyue.core.models import AuditEvent
from tests.factories import UnitFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_record_keeps_names_as_they_were() -> None:
    unit, person = UnitFactory(name="天文馆"), UserFactory(name="王芳")
    event = audit.record(
        "unit.edit", unit, by=person, changes={"name": ["旧馆", "天文馆"]}, reason="更名",
        organization_path=unit.path, version=3,
    )  # fmt: skip
    unit.name = "新馆"
    unit.save()
    person.delete()

    event.refresh_from_db()
    assert (event.actor_name, event.subject_name, event.changes, event.reason, event.version) == (
        "王芳", "天文馆", {"name": ["旧馆", "天文馆"]}, "更名", 3,
    )  # fmt: skip
    assert str(event).endswith("王芳 unit.edit 天文馆")


def test_many_rows_are_kept_at_once_as_one_by_one() -> None:
    unit = UnitFactory(name="天文馆")
    audit.record("unit.edit", unit, by=None, changes={"名额": ["", 3]}, is_quiet=True)
    audit.record_many(
        audit.Entry(
            action="unit.edit", subject_type="organization", subject_id=str(unit.pk), subject_name="天文馆",
            changes={"名额": ["", 3]}, actor_name=name, organization_path="/1/",
        )
        for name in ("系统", "O'Neill \\ “观众” %s")
    )  # fmt: skip

    alone, *many = AuditEvent.objects.order_by("pk")
    assert [one.actor_name for one in many] == ["系统", "O'Neill \\ “观众” %s"]
    for one in many:
        assert timedelta() <= one.at - alone.at < timedelta(minutes=1)
        for name in (
            "action",
            "subject_type",
            "subject_id",
            "subject_name",
            "changes",
            "reason",
            "version",
            "is_quiet",
            "actor_id",
        ):
            assert getattr(one, name) == getattr(alone, name), name
    assert many[0].organization_path == "/1/"
    assert AuditEvent.objects.filter(changes__名额__1=3).count() == 3
    seals.seal_new()
    assert seals.verify().faults == []


def test_no_rows_are_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        audit.record_many([])


def test_record_by_nobody_is_the_systems() -> None:
    event = audit.record("unit.edit", UnitFactory(), by=None)

    assert (event.actor_id, event.actor_name, event.changes) == (None, "系统", {})


def test_recorded_row_cannot_be_saved_again() -> None:
    event = audit.record("unit.edit", UnitFactory(), by=None)
    event.reason = "something nicer"

    with pytest.raises(TypeError, match="never changed"):
        event.save()

    assert AuditEvent.objects.get().reason == ""


def test_recorded_row_cannot_be_deleted() -> None:
    event = audit.record("unit.edit", UnitFactory(), by=None)

    with pytest.raises(TypeError, match="never changed"):
        event.delete()

    assert AuditEvent.objects.count() == 1


def test_trail_is_of_one_subject_newest_first() -> None:
    unit, other = UnitFactory(), UnitFactory()
    for action, subject in (("unit.register", unit), ("unit.edit", other), ("unit.confirm", unit)):
        audit.record(action, subject, by=None)

    assert list(audit.trail(unit).values_list("action", flat=True)) == ["unit.confirm", "unit.register"]


def test_trail_does_not_mix_kinds_of_the_same_number() -> None:
    unit = UnitFactory()
    audit.record("unit.edit", unit, by=None)
    person = UserFactory()
    person.pk = unit.pk

    assert list(audit.trail(person)) == []


def test_action_name_reads_aloud_or_stays_the_code() -> None:
    assert (audit.action_name("activity.submit"), audit.action_name("no.such")) == ("提交审核", "no.such")


def test_every_action_that_is_recorded_has_a_name() -> None:
    codes = {code for path in (settings.PROJECT_ROOT / "kepuyue").rglob("*.py") for code in _recorded(path)}

    assert {"activity.create", "unit.register", "review.approved", "activity.revise"} <= codes
    assert [code for code in sorted(codes) if not audit.is_named(code)] == []


def _recorded(path: Path) -> set[str]:
    """The literal first arguments of `audit.record`, and those that reach it by a name ending in its module."""
    found: set[str] = set()
    text = path.read_text(encoding="utf-8")
    if "audit" not in text:
        return found
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {
            "audit.record",
            "record",
            "_touch",
            "_decide",
        }:
            for part in ast.walk(node):
                if isinstance(part, ast.JoinedStr) and ast.unparse(part).startswith("f'review."):
                    found |= {f"review.{decision}" for decision in ("approved", "returned", "rejected")}
                elif isinstance(part, ast.Constant) and isinstance(part.value, str) and _is_code(part.value):
                    found.add(part.value)
    return found


def _is_code(text: str) -> bool:
    rooms = (
        "activity.",
        "unit.",
        "review.",
        "edition.",
        "import.",
        "paper.",
        "demo.",
        "account.",
        "programme.",
    )
    return text.startswith(rooms) and " " not in text and len(text) > 7
