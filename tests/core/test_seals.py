"""The chain over the audit trail: what is done to it behind the program's back is found."""

from datetime import timedelta
from threading import Barrier, Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from kepuyue.core import audit, seals
from kepuyue.core.models import AuditEvent, AuditSeal
from kepuyue.core.seals import Fault, Head
from tests.factories import UnitFactory


def recorded(count: int) -> list[AuditEvent]:
    unit = UnitFactory()
    return [
        audit.record("unit.edit", unit, by=None, changes={"name": ["旧", number]}, reason=f"第{number}次")
        for number in range(count)
    ]


def sealed(count: int) -> list[AuditEvent]:
    rows = recorded(count)
    seals.seal_new()
    return rows


def long_ago() -> None:
    """Let the seals be older than any transaction."""
    AuditSeal.objects.update(sealed_at=timezone.now() - 2 * seals.OPEN_AT_MOST)


@pytest.mark.django_db
def test_untouched_trail_has_no_fault() -> None:
    sealed(3)
    recorded(1)

    found = seals.verify()

    assert (found.sealed, found.waiting, found.faults) == (3, 1, [])


@pytest.mark.django_db
def test_empty_trail_has_a_head_of_zeros() -> None:
    assert (seals.seal_new(), seals.verify().head) == (0, Head(0, seals.START))


@pytest.mark.django_db
def test_sealing_again_seals_only_what_is_new() -> None:
    rows = sealed(2)
    first = seals.head()
    rows += recorded(1)

    assert (seals.seal_new(), seals.seal_new()) == (1, 0)
    assert AuditSeal.objects.get(position=2).digest == first.digest
    assert list(AuditSeal.objects.values_list("event_id", flat=True)) == [row.pk for row in rows]


@pytest.mark.django_db
def test_more_rows_than_one_batch_make_one_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "BATCH", 2)
    sealed(5)

    assert (seals.verify().sealed, seals.verify().faults, seals.head().position) == (5, [], 5)


TOUCHES: dict[str, dict[str, object]] = {
    "who": {"actor_name": "别人"},
    "number of who": {"actor_id": 99},
    "when": {"at": timezone.now() - timedelta(days=3)},
    "what": {"action": "unit.confirm"},
    "of which": {"subject_id": "7"},
    "its name": {"subject_name": "别的单位"},
    "its type": {"subject_type": "activity"},
    "branch": {"organization_path": "/1/"},
    "version": {"version": 12},
    "changes": {"changes": {"name": ["旧", "另一个"]}},
    "reason": {"reason": "另一个原因"},
    "whether pages are kept": {"is_quiet": True},
}


@pytest.mark.django_db
@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_changed_row_is_named_and_no_other(touch: dict[str, object]) -> None:
    rows = sealed(3)
    AuditEvent.objects.filter(pk=rows[1].pk).update(**touch)

    assert seals.verify().faults == [Fault("changed", 2, rows[1].pk)]


def test_every_column_of_the_trail_is_sealed() -> None:
    columns = {field.attname for field in AuditEvent._meta.concrete_fields}
    touched = {name for touch in TOUCHES.values() for name in touch}

    assert touched | {"id"} == columns


@pytest.mark.django_db
def test_removed_row_is_named() -> None:
    rows = sealed(3)
    AuditEvent.objects.filter(pk=rows[0].pk).delete()

    assert seals.verify().faults == [Fault("removed", 1, rows[0].pk)]


@pytest.mark.django_db
def test_row_removed_with_its_seal_is_missed() -> None:
    rows = sealed(3)
    AuditEvent.objects.filter(pk=rows[1].pk).delete()
    AuditSeal.objects.filter(position=2).delete()

    assert seals.verify().faults == [Fault("seal-missing", 2), Fault("changed", 3, rows[2].pk)]


