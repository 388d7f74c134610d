"""What the code of before can live with."""

import json
from io import StringIO
from typing import Any

import pytest
from django.contrib.postgres.operations import AddIndexConcurrently
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.migrations import Migration, operations
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ModelState, ProjectState

from kepuyue.core import upgrades


@pytest.fixture
def state() -> ProjectState:
    """A table as it was before."""
    made = ProjectState()
    fields = [("id", models.BigAutoField(primary_key=True)), ("name", models.CharField(max_length=20)),
              ("note", models.CharField(max_length=20, null=True)), ("number", models.IntegerField())]  # fmt: skip
    made.add_model(ModelState("core", "Thing", fields))
    return made


def named(cls: Any, *args: Any, **more: Any) -> Operation:
    return cls("thing", *args, **more)


KEY = [("id", models.BigAutoField(primary_key=True))]
CHECK = models.CheckConstraint(condition=models.Q(number__gt=0), name="positive")


@pytest.mark.parametrize(
    ("operation", "is_fine"),
    [
        (operations.CreateModel("Other", KEY), True),
        (operations.DeleteModel("Thing"), False),
        (operations.RenameModel("Thing", "Item"), False),
        (named(operations.AddField, "new", models.IntegerField(null=True)), True),
        (named(operations.AddField, "new", models.IntegerField(db_default=0)), True),
        # The framework drops the default once the rows of before have it
        (named(operations.AddField, "new", models.IntegerField(default=0)), False),
        (named(operations.AddField, "new", models.ManyToManyField("core.Thing")), True),
        (named(operations.RemoveField, "note"), False),
        (named(operations.RenameField, "note", "remark"), False),
        (named(operations.AlterField, "note", models.CharField(max_length=20)), False),
        (named(operations.AlterField, "name", models.CharField(max_length=20, null=True)), True),
        (named(operations.AlterField, "name", models.CharField(max_length=30)), True),
        (named(operations.AlterField, "name", models.CharField(max_length=10)), False),
        (named(operations.AlterField, "name", models.CharField(max_length=20, unique=True)), False),
        (named(operations.AlterField, "name", models.CharField(max_length=20, db_column="label")), False),
        (named(operations.AlterField, "name", models.TextField()), True),
        (named(operations.AlterField, "number", models.BigIntegerField()), True),
        (named(operations.AlterField, "number", models.TextField()), False),
        (named(operations.AddIndex, models.Index(fields=["name"], name="by_name")), True),
        (named(operations.AddConstraint, CHECK), False),
        (named(operations.AlterUniqueTogether, {("name", "number")}), False),
        (named(operations.AlterModelOptions, {"ordering": ["name"]}), True),
        (operations.RunPython(lambda _apps, _editor: None), False),
        (operations.RunSQL("SELECT 1"), False),
        (operations.SeparateDatabaseAndState(state_operations=[operations.DeleteModel("Thing")]), True),
        (operations.SeparateDatabaseAndState([operations.DeleteModel("Thing")]), False),
    ],
    ids=lambda value: getattr(value, "describe", lambda: value)(),
)
def test_what_adds_leaves_the_code_of_before_alone(
    state: ProjectState, operation: Operation, is_fine: bool
) -> None:
    found = upgrades.obstacles(operation, "core", state)

    assert (not found) is is_fine, found


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (named(operations.AddIndex, models.Index(fields=["name"], name="by_name")), "an index is built"),
        (
            named(operations.AlterField, "name", models.CharField(max_length=20, db_index=True)),
            "an index is built",
        ),
        (named(operations.AlterField, "number", models.BigIntegerField()), "the table is written anew"),
        (
            named(operations.AlterField, "name", models.CharField(max_length=20, unique=True)),
            "an index is built",
        ),
        (
            named(operations.AddField, "new", models.IntegerField(null=True, db_index=True)),
            "an index is built",
        ),
        (
            named(operations.AddField, "new", models.ForeignKey("core.Thing", models.CASCADE, null=True)),
            "an index is built",
        ),
        (named(operations.AddField, "new", models.ManyToManyField("core.Thing")), ""),
        (named(operations.AddConstraint, CHECK), "all rows are checked"),
        (
            named(operations.AddConstraint, models.UniqueConstraint(fields=["name"], name="one")),
            "an index is built",
        ),
        (named(AddIndexConcurrently, models.Index(fields=["name"], name="by_name")), ""),
        (named(operations.AlterField, "name", models.TextField()), ""),
        (named(operations.AddField, "new", models.IntegerField(db_default=0)), ""),
    ],
    ids=lambda value: getattr(value, "describe", lambda: value)(),
)
def test_what_keeps_writers_waiting_is_named_with_its_table(
    state: ProjectState, operation: Operation, why: str
) -> None:
    assert upgrades.writers_wait(operation, "core", state) == ([("core_thing", why)] if why else [])


