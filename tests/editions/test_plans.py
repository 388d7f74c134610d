"""Sub-themes and plans of districts and departments."""

import io
import zipfile
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kepuyue.core.time import shifted
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.editions.actions import attachments, branches, extending
from kepuyue.editions.actions.editing import stamp, values_of
from kepuyue.editions.models import KeyDate, Plan, Term
from kepuyue.editions.overview import branch_rows
from kepuyue.messaging.models import Message
from tests.cast import Cast
from tests.factories import PlanFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"
TEXT = {
    "goals": "让每个社区都有一场", "highlights": "开幕活动", "safeguards": "专班", "schedule": "8月筹备",
    "liaison": "联络员", "liaison_phone": "0755-00000000", "is_public": False,
}  # fmt: skip


def on(day: int) -> Any:
    return shifted(datetime(2024, 8, day, 4, tzinfo=UTC) - datetime.now(UTC))


@pytest.fixture(autouse=True)
def due(cast: Cast) -> None:
    KeyDate.objects.create(edition=cast.edition, kind="plan_due", day=date(2024, 8, 18))


def write(cast: Cast, by: Any = None, file: Any = None, **changes: Any) -> Plan:
    plan = cast.edition.plans.filter(organization=cast.own_district).first()
    seen = stamp(values_of(plan, branches.PLAN) if plan else {})
    return branches.write_plan(
        cast.edition, cast.own_district, TEXT | changes, by=by or cast.district_reviewer, seen=seen, file=file
    )


def docx(*names: str) -> SimpleUploadedFile:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        for name in ("[Content_Types].xml", "word/document.xml", *names):
            archive.writestr(name, "x")
    return SimpleUploadedFile("方案.docx", written.getvalue())


def test_plan_goes_its_way(cast: Cast) -> None:
    with on(10):
        plan = branches.file_plan(write(cast), by=cast.district_reviewer)
        plan = branches.return_plan(plan, by=cast.office, remark="请补充安全保障")
        assert (plan.state, plan.remark) == ("returned", "请补充安全保障")
        plan = branches.file_plan(write(cast, safeguards="专班和预案"), by=cast.district_reviewer)
        plan = branches.accept_plan(plan, by=cast.office)

    assert (plan.state, plan.is_late) == ("accepted", False)
    subjects = set(Message.objects.filter(person=cast.district_reviewer).values_list("subject", flat=True))
    assert subjects == {"请修改工作方案", "工作方案已备案"}


def test_late_plan_is_taken_and_marked(cast: Cast) -> None:
    with on(19):
        assert branches.file_plan(write(cast), by=cast.district_reviewer).is_late


def test_extended_plan_is_not_late(cast: Cast) -> None:
    extending.extend(
        cast.edition,
        "plan_due",
        until=date(2024, 8, 20),
        reason="换届",
        by=cast.office,
        organization=cast.own_district,
    )

    with on(19):
        assert not branches.file_plan(write(cast), by=cast.district_reviewer).is_late


def test_filed_plan_is_not_written_on(cast: Cast) -> None:
    branches.file_plan(write(cast), by=cast.district_reviewer)

    with pytest.raises(NotPossibleNow):
        write(cast, goals="改")


def test_two_people_write_and_nothing_is_overwritten(cast: Cast) -> None:
    write(cast)

    with pytest.raises(Conflict):
        branches.write_plan(
            cast.edition,
            cast.own_district,
            TEXT | {"goals": "我的"},
            by=cast.district_reviewer,
            seen=stamp({}),
        )
    assert Plan.objects.get().goals == TEXT["goals"]


@pytest.mark.parametrize("person", ["owner", "other_reviewer", "office", "outsider"])
def test_only_the_unit_itself_writes(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        write(cast, by=cast.people()[person])


def test_empty_plan_is_not_filed(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="组织保障"):
        branches.file_plan(write(cast, safeguards=" "), by=cast.district_reviewer)


def test_attached_plan_needs_no_form(cast: Cast) -> None:
    plan = write(cast, file=docx(), goals="", highlights="", safeguards="", schedule="")

    assert branches.file_plan(plan, by=cast.district_reviewer).state == "filed"


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("方案.pdf", b"<html><script>alert(1)</script>"),
        SimpleUploadedFile("方案.docx", b"PK\x03\x04 not a zip"),
        docx("word/vbaProject.bin"),
    ],
    ids=["a page called pdf", "no document", "macros"],
)
def test_file_is_judged_by_its_content(cast: Cast, file: SimpleUploadedFile) -> None:
    with pytest.raises(ValidationError, match="Word"):
        write(cast, file=file)


