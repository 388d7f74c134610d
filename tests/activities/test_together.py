"""Many drafts of a unit: what they share is typed once, and each is handed in for itself."""

from typing import Any

import pytest
from django.urls import reverse

from kepuyue.activities import selections
from kepuyue.activities.actions import drafting, together
from kepuyue.activities.models import Activity, SignOff, State
from kepuyue.core.models import AuditEvent
from tests.activities import acting
from tests.cast import Cast
from tests.factories import complete_content

pytestmark = pytest.mark.django_db

PAGE = reverse("activities:together")
SHARED = {
    "content_lead": "王老师", "contact_name": "李老师", "contact_phone": "0755-00000000",
    "emergency_contact": "张队长 0755-00000000", "safety_plan": "入口两人引导，备急救包，遇雨改到室内。",
    "expected_crowd": "40", "booking_mode": "none",
}  # fmt: skip


def bare(cast: Cast, title: str, **content: Any) -> Activity:
    """A draft as it comes of a spreadsheet: what the table has, and nothing that it has no column for."""
    nothing = dict.fromkeys(
        ("content_lead", "contact_name", "contact_phone", "emergency_contact", "safety_plan"), ""
    )
    nothing |= {"expected_crowd": None, "booking_mode": "unknown"}  # type: ignore[dict-item]
    return drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor,
        content=complete_content(**{"title": title, **nothing, **content}),
    )  # fmt: skip


def press(client: Any, activities: list[Activity], **more: str) -> Any:
    return client.post(PAGE, {"row": [one.code for one in activities], "do": "fill"} | more)


def test_what_thirty_drafts_share_is_typed_once_and_all_are_handed_in(
    cast: Cast, sign_in: Any, in_the_month: Any
) -> None:
    drafts = [bare(cast, f"观察站{number}") for number in range(30)]
    client = sign_in(cast.editor)

    filled = press(client, drafts, **SHARED)
    done = press(client, drafts, do="hand-in", signs="1")

    assert (filled.status_code, done.status_code) == (200, 200)
    states = set(Activity.objects.values_list("state", "content_lead", "expected_crowd"))
    assert states == {(State.SUBMITTED, "王老师", 40)}
    assert SignOff.objects.filter(by=cast.editor).count() == 30
    assert AuditEvent.objects.filter(action="activity.submit").count() == 30
    assert "没有等待提交的草稿" in client.get(PAGE).content.decode()


def test_what_a_draft_says_already_stays(cast: Cast, sign_in: Any) -> None:
    own, empty = bare(cast, "有人负责", content_lead="赵老师"), bare(cast, "还没有人")

    press(sign_in(cast.editor), [own, empty], content_lead="王老师")

    assert [acting.fresh(one).content_lead for one in (own, empty)] == ["赵老师", "王老师"]
    assert AuditEvent.objects.filter(action="activity.change").count() == 1


def test_only_the_ticked_ones_are_filled_in(cast: Cast, sign_in: Any) -> None:
    ticked, other = bare(cast, "勾选的"), bare(cast, "没有勾选的")

    press(sign_in(cast.editor), [ticked], contact_name="李老师")

    assert [acting.fresh(one).contact_name for one in (ticked, other)] == ["李老师", ""]


def test_address_for_booking_goes_to_those_only_that_are_booked_there(cast: Cast) -> None:
    free, asked = bare(cast, "随到随看", booking_mode="none"), bare(cast, "要预约")
    values = {"booking_mode": "external", "booking_url": "https://example.org/book"}

    together.fill([free, asked], values, by=cast.editor)

    assert [acting.fresh(one).booking_url for one in (free, asked)] == ["", "https://example.org/book"]


def test_classification_is_added_where_the_taxonomy_has_none(cast: Cast) -> None:
    one = bare(cast, "没有分类", terms=["audience:older_people"])
    taxonomy = cast.edition.taxonomies.get(code="content")
    code = taxonomy.terms.order_by("position")[0].code

    together.fill([one], {"terms_content": [code], "terms_audience": ["family"]}, by=cast.editor)

    terms = {f"{term.taxonomy.code}:{term.code}" for term in acting.fresh(one).terms.all()}
    assert terms == {f"content:{code}", "audience:older_people"}


