"""Units from a spreadsheet: what is read, what is doubtful, and that nothing is made or sent twice."""

from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import Workbook, load_workbook

from kepuyue.core import audit
from kepuyue.imports import reader, unit_rows
from kepuyue.imports.actions import units
from kepuyue.imports.models import UnitBatch, UnitRow
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Invitation, Organization
from tests.cast import Cast
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db
CODE = "9144030071526726XG"
HEAD = ["序号", "单位名称", "类型", "所属区", "统一社会信用代码", "联系人", "邮箱"]
State = UnitRow.State


def sheet(*rows: list[Any], head: list[str] | None = None) -> bytes:
    book = Workbook()
    table = book.active
    assert table is not None
    table.append(["福田区科普单位名单"])
    table.append(head or HEAD)
    for row in rows:
        table.append(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def staged(cast: Cast, *rows: list[Any], head: list[str] | None = None) -> UnitBatch:
    return units.stage(
        sheet(*rows, head=head), file_name="单位.xlsx", superior=cast.own_district, by=cast.district_reviewer
    )


def rows_of(batch: UnitBatch) -> list[tuple[str, str]]:
    return [(row.values["name"], row.state) for row in batch.rows.order_by("pk")]


def test_rows_are_read_and_nothing_is_made_yet(cast: Cast) -> None:
    batch = staged(
        cast,
        [1, "彩虹小学", "学校", "福田区", "", "林老师", "lin@school.example"],
        [2, "星河科技有限公司", "", "福田", CODE, "", ""],
        ["", "合计2家", "", "", "", "", ""],
    )

    assert rows_of(batch) == [
        ("彩虹小学", "waiting"),
        ("星河科技有限公司", "waiting"),
        ("合计2家", "skipped"),
    ]
    assert [row.values["type"] for row in batch.rows.order_by("pk")[:2]] == ["school", "enterprise"]
    assert not Organization.objects.filter(name="彩虹小学").exists()
    assert Message.objects.count() == 0


def test_each_problem_stands_beside_its_cell(cast: Cast) -> None:
    batch = staged(cast, [1, "彩虹小学", "飞船", "月球区", "9144O30071526726XG", "林", "lin"])

    assert [(problem["cell"], problem["severity"]) for problem in batch.rows.get().problems] == [
        ("C3", "warning"), ("D3", "warning"), ("E3", "error"), ("G3", "warning"),
    ]  # fmt: skip
    assert batch.rows.get().state == State.REFUSED


def test_commit_makes_units_below_the_superior_and_invites_their_first_person(cast: Cast) -> None:
    batch = staged(cast, [1, "彩虹小学", "学校", "福田区", CODE, "林老师", "Lin@school.example"])

    units.commit(batch, by=cast.district_reviewer)

    unit = Organization.objects.get(name="彩虹小学")
    assert (unit.state, unit.parent, unit.type, unit.credit_code) == (
        "active",
        cast.own_district,
        "school",
        CODE,
    )
    assert (Invitation.objects.get().email, Invitation.objects.get().role) == ("lin@school.example", "owner")
    assert [message.to for message in Message.objects.all()] == ["lin@school.example"]
    assert audit.trail(batch).first().action == "import.units.commit"  # type: ignore[union-attr]


def test_same_file_again_makes_nothing_and_writes_to_nobody(cast: Cast) -> None:
    row = [1, "彩虹小学", "学校", "福田区", CODE, "林老师", "lin@school.example"]
    first = staged(cast, row)
    units.commit(first, by=cast.district_reviewer)
    units.commit(first, by=cast.district_reviewer)

    again = staged(cast, row)
    units.commit(again, by=cast.district_reviewer)

    assert rows_of(again) == [("彩虹小学", "known")]
    assert (Organization.objects.filter(name="彩虹小学").count(), Message.objects.count()) == (1, 1)


def test_two_files_staged_before_either_is_made_make_one_unit(cast: Cast) -> None:
    row = [1, "彩虹小学", "学校", "福田区", "", "林老师", "lin@school.example"]
    batches = [staged(cast, row), staged(cast, row)]

    for batch in batches:
        units.commit(batch, by=cast.district_reviewer)

    assert [rows_of(batch)[0][1] for batch in batches] == ["created", "known"]
    assert Message.objects.count() == 1


def test_row_that_looks_like_a_known_unit_is_held_until_somebody_says_it_is_another(cast: Cast) -> None:
    batch = staged(cast, [1, "福田区青少年宫", "", "", "", "", ""])
    row = batch.rows.get()
    assert (row.state, [one["name"] for one in row.near]) == (State.HELD, ["福田区少年宫"])
    units.begin(batch, by=cast.district_reviewer, distinct=[])
    units.commit(batch, by=cast.district_reviewer)
    assert not Organization.objects.filter(name="福田区青少年宫").exists()

    units.begin(batch, by=cast.district_reviewer, distinct=[row.pk])
    units.commit(batch, by=cast.district_reviewer)

    assert Organization.objects.filter(name="福田区青少年宫").exists()


def test_credit_code_of_another_unit_is_refused_by_name(cast: Cast) -> None:
    UnitFactory(name="星河科技", parent=cast.own_district, credit_code=CODE)

    row = staged(cast, [1, "彩虹小学", "", "", CODE, "", ""]).rows.get()

    assert (row.state, row.why) == (State.REFUSED, "信用代码已由“星河科技”登记。")


def test_repeated_row_names_the_first(cast: Cast) -> None:
    batch = staged(cast, [1, "彩虹小学", "", "", "", "", ""], [2, "深圳市彩虹小学", "", "", "", "", ""])

    assert [row.why for row in batch.rows.order_by("pk")] == ["", "名称和第3行相同。"]


def test_former_name_is_known(cast: Cast) -> None:
    cast.own_unit.names.create(name="福田少年之家")

    row = staged(cast, [1, "福田少年之家", "", "", "", "", ""]).rows.get()

    assert (row.state, row.organization) == (State.KNOWN, cast.own_unit)


def test_one_row_that_fails_holds_up_no_other_and_can_be_tried_again(cast: Cast, settings: Any) -> None:
    settings.INVITATIONS_A_DAY = {"own": 1, "branch": 1}
    batch = staged(
        cast,
        [1, "甲小学", "", "", "", "甲", "a@school.example"],
        [2, "乙医院", "", "", "", "乙", "b@school.example"],
    )

    units.commit(batch, by=cast.district_reviewer)
    assert [state for _name, state in rows_of(batch)] == ["created", "refused"]
    settings.INVITATIONS_A_DAY = {"own": 9, "branch": 9}
    units.commit(batch, by=cast.district_reviewer)

    assert [state for _name, state in rows_of(batch)] == ["created", "created"]


def test_table_without_a_heading_for_names_is_told(cast: Cast) -> None:
    with pytest.raises(unit_rows.NoTable, match="单位名称"):
        staged(cast, ["x"], head=["甲", "乙"])
    with pytest.raises(reader.Unreadable):
        units.stage(b"%PDF-1.4", file_name="x.pdf", superior=cast.own_district, by=cast.office)


@pytest.mark.parametrize("person", ["owner", "other_reviewer", "outsider"])
def test_others_make_no_units_by_file(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        units.stage(
            sheet([1, "彩虹小学", "", "", "", "", ""]),
            file_name="x",
            superior=cast.own_district,
            by=getattr(cast, person),
        )


# At the desk


def test_file_is_uploaded_looked_at_and_made(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.district_reviewer)
    file = SimpleUploadedFile(
        "单位.xlsx", sheet([1, "彩虹小学", "学校", "", "", "林老师", "lin@school.example"])
    )

    sent = client.post(reverse("imports:units"), {"organization": cast.own_district.pk, "file": file})
    batch = UnitBatch.objects.get()
    preview = client.get(sent["Location"]).content.decode()
    client.post(reverse("imports:unit-commit", args=[batch.pk]))

    assert "彩虹小学" in preview
    assert Organization.objects.get(name="彩虹小学").parent == cast.own_district


def test_file_that_cannot_be_read_is_told_at_the_field(cast: Cast, sign_in: Any) -> None:
    file = SimpleUploadedFile("x.pdf", b"%PDF-1.4")

    answer = sign_in(cast.district_reviewer).post(
        reverse("imports:units"), {"organization": cast.own_district.pk, "file": file}
    )

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["file"])
    assert UnitBatch.objects.count() == 0


def test_template_has_the_headings_that_are_found(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.office).get(reverse("imports:unit-template"))

    table = load_workbook(BytesIO(answer.content)).active
    assert table is not None
    assert [cell.value for cell in table[1]] == [
        "单位名称",
        "类型",
        "所属区",
        "统一社会信用代码",
        "联系人",
        "邮箱",
        "地址",
    ]
