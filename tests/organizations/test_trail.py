"""The trail at the desk: narrowed by what one looks for, and as a file for the office."""

import csv
from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
from django.urls import reverse

from kepuyue.core import audit, seals
from kepuyue.core.models import AuditEvent
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import trail
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def told(cast: Cast, action: str = "unit.edit", reason: str = "") -> AuditEvent:
    return audit.record(
        action, cast.own_unit, by=cast.owner, reason=reason, organization_path=cast.own_unit.path
    )


def test_page_is_narrowed_by_word_action_and_days(cast: Cast, sign_in: Any) -> None:
    told(cast)
    told(cast, "unit.confirm")
    # Late on the 14th in Shenzhen is still the afternoon in UTC
    AuditEvent.objects.filter(action="unit.edit").update(at=datetime(2024, 9, 14, 15, 59, tzinfo=UTC))
    AuditEvent.objects.filter(action="unit.confirm").update(at=datetime(2024, 9, 14, 16, 0, tzinfo=UTC))
    office = sign_in(cast.office)

    def actions(query: str) -> list[str]:
        page = office.get(reverse("organizations:audit") + query).context["page"]
        return [event.action for event in page]

    assert actions("") == ["unit.confirm", "unit.edit"]
    assert actions("?action=unit.edit") == ["unit.edit"]
    assert actions("?last=2024-09-14") == ["unit.edit"]
    assert actions("?first=2024-09-15") == ["unit.confirm"]
    assert actions(f"?q={cast.own_unit.name}") == ["unit.confirm", "unit.edit"]
    assert actions("?q=没有") == []


def test_day_that_is_none_says_so_and_shows_all(cast: Cast, sign_in: Any) -> None:
    told(cast)

    page = sign_in(cast.office).get(reverse("organizations:audit") + "?first=昨天")

    assert (page.status_code, list(page.context["form"].errors), len(page.context["page"])) == (
        200,
        ["first"],
        1,
    )


def test_file_holds_what_was_found_with_seals_and_no_formula(cast: Cast, sign_in: Any) -> None:
    row = told(cast, reason="=HYPERLINK('x')")
    told(cast, "unit.confirm")
    seals.seal_new()

    answer = sign_in(cast.office).post(reverse("organizations:audit-export"), {"action": "unit.edit"})

    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (line,) = list(csv.DictReader(StringIO(text)))
    assert (line["id"], line["reason"]) == (str(row.pk), "'=HYPERLINK('x')")
    assert line["seal"].startswith("1:")
    assert len(line["seal"]) == 66


def test_taking_the_file_is_in_the_trail_itself(cast: Cast, sign_in: Any) -> None:
    told(cast)
    seals.seal_new()

    sign_in(cast.office).post(reverse("organizations:audit-export"), {"action": "unit.edit"})

    event = AuditEvent.objects.get(action="audit.export")
    assert (event.actor_name, event.changes, event.reason) == (
        "市管理员", {"action": [None, "unit.edit"]}, f"链头 {seals.head()}",
    )  # fmt: skip


@pytest.mark.parametrize("person", ["owner", "district_reviewer", "editor", "outsider"])
def test_only_the_office_takes_the_file(person: str, cast: Cast, sign_in: Any) -> None:
    answer = sign_in(getattr(cast, person)).post(reverse("organizations:audit-export"))

    assert (answer.status_code, AuditEvent.objects.filter(action="audit.export").count()) == (403, 0)


def test_page_is_narrowed_to_a_branch_that_one_may_read(cast: Cast, sign_in: Any) -> None:
    for unit in (cast.own_unit, cast.far_unit):
        audit.record("unit.edit", unit, by=cast.owner, organization_path=unit.path)

    def units(person: Any, branch: Any) -> list[str]:
        page = sign_in(person).get(reverse("organizations:audit"), {"branch": branch.code})
        return [event.subject_name for event in page.context["page"]]

    assert units(cast.office, cast.own_district) == [cast.own_unit.name]
    # A branch that one may not read narrows nothing, and shows nothing of it either
    assert units(cast.other_reviewer, cast.own_district) == [cast.far_unit.name]


def test_file_of_a_branch_holds_that_branch(cast: Cast, sign_in: Any) -> None:
    for unit in (cast.own_unit, cast.far_unit):
        audit.record("unit.edit", unit, by=cast.owner, organization_path=unit.path)

    answer = sign_in(cast.office).post(
        reverse("organizations:audit-export"), {"branch": cast.own_district.code}
    )

    text = b"".join(answer).decode("utf-8-sig")
    assert [row["subject_name"] for row in csv.DictReader(StringIO(text))] == [cast.own_unit.name]


def test_head_is_mailed_to_the_office_once_a_day(cast: Cast) -> None:
    told(cast)
    seals.seal_new()
    noted = seals.head()

    assert [trail.tell_the_head(cast.office_unit), trail.tell_the_head(cast.office_unit)] == [1, 0]
    message = Message.objects.get(kind="audit.head")
    assert (message.person, str(noted) in message.body) == (cast.office, True)


def test_head_of_an_empty_trail_is_not_mailed(cast: Cast) -> None:
    assert trail.tell_the_head(cast.office_unit) == 0
