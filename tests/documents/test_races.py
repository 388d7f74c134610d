"""Many issue at the same moment, in real threads, on whichever database the run is on; and what the database keeps."""

from functools import partial
from io import BytesIO

import docx
import pytest
from django.db import IntegrityError, transaction

from kepuyue.documents.actions import issuing
from kepuyue.documents.models import OfficialDocument
from tests.cast import Cast, assemble
from tests.factories import DraftFactory, OrganFactory
from tests.security.test_races import at_once, person


def words(document: OfficialDocument) -> list[str]:
    with document.word.open("rb") as file:
        return [one.text for one in docx.Document(BytesIO(file.read())).paragraphs]


@pytest.mark.django_db(transaction=True)
def test_many_at_once_leave_neither_gap_nor_double() -> None:
    cast = assemble()
    organ = OrganFactory(organization=cast.office_unit)
    drafts = [DraftFactory(organ=organ) for _n in range(6)]

    ends = at_once(
        *[
            partial(lambda one: issuing.issue_draft(one, by=person(cast.office)), one)
            for one in (*drafts, drafts[0])
        ]
    )

    assert sorted(ends) in (["Conflict", *["done"] * 6], ["NotPossibleNow", *["done"] * 6])
    rows = OfficialDocument.objects.registered().order_by("number")
    assert [one.number for one in rows] == [1, 2, 3, 4, 5, 6]
    assert all(one.full_number in words(one) for one in rows)


def test_database_keeps_numbers_single_and_what_is_issued_whole(cast: Cast) -> None:
    organ = OrganFactory(organization=cast.office_unit)
    issued = issuing.issue_draft(DraftFactory(organ=organ), by=cast.office)
    rows = OfficialDocument.objects.filter(pk=issued.pk)
    copy = OfficialDocument.objects.get(pk=issued.pk)
    copy.pk = None

    for write in (
        lambda: rows.update(number=None), lambda: rows.update(word_sha256=""), lambda: rows.update(state="void"),
        lambda: copy.save(force_insert=True),
    ):  # fmt: skip
        with pytest.raises(IntegrityError), transaction.atomic():
            write()
