"""The pages of units: finding them, many at once, links, mergers, handovers, liaisons."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from kepuyue.accounts.models import User
from kepuyue.core.time import now
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import invitations, liaisons, merging
from kepuyue.organizations.models import Handover, Invitation, Liaison, Organization, UnitName
from tests.cast import Cast
from tests.factories import MembershipFactory, UnitFactory

pytestmark = pytest.mark.django_db
FACTS = {"leader_name": "=HYPERLINK(1)", "lead_office": "科普部", "name": "联络员", "phone": "0755-00000000"}


def at(name: str, *args: Any) -> str:
    return reverse(f"organizations:{name}", args=args)


def found(client: Client, **query: str) -> list[str]:
    return [unit.name for unit in client.get(at("units"), query).context["page"]]


# The list and the tree


def test_unit_is_found_by_name_other_name_code_credit_code_and_initials(cast: Cast, sign_in: Any) -> None:
    unit = cast.own_unit
    UnitName.objects.create(organization=unit, name="少年之家")
    Organization.objects.filter(pk=unit.pk).update(credit_code="9144030071526726XG")
    client = sign_in(cast.office)

    words = (
        "少年宫",
        "少年之家",
        "snzj",
        "ftqsng",
        unit.code.lower(),
        "91440300 7152",
    )

    assert {word: found(client, q=word) for word in words} == {word: ["福田区少年宫"] for word in words}


def test_units_are_filtered_and_counted_by_state(cast: Cast, sign_in: Any) -> None:
    UnitFactory(name="新小学", parent=cast.own_district, type="school", state="pending")
    client = sign_in(cast.office)

    assert found(client, type="school") == ["新小学"]
    assert found(client, district=str(cast.other_district.district_id)) == [
        "南山区科学技术协会",
        "南山区天文台",
    ]
    assert found(client, level="department") == ["市教育局"]
    assert found(client, state="pending") == ["新小学"]
    assert found(client, type="nonsense", district="x", sort="pk;drop") == found(client)
    tabs = client.get(at("units")).context["tabs"]
    assert [(tab["label"], tab["count"]) for tab in tabs] == [("全部", 9), ("待确认", 1), ("正常", 8)]


def test_merged_unit_is_in_no_list_but_leads_to_its_survivor(cast: Cast, sign_in: Any) -> None:
    twin = UnitFactory(name="少年宫分部", parent=cast.own_district)
    merging.merge(twin, into=cast.own_unit, by=cast.office)
    client = sign_in(cast.district_reviewer)

    assert "少年宫分部" not in found(client)
    assert found(client, q="少年宫分部") == ["福田区少年宫"]
    assert client.get(at("unit", twin.code))["Location"] == at("unit", cast.own_unit.code)
    assert "已并入" in client.get(at("unit", twin.code), {"trace": "1"}).content.decode()


def test_tree_shows_the_branch_and_opens_large_ones_level_by_level(
    cast: Cast, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in(cast.office)
    whole = client.get(at("tree")).content.decode()
    monkeypatch.setattr("kepuyue.organizations.views.units.MOST_IN_A_TREE", 2)
    first_level = client.get(at("tree")).content.decode()

    assert ("福田区少年宫" in whole, "福田区少年宫" in first_level) == (True, False)
    assert "展开2个下级单位" in first_level
    assert "福田区少年宫" in client.get(at("tree"), {"top": cast.own_district.code}).content.decode()


def test_tree_of_another_branch_is_not_found(cast: Cast, sign_in: Any) -> None:
    assert (
        sign_in(cast.district_reviewer).get(at("tree"), {"top": cast.other_district.code}).status_code == 404
    )


@pytest.mark.parametrize("name", ["units", "tree", "waiting", "liaisons"])
def test_one_row_or_three_ask_the_same_number_of_queries(cast: Cast, sign_in: Any, name: str) -> None:
    counts, client = [], sign_in(cast.office)
    for more in (1, 2):
        for _ in range(more):
            unit = UnitFactory(parent=cast.own_district, state="pending")
            UnitFactory(parent=cast.office_unit, level="department", district=None)
            UnitName.objects.create(organization=unit, name=f"别名{unit.pk}")
        with CaptureQueriesContext(connection) as queries:
            client.get(at(name))
        counts.append(len(queries))

    assert counts[0] == counts[1]


# Names that look alike


def test_names_that_look_alike_are_shown_to_visitors_and_nothing_else(cast: Cast, client: Client) -> None:
    Organization.objects.filter(pk=cast.own_unit.pk).update(
        address="莲花路1号", credit_code="9144030071526726XG"
    )
    UnitFactory(name="福田少年宮", parent=cast.own_district, state="pending")

    shown = client.get(at("similar"), {"name": "福田区青少年宫"}).content.decode()

    assert ("福田区少年宫" in shown, "福田少年宮" in shown) == (True, False)
    assert all(
        secret not in shown for secret in ("莲花路", "9144", "负责人，", cast.owner.email, cast.own_unit.code)
    )


def test_credit_code_of_a_known_unit_is_told_while_typing(cast: Cast, client: Client) -> None:
    Organization.objects.filter(pk=cast.own_unit.pk).update(credit_code="9144030071526726XG")

    shown = client.get(at("similar"), {"name": "", "credit_code": "9144030071526726xg"}).content.decode()

    assert "福田区少年宫" in shown


def test_names_asked_for_too_often_are_answered_empty(cast: Cast, client: Client, monkeypatch: Any) -> None:
    from kepuyue.organizations.actions import limits

    monkeypatch.setattr(limits, "NAMES", limits.Bound(1, timedelta(hours=1)))

    shown = [
        client.get(at("similar"), {"name": "福田区青少年宫"}).content.decode().strip() for _time in range(2)
    ]

    assert ("福田区少年宫" in shown[0], shown[1]) == (True, "")


def test_unit_of_nearly_the_same_name_is_asked_about_once(cast: Cast, client: Client) -> None:
    typed = {
        "name": "福田区青少年宫", "type": "base", "district": "", "parent": cast.own_district.pk, "credit_code": "",
        "no_code_reason": "founding", "no_code_note": "", "address": "", "person_name": "林", "email": "lin@example.org",
        "password": "rainbow-school-1",
    }  # fmt: skip

    asked = client.post(at("registration"), typed)
    sure = client.post(at("registration"), typed | {"is_distinct": "on"})

    assert (asked.status_code, list(asked.context["form"].errors)) == (422, ["name"])
    assert "可能已经登记过：福田区少年宫" in asked.content.decode()
    assert sure.status_code == 302
    assert Organization.objects.filter(name="福田区青少年宫").exists()


# Many at once


def test_ticked_units_are_confirmed_with_the_result_of_each(cast: Cast, sign_in: Any) -> None:
    first, second = (
        UnitFactory(name=name, parent=cast.own_district, state="pending") for name in ("甲小学", "乙小学")
    )
    client = sign_in(cast.district_reviewer)

    answer = client.post(at("waiting"), {"unit": [first.code, second.code], "decision": "confirm"})

    assert [(o.organization.name, o.fault) for o in answer.context["outcomes"]] == [
        ("甲小学", ""),
        ("乙小学", ""),
    ]
    assert set(Organization.objects.filter(pk__in=(first.pk, second.pk)).values_list("state", flat=True)) == {
        "active"
    }


def test_many_are_given_back_only_with_a_reason(cast: Cast, sign_in: Any) -> None:
    unit = UnitFactory(parent=cast.own_district, state="pending")
    client = sign_in(cast.district_reviewer)

    asked = client.post(at("waiting"), {"unit": [unit.code], "decision": "refuse", "reason": " "})
    client.post(at("waiting"), {"unit": [unit.code], "decision": "refuse", "reason": "名称不符"})

    unit.refresh_from_db()
    assert (asked.status_code, asked.context["ticked"], unit.state) == (422, [unit.code], "refused")


def test_units_of_another_branch_are_not_decided(cast: Cast, sign_in: Any) -> None:
    unit = UnitFactory(parent=cast.other_district, state="pending")

    answer = sign_in(cast.district_reviewer).post(at("waiting"), {"unit": [unit.code], "decision": "confirm"})

    unit.refresh_from_db()
    assert (answer.status_code, unit.state) == (422, "pending")


def test_units_that_wait_show_since_when(cast: Cast, sign_in: Any, in_the_month: object) -> None:
    UnitFactory(parent=cast.own_district, state="pending", asked_at=now() - timedelta(days=4, hours=1))

    rows = sign_in(cast.district_reviewer).get(at("waiting")).context["rows"]

    assert [(row["age"], row["is_late"]) for row in rows] == [("等了4天", True)]


# Made by the superior, joined by a link


def test_superior_makes_a_unit_and_gets_its_link_once(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.district_reviewer)
    typed = {
        "name": "彩虹小学", "type": "school", "district": "", "parent": cast.own_district.pk, "credit_code": "",
        "no_code_reason": "founding", "no_code_note": "", "address": "", "person_name": "", "email": "",
    }  # fmt: skip

    sent = client.post(at("unit-new"), typed)
    pages = [client.get(sent["Location"]) for _time in range(2)]

    link = pages[0].context["fresh_link"]
    assert link.startswith("http://testserver/desk/invitations/")
    assert pages[1].context["fresh_link"] == ""
    assert "加入彩虹小学" in Client().get(link).content.decode()


def test_unit_below_another_district_is_not_made(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.district_reviewer).post(
        at("unit-new"), {"name": "彩虹小学", "parent": cast.other_district.pk}
    )

    assert (answer.status_code, "parent" in answer.context["form"].errors) == (422, True)


def test_newcomer_joins_by_the_link_and_is_signed_in(cast: Cast, client: Client) -> None:
    _invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")

    page = client.get(at("invitation", token)).content.decode()
    answer = client.post(
        at("invitation", token),
        {"name": "新同事", "email": "new@example.org", "password": "rainbow-school-1"},
    )

    assert cast.owner.name not in page.replace("单位负责人", "")
    assert answer["Location"] == at("desk")
    assert [role["role"] for role in client.get(at("desk")).context["roles"]] == ["填报人"]


def test_mailed_link_proves_the_address_and_a_link_passed_on_does_not(cast: Cast) -> None:
    typed = {"name": "新同事", "email": "b@example.org", "password": "rainbow-school-1"}
    _first, mailed = invitations.invite(cast.own_unit, by=cast.owner, role="editor", email="a@example.org")
    _second, passed_on = invitations.invite(cast.own_unit, by=cast.owner, role="check_in")

    for token in (mailed, passed_on):
        Client().post(at("invitation", token), typed)

    proven = dict(User.objects.filter(name="新同事").values_list("email", "email_proven_at"))
    assert {email: moment is not None for email, moment in proven.items()} == {
        "a@example.org": True,
        "b@example.org": False,
    }


@pytest.mark.parametrize(
    ("state", "says"),
    [("expired", "已经过期"), ("revoked", "撤回了它"), ("used", "已经被用过"), ("wrong", "没有复制完整")],
)
def test_link_that_ended_says_whom_to_ask(
    cast: Cast, client: Client, state: str, says: str, in_the_month: object
) -> None:
    _invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")
    changes = {
        "expired": {"expires_at": now()},
        "revoked": {"revoked_at": now()},
        "used": {"uses": 1},
        "wrong": {},
    }
    if changes[state]:
        Invitation.objects.update(**changes[state])

    answer = client.get(at("invitation", token if state != "wrong" else "wrong"))

    assert (answer.status_code, says in answer.content.decode()) == (410, True)
    assert "no-store" in answer["Cache-Control"]


def test_invitations_show_who_used_which(cast: Cast, sign_in: Any) -> None:
    _invitation, token = invitations.invite(cast.own_unit, by=cast.owner, role="editor")
    Client().post(
        at("invitation", token), {"name": "新同事", "email": "n@example.org", "password": "rainbow-school-1"}
    )

    page = sign_in(cast.owner).get(at("invitations", cast.own_unit.code)).content.decode()

    assert "新同事" in page
    assert token not in page


# Facts


def test_change_by_two_is_shown_beside_each_other_and_loses_nothing(cast: Cast, sign_in: Any) -> None:
    typed = {"name": "福田区少年宫", "name_en": "", "type": "base", "district": "", "credit_code": "", "no_code_reason": "",
             "no_code_note": "", "version": "1"}  # fmt: skip
    sign_in(cast.office).post(at("unit-edit", cast.own_unit.code), typed | {"address": "莲花路1号"})

    answer = sign_in(cast.owner).post(at("unit-edit", cast.own_unit.code), typed | {"address": "红荔路2号"})

    page = answer.content.decode()
    assert (answer.status_code, "莲花路1号" in page, "红荔路2号" in page) == (422, True, True)
    assert Organization.objects.get(pk=cast.own_unit.pk).address == "莲花路1号"
    sign_in(cast.owner).post(
        at("unit-edit", cast.own_unit.code), typed | {"address": "红荔路2号", "version": "2"}
    )
    assert Organization.objects.get(pk=cast.own_unit.pk).address == "红荔路2号"


# From above


def test_merger_shows_what_moves_and_can_be_taken_back_on_the_page(cast: Cast, sign_in: Any) -> None:
    twin = UnitFactory(name="福田少年宫", parent=cast.own_district)
    MembershipFactory(organization=twin)
    client = sign_in(cast.district_reviewer)

    choosing = client.get(at("merger", twin.code)).context["near"]
    preview = client.get(at("merger", twin.code), {"other": cast.own_unit.code}).content.decode()
    unchosen = client.post(at("merger", twin.code), {"other": cast.own_unit.code})
    merged = client.post(
        at("merger", twin.code), {"other": cast.own_unit.code, "survivor": cast.own_unit.code}
    )

    assert [one.organization for one in choosing] == [cast.own_unit]
    assert ("任职" in preview, unchosen.status_code) == (True, 422)
    assert merged["Location"] == at("unit", cast.own_unit.code)
    record = cast.own_unit.mergers_here.get()
    client.post(at("unmerging", cast.own_unit.code, record.pk))
    assert Organization.objects.get(pk=twin.pk).state == "active"


def test_unit_of_another_branch_is_no_choice_for_a_merger(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.district_reviewer)

    assert client.get(at("merger", cast.own_unit.code), {"other": cast.far_unit.code}).status_code == 404
    assert list(client.get(at("merger", cast.own_unit.code), {"q": "天文台"}).context["found"]) == []


def test_unit_is_closed_and_opened_again_on_its_page(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.district_reviewer)

    client.post(at("closing", cast.own_unit.code), {"reason": "机构撤销"})
    assert Organization.objects.get(pk=cast.own_unit.pk).state == "closed"
    client.post(at("reopening", cast.own_unit.code))

    assert Organization.objects.get(pk=cast.own_unit.pk).state == "active"


def test_unit_without_an_owner_says_so_to_its_superior(cast: Cast, sign_in: Any) -> None:
    User.objects.filter(pk=cast.owner.pk).update(is_active=False)

    assert (
        "现在没有负责人"
        in sign_in(cast.district_reviewer).get(at("unit", cast.own_unit.code)).content.decode()
    )


def test_work_is_handed_over_on_the_pages(cast: Cast, sign_in: Any) -> None:
    sent = sign_in(cast.owner).post(
        at("handover-new", cast.own_unit.code), {"email": cast.editor.email, "note": ""}
    )
    handover = Handover.objects.get()
    client = sign_in(cast.editor)

    assert sent["Location"] == at("handover", handover.pk)
    assert list(client.get(at("desk")).context["handovers"]) == [handover]
    client.post(at("handover-acceptance", handover.pk))

    assert not cast.owner.memberships.exists()


# Liaisons


def test_liaisons_are_exported_without_formulas(cast: Cast, sign_in: Any) -> None:
    liaisons.name(cast.own_district, FACTS, by=cast.office, version=0)

    answer = sign_in(cast.office).get(at("liaisons-export"))

    table = load_workbook(BytesIO(answer.content)).active
    assert table is not None
    row = next(row for row in table.iter_rows(values_only=True) if row[0] == "福田区科学技术协会")
    assert row[2] == "'=HYPERLINK(1)"
    assert all(cell.data_type != "f" for line in table.iter_rows() for cell in line)


def test_liaisons_are_those_of_ones_branch(cast: Cast, sign_in: Any) -> None:
    liaisons.name(cast.other_district, FACTS | {"name": "南山联络员"}, by=cast.office, version=0)

    assert "南山联络员" not in sign_in(cast.district_reviewer).get(at("liaisons")).content.decode()
    assert "南山联络员" in sign_in(cast.office).get(at("liaisons")).content.decode()


def test_reminder_pressed_twice_writes_once(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.office)

    for _time in range(2):
        client.post(at("liaison-reminders"))

    assert Message.objects.filter(kind="unit.liaison").count() == 4


def test_liaison_conflict_keeps_what_was_typed(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.district_reviewer)
    typed = {**FACTS, "leader_post": "", "post": "", "email": "", "version": "0"}
    liaisons.name(cast.own_district, FACTS | {"name": "别人写的"}, by=cast.office, version=0)

    answer = client.post(at("liaison", cast.own_district.code), typed | {"name": "我写的"})

    page = answer.content.decode()
    assert (answer.status_code, "别人写的" in page, "我写的" in page) == (422, True, True)
    assert Liaison.objects.get().name == "别人写的"