@pytest.mark.django_db
def test_row_slipped_in_below_old_seals_is_named_and_never_sealed() -> None:
    rows = sealed(3)
    AuditEvent.objects.filter(pk=rows[1].pk).delete()
    AuditSeal.objects.all().delete()
    seals.seal_new()
    long_ago()
    forged = AuditEvent(pk=rows[1].pk, actor_name="x", action="y", subject_type="z", subject_id="1")
    AuditEvent.objects.bulk_create([forged])

    assert (seals.seal_new(), seals.verify().faults) == (0, [Fault("slipped-in", event_id=rows[1].pk)])


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "by_quick"), [(timedelta(seconds=30), 1), (timedelta(minutes=20), 0)])
def test_row_committed_after_higher_ones_is_sealed_behind_them(ago: timedelta, by_quick: int) -> None:
    rows = recorded(3)
    late = AuditEvent.objects.get(pk=rows[1].pk)
    AuditEvent.objects.filter(pk=late.pk).delete()
    seals.seal_new()
    AuditSeal.objects.update(sealed_at=timezone.now() - ago)
    AuditEvent.objects.bulk_create([late])

    # The quick duty looks back two minutes, the other one an hour
    assert (seals.verify().waiting, seals.seal_new()) == (1, by_quick)
    assert seals.seal_late() == 1 - by_quick
    assert list(AuditSeal.objects.values_list("event_id", flat=True)) == [rows[0].pk, rows[2].pk, late.pk]
    assert (seals.verify().waiting, seals.verify().faults) == (0, [])


@pytest.mark.django_db
def test_rows_that_changed_places_are_named() -> None:
    rows = sealed(2)
    AuditSeal.objects.filter(position=1).update(event_id=0)
    AuditSeal.objects.filter(position=2).update(event_id=rows[0].pk)
    AuditSeal.objects.filter(position=1).update(event_id=rows[1].pk)

    assert [fault.code for fault in seals.verify().faults] == ["changed", "changed"]


@pytest.mark.django_db
def test_tail_that_was_cut_off_is_missed_by_a_head_noted_outside() -> None:
    rows = sealed(3)
    noted = seals.head()
    AuditEvent.objects.filter(pk=rows[2].pk).delete()
    AuditSeal.objects.filter(position=3).delete()

    assert seals.verify().faults == []
    assert seals.verify(expect=noted).faults == [Fault("cut-off", 3)]


@pytest.mark.django_db
def test_chain_forged_anew_is_found_by_a_head_noted_outside() -> None:
    rows = sealed(3)
    noted = seals.head()
    AuditEvent.objects.filter(pk=rows[0].pk).update(reason="更好听的原因")
    AuditSeal.objects.all().delete()
    seals.seal_new()

    assert seals.verify().faults == []
    assert seals.verify(expect=noted).faults == [Fault("cut-off", 3)]


@pytest.mark.django_db
def test_head_of_an_earlier_day_holds_while_the_trail_grows() -> None:
    sealed(2)
    noted = seals.head()
    sealed(2)

    assert seals.verify(expect=noted).faults == []


@pytest.mark.django_db(transaction=True)
def test_two_processes_that_seal_at_once_make_one_chain() -> None:
    recorded(40)
    start = Barrier(4)

    def seal() -> None:
        start.wait()
        for _again in range(5):
            seals.seal_new()
        connection.close()

    threads = [Thread(target=seal) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seals.seal_new()

    found = seals.verify()
    assert (found.sealed, found.waiting, found.faults) == (40, 0, [])


class AnyText(TestCase):
    @settings(max_examples=30, deadline=None)
    @given(
        reason=st.text(
            alphabet=st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40
        ),
        number=st.one_of(st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)),
    )
    def test_row_reads_back_as_it_was_sealed(self, reason: str, number: float) -> None:
        audit.record("unit.edit", UnitFactory(), by=None, reason=reason, changes={"n": [None, number]})
        seals.seal_new()

        assert seals.verify().faults == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
def test_transaction_that_ends_after_a_later_one_is_sealed_behind_it() -> None:
    unit = UnitFactory()
    written, may_end = Event(), Event()
    keys: list[int] = []

    def write_slowly() -> None:
        with transaction.atomic():
            keys.append(audit.record("unit.edit", unit, by=None, reason="先写，后提交").pk)
            written.set()
            may_end.wait(30)
        connection.close()

    slow = Thread(target=write_slowly)
    slow.start()
    written.wait(30)
    keys.append(audit.record("unit.edit", unit, by=None, reason="后写，先提交").pk)
    first = seals.seal_new()
    may_end.set()
    slow.join()
    second = seals.seal_new()

    assert (first, second, keys[0] < keys[1]) == (1, 1, True)
    assert list(AuditSeal.objects.values_list("event_id", flat=True)) == [keys[1], keys[0]]
    assert seals.verify().faults == []
