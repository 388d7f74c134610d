"""The desk pages of units, people and the trail."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kepuyue.accounts.actions import lockout, tries
from kepuyue.accounts.models import User
from kepuyue.core import audit
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Membership, Organization, Role
from tests.accounts.signing import last_link
from tests.cast import Cast
from tests.factories import MembershipFactory, UnitFactory
from tests.journeys.pages import form_of

pytestmark = pytest.mark.django_db
DESK, UNITS, TRAIL = (reverse(f"organizations:{name}") for name in ("desk", "units", "audit"))
REGISTRATION = reverse("organizations:registration")


def at(name: str, *args: Any) -> str:
    return reverse(f"organizations:{name}", args=args)


def said(response: Any) -> list[str]:
    page = response.client.get(response["Location"])
    return [str(message) for message in page.context["messages"]]


def codes(cast: Cast, sign_in: Any, address: str) -> dict[str, int]:
    people = {who: person for who, person in cast.people().items() if person}
    return {who: sign_in(person).get(address).status_code for who, person in people.items()}


def test_desk_shows_each_person_their_roles(cast: Cast, sign_in: Any) -> None:
    page = sign_in(cast.editor).get(DESK)

    assert [(role["organization"], role["role"]) for role in page.context["roles"]] == [
        (cast.own_unit, "填报人")
    ]
    assert (page.context["desk_may"]["register"], page.context["desk_may"]["review"]) == (True, False)


def test_desk_of_somebody_without_a_unit_says_what_to_do(cast: Cast, sign_in: Any) -> None:
    assert "您还没有加入单位" in sign_in(cast.outsider).get(DESK).content.decode()


@pytest.mark.parametrize(
    ("person", "waits"), [("district_reviewer", 1), ("office", 1), ("other_reviewer", 0), ("owner", 0)]
)
def test_desk_shows_units_that_wait_to_those_who_confirm(
    cast: Cast, sign_in: Any, person: str, waits: int
) -> None:
    UnitFactory(parent=cast.own_district, state="pending")

    assert len(sign_in(getattr(cast, person)).get(DESK).context["pending_units"]) == waits


def test_unit_page_opens_for_its_people_and_those_above(cast: Cast, sign_in: Any) -> None:
    seen = {"owner", "editor", "check_in", "helpdesk", "district_reviewer", "office"}

    found = codes(cast, sign_in, at("unit", cast.own_unit.code))

    assert found == {who: 200 if who in seen else 404 for who in found}


def test_unit_is_edited_by_its_owner_and_the_office(cast: Cast, sign_in: Any) -> None:
    expected = {
        "owner": 200,
        "office": 200,
        "editor": 403,
        "check_in": 403,
        "helpdesk": 403,
        "district_reviewer": 403,
    }

    found = codes(cast, sign_in, at("unit-edit", cast.own_unit.code))

    assert found == {who: expected.get(who, 404) for who in found}


def test_units_are_found_by_a_word_within_ones_reach(cast: Cast, sign_in: Any) -> None:
    def names(person: User, **query: str) -> list[str]:
        return [unit.name for unit in sign_in(person).get(UNITS, query).context["page"]]

    assert names(cast.editor) == ["福田区少年宫"]
    assert sorted(names(cast.district_reviewer)) == ["福田区图书馆", "福田区少年宫", "福田区科学技术协会"]
    assert names(cast.office, q="图书") == ["福田区图书馆"]
    assert names(cast.office, state="pending") == []
    assert names(cast.district_reviewer, q="南山") == []


# A unit registers


def registration(cast: Cast, **more: Any) -> dict[str, Any]:
    return {
        "name": "彩虹小学", "type": "school", "district": cast.own_district.district_id, "parent": cast.own_district.pk,
        "credit_code": "", "no_code_reason": "founding", "no_code_note": "", "address": "", "person_name": "林老师", "email": "lin@school.example",
    } | more  # fmt: skip


def test_registration_signs_nobody_in_and_the_mail_leads_to_the_desk(cast: Cast, client: Client) -> None:
    answer = client.post(REGISTRATION, registration(cast))

    assert answer["Location"] == reverse("account_reset_password_done")
    assert client.get(DESK).status_code == 302
    page = client.get(last_link(), follow=True)
    form = {"password1": "rainbow-school-1", "password2": "rainbow-school-1"}
    client.post(page.redirect_chain[-1][0], form)
    assert [role["role"] for role in client.get(DESK).context["roles"]] == ["单位负责人"]


def test_registration_sent_twice_is_one_unit_and_says_what_to_do(cast: Cast, client: Client) -> None:
    client.post(REGISTRATION, registration(cast))

    again = Client().post(REGISTRATION, registration(cast))

    assert (again.status_code, again.context["form"].errors["name"]) == (
        422, ["这个单位已经登记过。请联系本单位负责人把您加进来，或请上级科协核对。"],
    )  # fmt: skip
    assert Organization.objects.filter(name="彩虹小学").count() == 1


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": ""}, "name"), ({"name": "福田区图书馆"}, "name"), ({"parent": ""}, "parent"), ({"email": "lin"}, "email"),
        ({"credit_code": "123"}, "credit_code"),
    ],
)  # fmt: skip
def test_registration_with_a_fault_keeps_the_rest(
    cast: Cast, client: Client, more: dict[str, str], field: str
) -> None:
    answer = client.post(REGISTRATION, registration(cast, **more))

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert form_of(answer, sends="person_name").values["person_name"] == ["林老师"]


def test_registration_answers_alike_whether_the_address_has_an_account_or_not(cast: Cast) -> None:
    answers = [
        Client().post(REGISTRATION, registration(cast, name=name, email=email), follow=True)
        for name, email in (("彩虹小学", cast.owner.email), ("月亮小学", "new@school.example"))
    ]

    said = [[str(message) for message in answer.context["messages"]] for answer in answers]
    assert said[0] == said[1] and answers[0].redirect_chain == answers[1].redirect_chain
    assert Message.objects.filter(kind="account.sign_in").count() == 2


def test_registration_below_an_ordinary_unit_is_not_offered(cast: Cast, client: Client) -> None:
    answer = client.post(REGISTRATION, registration(cast, parent=cast.own_unit.pk))

    assert list(answer.context["form"].errors) == ["parent"]


# It is confirmed or refused


@pytest.fixture
def waiting(cast: Cast) -> Organization:
    unit: Organization = UnitFactory(name="彩虹小学", parent=cast.own_district, state="pending")
    MembershipFactory(organization=unit, role=Role.OWNER, user__email="lin@school.example")
    return unit


def test_confirmation_pressed_twice_is_harmless(cast: Cast, sign_in: Any, waiting: Organization) -> None:
    client = sign_in(cast.district_reviewer)

    answers = [said(client.post(at("confirmation", waiting.code))) for _ in range(2)]

    assert answers == [["已确认：彩虹小学"], ["这个单位已经处理过了。"]]


def test_refusal_asks_for_a_reason(cast: Cast, sign_in: Any, waiting: Organization) -> None:
    client = sign_in(cast.district_reviewer)

    answers = [
        said(client.post(at("refusal", waiting.code), {"reason": reason})) for reason in ("", "名称不符")
    ]

    waiting.refresh_from_db()
    assert answers == [["请写明不能确认的原因，单位会看到。"], ["已把原因告知彩虹小学"]]
    assert waiting.state == "refused"


def test_refused_owner_mends_the_unit_on_its_page(cast: Cast, sign_in: Any, waiting: Organization) -> None:
    sign_in(cast.district_reviewer).post(at("refusal", waiting.code), {"reason": "名称不符"})
    client = sign_in(User.objects.get(email="lin@school.example"))
    assert "名称不符" in client.get(at("unit", waiting.code)).content.decode()

    form = form_of(client.get(at("unit-edit", waiting.code)), sends="name_en")
    answer = client.post(at("unit-edit", waiting.code), form.filled(name="福田区彩虹小学"))

    assert said(answer) == ["已保存，并再次请上级确认。"]
    waiting.refresh_from_db()
    assert (waiting.name, waiting.state) == ("福田区彩虹小学", "pending")


@pytest.mark.parametrize("name", ["confirmation", "refusal"])
@pytest.mark.parametrize(("person", "code"), [("owner", 404), ("other_reviewer", 404), ("outsider", 404)])
def test_decision_by_a_stranger_is_not_found(
    cast: Cast, sign_in: Any, waiting: Organization, name: str, person: str, code: int
) -> None:
    assert sign_in(getattr(cast, person)).post(at(name, waiting.code), {"reason": "x"}).status_code == code


# Its people


def test_colleague_is_added_and_removed(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.owner)

    added = client.post(
        at("people", cast.own_unit.code), {"name": "新", "email": "new@example.org", "role": "editor"}
    )
    membership = Membership.objects.get(user__email="new@example.org")
    removed = client.post(at("removal", cast.own_unit.code, membership.pk))

    assert said(added) != []
    assert removed["Location"] == at("unit", cast.own_unit.code)
    assert not Membership.objects.filter(pk=membership.pk).exists()


def test_colleague_added_twice_is_told(cast: Cast, sign_in: Any) -> None:
    sent = {"name": "新", "email": "new@example.org", "role": "editor"}
    client = sign_in(cast.owner)
    client.post(at("people", cast.own_unit.code), sent)

    again = client.post(at("people", cast.own_unit.code), sent)

    assert (again.status_code, again.context["form"].errors) == (
        422,
        {"email": ["这位同事已经有这个角色了。"]},
    )


def test_colleague_with_a_role_not_offered_is_refused(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.owner).post(
        at("people", cast.own_unit.code), {"name": "新", "email": "new@example.org", "role": "office"}
    )

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["role"])


def test_last_owner_removed_on_the_page_stays(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.owner).post(at("removal", cast.own_unit.code, cast.owner.memberships.get().pk))

    assert said(answer) == ["单位至少要留一位负责人。请先添加新的负责人，再移除这一位。"]


def test_membership_of_another_unit_is_not_removed(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.owner).post(at("removal", cast.own_unit.code, cast.colleague.memberships.get().pk))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("person", "code"), [("editor", 403), ("district_reviewer", 403), ("colleague", 404)]
)
def test_people_are_not_managed_by_others(cast: Cast, sign_in: Any, person: str, code: int) -> None:
    sent = {"name": "新", "email": "new@example.org", "role": "editor"}

    assert sign_in(getattr(cast, person)).post(at("people", cast.own_unit.code), sent).status_code == code


# The trail


def test_trail_shows_each_their_branch(cast: Cast, sign_in: Any) -> None:
    for unit in (cast.own_unit, cast.far_unit, cast.own_district):
        audit.record("unit.edit", unit, by=cast.office, organization_path=unit.path)
    audit.record("edition.load", cast.edition, by=None)

    def subjects(person: User) -> list[str]:
        return [event.subject_name for event in sign_in(person).get(TRAIL).context["page"]]

    assert subjects(cast.owner) == ["福田区少年宫"]
    assert subjects(cast.district_reviewer) == ["福田区科学技术协会", "福田区少年宫"]
    assert subjects(cast.office) == [str(cast.edition), "福田区科学技术协会", "南山区天文台", "福田区少年宫"]


def test_trail_is_searched_by_name_and_person(cast: Cast, sign_in: Any) -> None:
    audit.record("unit.edit", cast.own_unit, by=cast.owner, organization_path=cast.own_unit.path)
    audit.record("unit.edit", cast.far_unit, by=cast.office, organization_path=cast.far_unit.path)
    client = sign_in(cast.office)

    found = {
        word: client.get(TRAIL, {"q": word}).context["page"].paginator.count
        for word in ("少年", "市管", "没有")
    }

    assert found == {"少年": 1, "市管": 1, "没有": 0}


@pytest.mark.parametrize("person", ["editor", "check_in", "judge", "outsider"])
def test_trail_is_closed_to_others(cast: Cast, sign_in: Any, person: str) -> None:
    assert sign_in(getattr(cast, person)).get(TRAIL).status_code == 403


@pytest.mark.parametrize("address", [DESK, UNITS, TRAIL])
def test_list_of_one_and_of_three_asks_the_same_number_of_queries(
    cast: Cast, sign_in: Any, address: str
) -> None:
    counts, client = [], sign_in(cast.office)
    for more in (1, 2):
        for _ in range(more):
            unit = UnitFactory(parent=cast.own_district, state="pending")
            audit.record("unit.edit", unit, by=cast.owner, organization_path=unit.path)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_unit_of_one_and_of_three_people_asks_the_same_number_of_queries(cast: Cast, sign_in: Any) -> None:
    counts, client = [], sign_in(cast.office)
    for more in (1, 2):
        for _ in range(more):
            MembershipFactory(organization=cast.far_unit)
        with CaptureQueriesContext(connection) as queries:
            client.get(at("unit", cast.far_unit.code))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_registration_from_one_network_is_limited_and_keeps_what_was_typed(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lockout, "REGISTRATIONS", tries.Bound(1, timedelta(hours=1)))
    Client().post(REGISTRATION, registration(cast))

    answer = Client().post(REGISTRATION, registration(cast, name="另一个单位", email="other@school.example"))

    assert answer.status_code == 422
    assert "登记得太频繁" in answer.content.decode()
    assert answer.context["form"]["name"].value() == "另一个单位"
    assert not Organization.objects.filter(name="另一个单位").exists()
