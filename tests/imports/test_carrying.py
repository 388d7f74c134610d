"""A file that comes again is mended as it was mended before, where it still says the same."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kepuyue.activities.models import Activity
from kepuyue.core.models import AuditEvent
from kepuyue.imports.actions import carrying, committing, mending
from kepuyue.imports.models import ImportBatch, Mend
from tests.activities.acting import fresh
from tests.cast import Cast
from tests.imports.test_actions import stage, states
from tests.imports.test_mending import FAULTY, page_of

pytestmark = pytest.mark.django_db


def mended(cast: Cast, text: str = FAULTY) -> ImportBatch:
    """The file imported with two of its cells mended."""
    batch = stage(cast, text)
    mending.mend(batch, sheet="", cell="C3", value="9月30日 19:00-21:00", by=cast.editor)
    mending.mend(batch, sheet="", cell="C4", value="9月28日 14:00", by=cast.editor)
    return committing.commit(batch, by=cast.editor)


def carried(batch: ImportBatch) -> dict[str, str]:
    return dict(batch.mends.values_list("cell", "value"))


def test_same_file_sent_again_puts_no_fault_back(cast: Cast) -> None:
    mended(cast)
    again = stage(cast, FAULTY)

    assert carrying.carry_over(again, by=cast.editor) == 2
    committing.commit(again, by=cast.editor)

    assert states(again) == {"unchanged": 3}
    assert fresh(Activity.objects.get(title="化石讲座")).sessions.count() == 1
    assert AuditEvent.objects.filter(action="import.carry").count() == 1


def test_mend_follows_its_row_to_another_place(cast: Cast) -> None:
    mended(cast)
    head, *rows = FAULTY.splitlines(keepends=True)

    again = stage(cast, head + "新的一行,福田区少年宫,9月2日 9:00,图书馆\n" + "".join(reversed(rows)))
    carrying.carry_over(again, by=cast.editor)

    assert carried(again) == {"C3": "9月28日 14:00", "C4": "9月30日 19:00-21:00"}


def test_what_the_file_says_otherwise_now_is_believed(cast: Cast) -> None:
    mended(cast)

    again = stage(cast, FAULTY.replace("9月31日 19:00-21:00", "9月29日 19:00").replace("博物馆", "地质馆"))
    carrying.carry_over(again, by=cast.editor)

    assert carried(again) == {"C4": "9月28日 14:00"}


def test_missing_title_typed_once_is_taken_where_the_whole_row_is_the_same(cast: Cast) -> None:
    text = FAULTY.replace("化石讲座", "")
    batch = stage(cast, text)
    mending.mend(batch, sheet="", cell="A4", value="化石讲座", by=cast.editor)
    same, other = stage(cast, text), stage(cast, text.replace("博物馆", "地质馆"))

    assert [carrying.carry_over(one, by=cast.editor) for one in (same, other)] == [1, 0]
    assert carried(same) == {"A4": "化石讲座"}


def test_latest_mend_of_a_cell_holds_and_another_units_never(cast: Cast) -> None:
    mended(cast)
    later = stage(cast, FAULTY)
    mending.mend(later, sheet="", cell="C3", value="9月27日 19:00", by=cast.editor)
    again = stage(cast, FAULTY)
    carrying.carry_over(again, by=cast.editor)
    assert carried(again)["C3"] == "9月27日 19:00"

    ImportBatch.objects.exclude(pk=again.pk).update(organization=cast.other_unit)
    Mend.objects.filter(batch=again).delete()
    assert carrying.carry_over(again, by=cast.editor) == 0


def test_page_says_how_many_cells_were_mended_as_before(cast: Cast, sign_in: Any) -> None:
    mended(cast)
    client = sign_in(cast.editor)
    file = SimpleUploadedFile("九月.csv", FAULTY.encode())
    client.post(reverse("imports:new"), {"organization": cast.own_unit.pk, "file": file})

    assert "有2格和您以前改过的一样" in page_of(client, ImportBatch.objects.first())