def test_file_is_saved_and_not_shown_and_only_to_those_concerned(cast: Cast, client: Client) -> None:
    write(cast, file=docx())
    here = f"/desk/plans/{cast.edition.code}/{cast.own_district.code}/file/"
    answers = {}
    for name, person in cast.people().items():
        if person is not None:
            client.force_login(person, backend=BACKEND)
            answers[name] = client.get(here)
            # Reading a file to its end closes it
            assert answers[name].status_code != 200 or answers[name].getvalue()

    assert {name for name, answer in answers.items() if answer.status_code == 200} == {
        "district_reviewer",
        "office",
    }
    answer = answers["office"]
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_office_sees_who_is_late_first_and_reminds_once_a_day(cast: Cast, client: Client) -> None:
    PlanFactory(organization=cast.own_district)
    client.force_login(cast.office, backend=BACKEND)
    with on(19):
        rows = branch_rows(cast.edition)
        assert [(row.organization, row.is_late, row.is_filed) for row in rows][-1] == (
            cast.own_district,
            False,
            True,
        )

        late = [row.organization for row in rows if not row.is_filed]
        assert branches.remind(cast.edition, late, by=cast.office) == 2
        assert branches.remind(cast.edition, late, by=cast.office) == 0
    told = Message.objects.values_list("person", flat=True)
    assert set(told) == {cast.other_reviewer.pk, cast.department_reviewer.pk}


def test_liaisons_phone_stays_out_of_the_trail(cast: Cast) -> None:
    from kepuyue.core import audit

    plan = write(cast)

    assert "0755-00000000" not in str([event.changes for event in audit.trail(plan)])


def test_unit_writes_files_and_takes_back_in_the_browser(cast: Cast, client: Client) -> None:
    client.force_login(cast.district_reviewer, backend=BACKEND)
    here = f"/desk/plans/{cast.edition.code}/{cast.own_district.code}/"
    seen = client.get(here).context["form"]["seen"].value()

    client.post(here, {**{k: v for k, v in TEXT.items() if v}, "seen": seen, "file_now": "1"})
    assert Plan.objects.get().state == "filed"
    client.post(f"{here}withdrawal/")
    assert Plan.objects.get().state == "draft"


def test_sub_theme_shows_on_the_public_page_at_once(cast: Cast, client: Client) -> None:
    term = Term.objects.get(code="frontier")
    values = {
        "theme": "科技点亮福田",
        "theme_en": "",
        "introduction": "从社区开始",
        "introduction_en": "",
        "focus": [term],
    }

    branches.set_sub_theme(cast.edition, cast.own_district, values, by=cast.district_reviewer, seen=stamp({}))

    page = client.get("/districts/futian/").content.decode()
    for text in ("科技点亮福田", "从社区开始", "高阶前沿科普"):
        assert text in page


def test_plan_is_public_only_where_the_unit_says_so_and_the_office_accepted(
    cast: Cast, client: Client
) -> None:
    plan = PlanFactory(organization=cast.department_unit, is_public=True, goals="公开的目标")
    here = f"/departments/{cast.department_unit.code}/"
    assert "公开的目标" not in client.get(here).content.decode()

    branches.accept_plan(plan, by=cast.office)

    page = client.get(here).content.decode()
    assert "公开的目标" in page
    assert "0755-00000000" not in page
    assert "成立专班" not in page


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2024年方案（定稿）.docx", "2024年方案（定稿）.docx"),
        ('a"\r\nSet-Cookie: x=1.docx', "a_Set-Cookie_ x_1.docx"),
        ("<script>.docx", "script.docx"),
        ("...", "plan.docx"),
    ],
)
def test_name_of_a_file_is_only_a_name(name: str, expected: str) -> None:
    assert attachments.plain_name(name, "docx") == expected


def decide(client: Client, cast: Cast, verb: str, **typed: Any) -> Any:
    client.force_login(cast.office, backend=BACKEND)
    here = f"/desk/plans/{cast.edition.code}/{cast.own_district.code}/"
    return client.post(f"{here}{verb}/", typed)


@pytest.mark.parametrize("verb", ["acceptance", "return"])
def test_plan_that_was_changed_meanwhile_is_not_decided_unseen(cast: Cast, client: Client, verb: str) -> None:
    with on(10):
        plan = branches.file_plan(write(cast), by=cast.district_reviewer)
        seen = branches.seen_of(plan)
        branches.withdraw_plan(plan, by=cast.district_reviewer)
        write(cast, goals="每个街道一场")
        write(cast, goals="每个街道两场")
        branches.file_plan(plan, by=cast.district_reviewer)

        answer = decide(client, cast, verb, seen=seen, remark="请补充预案")

    page = answer.content.decode()
    assert (answer.status_code, Plan.objects.get().state) == (409, "filed")
    for text in (
        "让每个社区都有一场",
        "每个街道两场",
        f"{cast.district_reviewer.name}又动过这份方案",
        "请补充预案",
    ):
        assert text in page
    assert "每个街道一场" not in page
    assert decide(client, cast, verb, seen=branches.seen_of(plan), remark="请补充预案").status_code == 302


@pytest.mark.parametrize("seen", ["", "x", "0"])
def test_decision_that_does_not_say_what_was_seen_is_not_taken(cast: Cast, client: Client, seen: str) -> None:
    branches.file_plan(write(cast), by=cast.district_reviewer)

    assert decide(client, cast, "acceptance", seen=seen).status_code == 409
    assert Plan.objects.get().state == "filed"


def test_second_of_two_colleagues_is_told_what_the_first_decided(cast: Cast) -> None:
    plan = branches.file_plan(write(cast), by=cast.district_reviewer)
    seen = branches.seen_of(plan)
    branches.accept_plan(plan, by=cast.office, seen=seen)

    with pytest.raises(branches.Moved, match="已备案") as told:
        branches.return_plan(plan, by=cast.office, remark="缺预案", seen=seen)

    assert told.value.differences == {}