def test_new_table_keeps_nobody_waiting(state: ProjectState) -> None:
    fresh = Migration("0002_fresh", "core")
    fresh.operations = [
        operations.CreateModel("Other", [*KEY, ("name", models.CharField(max_length=20))]),
        operations.AddIndex("other", models.Index(fields=["name"], name="by_other_name")),
    ]
    old = Migration("0003_old", "core")
    old.operations = [named(operations.AddIndex, models.Index(fields=["name"], name="by_name"))]

    assert [step.waits for step in upgrades.plan([fresh, old], state)] == [
        (),
        (("core_thing", "an index is built"),),
    ]


def test_each_step_is_held_against_what_the_steps_before_made(state: ProjectState) -> None:
    first = Migration("0002_wider", "core")
    first.operations = [named(operations.AlterField, "name", models.CharField(max_length=40))]
    second = Migration("0003_narrower", "core")
    second.operations = [named(operations.AlterField, "name", models.CharField(max_length=30))]
    data = Migration("0004_data", "core")
    data.operations = [operations.RunSQL("SELECT 1")]
    setattr(data, upgrades.DECLARATION, True)

    fresh = Migration("0005_fresh", "core")
    fresh.operations = [
        operations.CreateModel("Other", KEY),
        operations.AddField("other", "new", models.IntegerField()),
        operations.RemoveField("other", "new"),
    ]

    steps = upgrades.plan([first, second, data, fresh], state)

    assert [(step.name, bool(step.obstacles)) for step in steps] == [
        ("0002_wider", False), ("0003_narrower", True), ("0004_data", False), ("0005_fresh", False)]  # fmt: skip


@pytest.mark.django_db
def test_command_tells_what_is_to_be_done_and_changes_nothing() -> None:
    out = StringIO()
    call_command("upgrade-plan", stdout=out)
    assert "已经是最新" in out.getvalue()

    # As if the newest migration of a room that nobody builds on were still to come
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    out = StringIO()
    call_command("upgrade-plan", "--format", "json", stdout=out)
    assert json.loads(out.getvalue()) == [
        {"app": "sessions", "name": "0001_initial", "obstacles": [], "waits": []}
    ]


@pytest.mark.django_db
def test_command_fails_where_hosts_have_to_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'sessions'")
    monkeypatch.setattr(upgrades, "obstacles", lambda *_asked: ["takes something away"])
    out = StringIO()

    monkeypatch.setattr(upgrades, "writers_wait", lambda *_asked: [("core_auditevent", "an index is built")])

    with pytest.raises(CommandError) as refused:
        call_command("upgrade-plan", stdout=out)

    assert refused.value.returncode == 1
    assert "✗ sessions 0001_initial" in out.getvalue() and "    takes something away\n" in out.getvalue()
    monkeypatch.setattr(upgrades, "writers_wait", lambda *_asked: [("named_later", "an index is built")])
    with pytest.raises(CommandError):
        call_command("upgrade-plan", stdout=out)
    assert "… named_later (? rows)" in out.getvalue()
    assert "… core_auditevent (0 rows): writing waits while an index is built" in out.getvalue()