def test_what_lacks_something_says_so_and_stays_a_draft(cast: Cast, sign_in: Any, in_the_month: Any) -> None:
    ready, not_yet = acting.draft(cast), bare(cast, "还缺内容")

    page = press(sign_in(cast.editor), [ready, not_yet], do="hand-in", signs="1").content.decode()

    assert [acting.fresh(one).state for one in (ready, not_yet)] == [State.SUBMITTED, State.DRAFT]
    assert "成功1项" in page
    assert "请填写内容负责人。" in page


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"do": "hand-in"}, "提交前请勾选“已通读”"),
        ({"do": "fill"}, "请至少填写一项"),
        ({"do": "fill", "expected_crowd": "很多"}, "请只写整数"),
    ],
)
def test_refusal_says_what_to_do_and_loses_nothing(
    cast: Cast, sign_in: Any, sent: dict[str, str], told: str
) -> None:
    one = bare(cast, "等待")

    answer = press(sign_in(cast.editor), [one], **({"content_lead": ""} | sent))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert told in page
    assert acting.fresh(one).state == State.DRAFT
    assert f'value="{one.code}" checked' in page


def test_nothing_ticked_is_told(cast: Cast, sign_in: Any) -> None:
    bare(cast, "等待")

    answer = press(sign_in(cast.editor), [], **SHARED)

    assert answer.status_code == 422
    assert "请先勾选活动。" in answer.content.decode()
    assert 'value="王老师"' in answer.content.decode()


def test_drafts_of_another_unit_are_neither_shown_nor_touched(cast: Cast, sign_in: Any) -> None:
    theirs = bare(cast, "别人的草稿")
    client = sign_in(cast.colleague)

    answer = press(client, [theirs], **SHARED)

    assert "别人的草稿" not in answer.content.decode()
    assert acting.fresh(theirs).content_lead == ""


@pytest.mark.parametrize("named", ["nothing-1", "import-x", "import-999999", "import-", "1"])
def test_unknown_set_is_not_found(cast: Cast, sign_in: Any, named: str) -> None:
    assert sign_in(cast.editor).get(PAGE, {"of": named}).status_code == 404


def test_set_of_another_room_is_asked_with_the_person(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setitem(selections._finders, "sample", lambda person, number: asked.append((person, number)))

    assert selections.find(cast.editor, "sample-12") is None
    assert asked == [(cast.editor, 12)]


def test_what_one_press_does_not_reach_is_told_and_stays_ticked(
    cast: Cast, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(together, "MOST_AT_ONCE", 2)
    drafts = [bare(cast, f"观察站{number}") for number in range(3)]
    client = sign_in(cast.editor)

    page = press(client, drafts, contact_name="李老师").content.decode()

    assert [acting.fresh(one).contact_name for one in drafts] == ["李老师", "李老师", ""]
    assert "还没有处理：一次最多2项。" in page
    assert f'value="{drafts[2].code}" checked' in page


def test_office_is_not_given_the_drafts_of_units_to_hand_in(cast: Cast, sign_in: Any) -> None:
    """It may change them one by one; together it hands in its own."""
    theirs = bare(cast, "单位的草稿")
    client = sign_in(cast.office)

    answer = press(client, [theirs], **SHARED)

    assert "单位的草稿" not in answer.content.decode()
    assert acting.fresh(theirs).content_lead == ""


def test_what_is_typed_and_handed_in_by_one_press_is_filled_in_first(
    cast: Cast, sign_in: Any, in_the_month: Any
) -> None:
    one = bare(cast, "一次填好")

    press(sign_in(cast.editor), [one], do="hand-in", signs="1", **SHARED)

    found = acting.fresh(one)
    assert (found.state, found.content_lead) == (State.SUBMITTED, "王老师")
