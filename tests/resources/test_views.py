"""The pages of resources: nothing typed is lost, a conflict is shown, private numbers stay private."""

from typing import Any

import pytest

from kepuyue.resources.actions import agreeing, offering
from kepuyue.resources.models import Kind, Offer, Opening, Request
from tests.cast import Cast
from tests.factories import MembershipFactory, OpeningFactory
from tests.resources.acting import answered, asked, asked_openly, fresh, offered

pytestmark = pytest.mark.usefixtures("in_the_month")

TYPED_OFFER = {
    "title": "火箭科普课", "summary": "做一支水火箭。", "duration": "90", "per_day": "1", "content_lead": "甲",
    "content_signoff": "乙", "contact_name": "丙", "contact_phone": "0755-1", "weekdays": ["1", "3"],
    "closed_days": "9月17日", "terms_content": ["frontier"], "expert_name": "航天专家", "expert_post": "研究所 研究员",
}  # fmt: skip
TYPED_REQUEST = {
    "title": "星空进社区", "head_count": "50", "contact_name": "馆员", "contact_phone": "0755-2", "wishes": "想看月亮",
    "day": "2024-09-20", "starts": "14:00", "ends": "15:30", "place": "社区中心",
}  # fmt: skip


def test_offer_is_typed_opened_and_seen_by_other_units(cast: Cast, sign_in: Any) -> None:
    sent = TYPED_OFFER | {"kind": "expert", "organization": cast.own_unit.pk, "then": "open"}
    answer = sign_in(cast.editor).post("/desk/resources/offers/new/", sent)

    offer = Offer.objects.get()
    assert (answer.status_code, offer.state, offer.weekdays, offer.closed_days) == (
        302,
        "open",
        [1, 3],
        ["2024-09-17"],
    )
    assert offer.details["expert_name"] == "航天专家"
    page = sign_in(cast.colleague).get("/desk/resources/?q=水火箭").content.decode()
    assert "火箭科普课" in page


def test_faulty_offer_keeps_what_was_typed_and_says_where(cast: Cast, sign_in: Any) -> None:
    sent = TYPED_OFFER | {
        "kind": "expert",
        "organization": cast.own_unit.pk,
        "closed_days": "中秋",
        "title": "独一无二的题目",
    }
    answer = sign_in(cast.editor).post("/desk/resources/offers/new/", sent)

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "独一无二的题目" in text and "“中秋”看不出是哪一天" in text


def test_conflict_of_two_editors_is_shown_side_by_side(cast: Cast, sign_in: Any) -> None:
    offer = offered(cast)
    sent = TYPED_OFFER | {"version": "1", "title": "我的题目"}
    form_facts = {"title": "同事的题目"}
    offering.change(offer, form_facts, by=cast.owner, version=1)

    answer = sign_in(cast.editor).post(f"/desk/resources/offers/{offer.code}/edit/", sent)

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "同事的题目" in text and "我的题目" in text
    assert fresh(offer).title == "同事的题目"
    again = sign_in(cast.editor).post(f"/desk/resources/offers/{offer.code}/edit/", sent | {"version": "2"})
    assert (again.status_code, fresh(offer).title) == (302, "我的题目")


def test_request_for_an_offer_is_sent_and_waits(cast: Cast, sign_in: Any) -> None:
    offer = offered(cast)
    client = sign_in(cast.colleague)
    address = f"/desk/resources/requests/new/?offer={offer.code}"
    assert client.get(address).status_code == 200

    answer = client.post(address, TYPED_REQUEST | {"organization": cast.other_unit.pk})

    request = Request.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/desk/resources/requests/{request.code}/")
    assert "等您答复" in sign_in(cast.owner).get("/desk/resources/own/").content.decode()


def test_wish_that_does_not_fit_keeps_the_form(cast: Cast, sign_in: Any) -> None:
    offer = offered(cast, weekdays=[0])
    answer = sign_in(cast.colleague).post(
        f"/desk/resources/requests/new/?offer={offer.code}",
        TYPED_REQUEST | {"organization": cast.other_unit.pk},
    )

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "只能约在周一" in text and "想看月亮" in text


def test_numbers_are_shown_only_to_the_two_sides_and_only_once_agreed(cast: Cast, sign_in: Any) -> None:
    proposal = asked(cast)
    address = f"/desk/resources/requests/{proposal.request.code}/"
    before = sign_in(cast.owner).get(address).content.decode()

    agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit)

    after = {
        name: sign_in(cast.people()[name]).get(address).content.decode() for name in ("owner", "colleague")
    }
    assert "0755-22222222" not in before
    assert ["0755-22222222" in text and "0755-11111111" in text for text in after.values()] == [True, True]


def test_another_answering_unit_does_not_see_the_talk_of_others(cast: Cast, sign_in: Any) -> None:
    request = asked_openly(cast)
    answered(cast, request)
    stranger = MembershipFactory(organization=cast.far_unit).user

    text = sign_in(stranger).get(f"/desk/resources/requests/{request.code}/").content.decode()

    assert "我来答复" in text
    assert cast.own_unit.name not in text


def test_other_side_sees_the_draft_and_the_activity_links_back(cast: Cast, sign_in: Any) -> None:
    proposal = asked(cast)
    activity = agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit)

    seen = sign_in(cast.colleague).get(f"/desk/resources/requests/{proposal.request.code}/").content.decode()
    linked = sign_in(cast.owner).get(f"/desk/resources/activities/{activity.code}/").content.decode()

    assert "看看草稿里写了什么" in seen and f"/desk/activities/{activity.code}/" not in seen
    assert f"/desk/resources/requests/{proposal.request.code}/" in linked


def test_offer_that_fits_is_named_with_its_reasons(cast: Cast, sign_in: Any) -> None:
    offered(cast, title="正合适的讲座")
    request = asked_openly(cast)

    text = sign_in(cast.colleague).get(f"/desk/resources/requests/{request.code}/").content.decode()

    assert "正合适的讲座" in text and "同在福田区" in text


def test_opening_that_lacks_something_is_saved_and_says_what(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.editor).post(
        f"/desk/openings/{cast.own_unit.code}/", {"version": "0", "note": "先写这句", "then": "file"}
    )

    opening = Opening.objects.get()
    assert (answer.status_code, opening.state, opening.content["note"]) == (422, "draft", "先写这句")
    assert "请选择免费、优惠还是收费。" in answer.content.decode()


def test_superior_sees_what_differs_from_the_public_text(cast: Cast, sign_in: Any) -> None:
    opening = OpeningFactory(organization=cast.own_unit, state="confirmed")
    Opening.objects.filter(pk=opening.pk).update(state="filed", content=opening.content | {"capacity": 77})

    text = sign_in(cast.district_reviewer).get(f"/desk/openings/{cast.own_unit.code}/").content.decode()

    assert "每天77人" in text and "确认公开" in text


def test_kind_of_a_request_offers_the_kinds_and_no_empty_choice(cast: Cast, sign_in: Any) -> None:
    form = sign_in(cast.editor).get("/desk/resources/requests/new/").context["form"]

    assert [value for value, _label in form.fields["kind"].choices] == Kind.values
