"""The desk's pages through the test client: the queue's ways, many at once, remarks without scripts, words."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kepuyue.activities.actions import desk, drafting, review, sampling, submission, trusting, wordlist
from kepuyue.activities.models import (
    Assignment,
    Remark,
    Sampling,
    SavedFilter,
    SensitiveWord,
    Session,
    Submission,
    Trust,
)
from kepuyue.core.time import now, today
from kepuyue.organizations.models import Role
from tests.activities.acting import draft, fresh, handed_in
from tests.cast import Cast
from tests.factories import MembershipFactory

pytestmark = pytest.mark.usefixtures("in_the_month")


def at(name: str, *args: Any) -> str:
    return reverse(f"activities:{name}", args=args)


def titles(answer: Any) -> list[str]:
    return [row.activity.title for row in answer.context["page"].object_list]


@pytest.mark.parametrize("query", [
    "sort=activity__organization__emergency_contact", "sort=-pk;drop", "show=everything", "page=-1", "page=99999", "show=mine&show=all",
    "q=" + "月" * 500, "sort=%00",
])  # fmt: skip
def test_strange_address_shows_the_usual_queue(cast: Cast, sign_in: Any, query: str) -> None:
    handed_in(cast)

    answer = sign_in(cast.district_reviewer).get(at("reviews") + "?" + query)

    assert (answer.status_code, titles(answer)) == (200, ["火箭为什么能飞上天"])
    assert answer.context["chosen"]["sort"] == "urgency"


def test_queue_puts_the_soonest_session_first_and_finds_by_title_and_unit(cast: Cast, sign_in: Any) -> None:
    session = handed_in(cast, title="后天").activity.sessions.get()
    sooner = handed_in(cast, title="明天").activity.sessions.get()
    session.starts_at, sooner.starts_at = (
        row.starts_at.replace(day=day) for row, day in ((session, 17), (sooner, 16))
    )
    for row in (session, sooner):
        row.ends_at = None
        row.save()
    client = sign_in(cast.district_reviewer)

    assert titles(client.get(at("reviews"))) == ["明天", "后天"]
    assert titles(client.get(at("reviews") + "?q=后")) == ["后天"]
    assert titles(client.get(at("reviews") + "?q=少年宫&sort=newest")) == ["明天", "后天"]


def test_filter_is_saved_under_a_name_and_shared_by_its_address(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.district_reviewer)

    answer = client.post(at("filters"), {"name": "大的", "query": "show=large&sort=nonsense&x=1"})

    row = SavedFilter.objects.get()
    assert (row.query, row.person, answer["Location"]) == (
        "show=large",
        cast.district_reviewer,
        at("reviews") + "?show=large",
    )
    assert sign_in(cast.other_reviewer).post(at("filter-removal", row.pk)).status_code == 404


def test_many_are_decided_from_the_queue_and_what_has_warnings_is_listed_once_more(
    cast: Cast, sign_in: Any
) -> None:
    wordlist.add(cast.edition, by=cast.office, text="包治百病")
    plain, strange = handed_in(cast), handed_in(cast, title="包治百病的月亮")
    client = sign_in(cast.district_reviewer)
    ticked = {"row": [f"{plain.pk}:0", f"{strange.pk}:0", "x:y", "999999:0"], "decision": "approved"}

    answer = client.post(at("decisions"), ticked)
    assert [outcome.code for outcome in answer.context["outcomes"]] == ["done", "look"]
    sure = client.post(
        at("decisions"), {"row": f"{strange.pk}:0", "confirmed": strange.pk, "decision": "approved"}
    )

    assert [outcome.code for outcome in sure.context["outcomes"]] == ["done"]
    assert set(Submission.objects.values_list("step", flat=True)) == {1}


@pytest.mark.parametrize("decision", ["approved", "returned", "assign"])
def test_more_than_one_request_does_are_offered_for_the_next(
    cast: Cast, sign_in: Any, monkeypatch: pytest.MonkeyPatch, decision: str
) -> None:
    monkeypatch.setattr(desk, "MOST_AT_ONCE", 1)
    rows = [handed_in(cast, title=title) for title in ("水滴里的世界", "月亮的背面")]
    client = sign_in(cast.district_reviewer)
    person = str(cast.district_reviewer.pk)
    ticked = {"row": [f"{row.pk}:0:0" for row in rows], "note": "请写楼层。", "person": person}

    answer = client.post(at("decisions"), ticked | {"decision": decision})
    page = answer.content.decode()
    assert [outcome.code for outcome in answer.context["outcomes"]] == ["done", "left"]
    assert f'name="row" value="{rows[1].pk}:0:0"' in page
    assert 'name="note" value="请写楼层。"' in page
    again = client.post(at("decisions"), ticked | {"decision": decision, "row": f"{rows[1].pk}:0:0"})

    assert [outcome.code for outcome in again.context["outcomes"]] == ["done"]


@pytest.mark.parametrize("person", ["other_reviewer", "department_reviewer"])
def test_many_of_another_district_are_not_found(cast: Cast, sign_in: Any, person: str) -> None:
    pending = handed_in(cast)

    answer = sign_in(getattr(cast, person)).post(
        at("decisions"), {"row": f"{pending.pk}:0", "decision": "approved"}
    )

    assert answer.status_code == 422
    assert Submission.objects.get().step == 0


def test_many_are_returned_with_one_note_and_not_without(cast: Cast, sign_in: Any) -> None:
    pending = handed_in(cast)
    client = sign_in(cast.district_reviewer)
    ticked = {"row": f"{pending.pk}:0", "decision": "returned"}

    assert client.post(at("decisions"), ticked).status_code == 422
    assert client.post(at("decisions"), ticked | {"note": "请写楼层。"}).status_code == 200

    assert Submission.objects.get().reviews.get().note == "请写楼层。"


def test_many_are_assigned_to_a_colleague(cast: Cast, sign_in: Any) -> None:
    colleague = MembershipFactory(organization=cast.own_district, role=Role.REVIEWER).user
    pending = handed_in(cast)
    client = sign_in(cast.district_reviewer)
    ticked = {"row": f"{pending.pk}:0", "decision": "assign"}

    assert client.post(at("decisions"), ticked).status_code == 422
    assert client.post(at("decisions"), ticked | {"person": cast.owner.pk}).status_code == 422
    client.post(at("decisions"), ticked | {"person": colleague.pk})

    assert Assignment.objects.get().person == colleague


def test_proposal_is_shown_first_and_then_done_as_shown(cast: Cast, sign_in: Any) -> None:
    pending = handed_in(cast)
    client = sign_in(cast.district_reviewer)

    proposal = client.get(at("reviews-spread")).context["proposal"]
    assert [(row.pk, person) for row, person in proposal] == [(pending.pk, cast.district_reviewer)]
    assert not Assignment.objects.exists()
    client.post(
        at("reviews-spread"),
        {"pair": [f"{pending.pk}:{cast.district_reviewer.pk}", f"{pending.pk}:{cast.owner.pk}"]},
    )

    assert Assignment.objects.get().person == cast.district_reviewer


def test_ticked_remark_reaches_the_unit_without_scripts(cast: Cast, sign_in: Any) -> None:
    remark = Remark.objects.create(organization=cast.own_district, text="请写楼层。", field="sessions")
    foreign = Remark.objects.create(organization=cast.other_district, text="别处的")
    pending = handed_in(cast)
    client = sign_in(cast.district_reviewer)
    sent = {"decision": "returned", "step": 0, "note": "", "remarks": [remark.pk]}

    assert client.post(at("decision", pending.pk), sent | {"remarks": [foreign.pk]}).status_code == 422
    client.post(at("decision", pending.pk), sent)

    assert [(row.field, row.text) for row in Submission.objects.get().reviews.get().comments.all()] == [
        ("sessions", "请写楼层。")
    ]
    form = sign_in(cast.editor).get(at("edit", pending.activity.code, "sessions"))
    assert "请写楼层。" in form.content.decode().partition('id="step-form"')[2]


def test_word_in_the_text_is_marked_at_its_place(cast: Cast, sign_in: Any) -> None:
    wordlist.add(cast.edition, by=cast.office, text="包治百病,夸大,请改")
    pending = handed_in(cast, summary="说能<b>包 治百病</b>的不可信")

    page = sign_in(cast.district_reviewer).get(at("review", pending.pk)).content.decode()

    assert '说能&lt;b&gt;<mark class="hit">包 治百病<span' in page
    assert "<b>包" not in page


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_words_come_from_a_file_and_go_out_as_text(cast: Cast, sign_in: Any, encoding: str) -> None:
    client = sign_in(cast.office)
    file = SimpleUploadedFile("词表.txt", "包治百病\t夸大\n绝对安全\n".encode(encoding))

    answer = client.post(at("words"), {"text": "", "file": file})

    assert (answer.status_code, answer.context["taken"].new) == (200, 2)
    assert set(client.get(at("words-file")).content.decode().splitlines()) == {"包治百病\t夸大", "绝对安全"}
    client.post(at("words-removal"), {"word": [row.pk for row in SensitiveWord.objects.all()]})
    assert not SensitiveWord.objects.exists()


def test_figures_show_a_district_its_own_branch_and_the_office_all(cast: Cast, sign_in: Any) -> None:
    handed_in(cast)

    own = sign_in(cast.district_reviewer).get(at("reviews-figures")).context["rows"]
    other = sign_in(cast.other_reviewer).get(at("reviews-figures")).context["rows"]
    office = sign_in(cast.office).get(at("reviews-figures")).context["rows"]

    assert [(row.unit, row.waiting) for row in own] == [(cast.own_district, 1)]
    assert (other, [row.unit for row in office]) == ([], [cast.own_district])


def test_remark_changed_meanwhile_is_shown_and_what_was_typed_is_kept(cast: Cast, sign_in: Any) -> None:
    remark = Remark.objects.create(organization=cast.own_district, text="请写楼层。", version=2)

    answer = sign_in(cast.district_reviewer).post(
        at("remark", remark.pk), {"text": "请写哪一层。", "version": 1}
    )

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "请写楼层。" in page and "请写哪一层。" in page


def test_batch_tells_no_name_of_people_who_review_elsewhere(cast: Cast, sign_in: Any) -> None:
    pending = handed_in(cast)
    ticked = {"row": f"{pending.pk}:0", "decision": "assign", "person": cast.other_reviewer.pk}

    page = sign_in(cast.district_reviewer).post(at("decisions"), ticked)

    assert page.status_code == 422
    assert cast.other_reviewer.name not in page.content.decode()


# What somebody else did meanwhile


def typed(row: Submission, **more: Any) -> dict[str, Any]:
    return {
        "decision": "returned",
        "step": row.step,
        "note": "请写明楼层。",
        "comment-title": "太长了",
    } | more


def test_decision_after_a_colleague_keeps_what_was_typed_and_says_who_it_was(
    cast: Cast, sign_in: Any
) -> None:
    pending = handed_in(cast)
    colleague = MembershipFactory(
        user__name="第二审核人", organization=cast.own_district, role=Role.REVIEWER
    ).user
    review.approve(pending, by=colleague, note="已核对")

    answer = sign_in(cast.district_reviewer).post(at("decision", pending.pk), typed(pending))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "第二审核人刚刚已经处理：通过" in page
    assert "内容和您看的一样" in page
    assert "请写明楼层。</textarea>" in page
    assert "太长了</textarea>" in page
    assert Submission.objects.get().reviews.count() == 1


def test_decision_on_a_text_that_the_unit_changed_shows_both_and_goes_on_with_the_new_one(
    cast: Cast, sign_in: Any
) -> None:
    pending = handed_in(cast)
    submission.withdraw(pending.activity, by=cast.editor)
    changed = drafting.change(fresh(pending.activity), {"title": "火箭怎样回家"}, by=cast.editor)
    newer = submission.submit(changed, by=cast.editor)
    client = sign_in(cast.district_reviewer)

    answer = client.post(at("decision", pending.pk), typed(pending))

    page = answer.content.decode()
    assert answer.status_code == 409
    assert answer.context["submission"] == newer
    assert answer.context["moved"].changes == [("title", "活动名称", "火箭为什么能飞上天", "火箭怎样回家")]
    assert "请写明楼层。</textarea>" in page
    assert "太长了</textarea>" in page
    assert client.post(at("decision", newer.pk), typed(newer)).status_code == 302
    assert newer.reviews.get().comments.get().text == "太长了"


def test_decision_on_what_the_unit_took_back_shows_how_it_stands(cast: Cast, sign_in: Any) -> None:
    pending = handed_in(cast)
    submission.withdraw(pending.activity, by=cast.editor)
    drafting.change(fresh(pending.activity), {"title": "火箭怎样回家"}, by=cast.editor)

    answer = sign_in(cast.district_reviewer).post(at("decision", pending.pk), typed(pending))

    assert answer.status_code == 409
    assert [(row[2], row[3]) for row in answer.context["moved"].changes] == [
        ("火箭为什么能飞上天", "火箭怎样回家")
    ]
    assert [text for _label, text in answer.context["unsent"]] == ["请写明楼层。", "太长了"]


# Reading afterwards, as a tab


def drawn(cast: Cast, **content: Any) -> Sampling:
    """A publication of a trusted unit that waits to be read."""
    cast.edition.policy = {"fast_lane": {"sample_share": 1.0}}
    cast.edition.save()
    if not Trust.objects.exists():
        trusting.give(
            cast.own_unit, edition=cast.edition, by=cast.district_reviewer, reason="一贯认真",
            until=today() + timedelta(days=20),
        )  # fmt: skip
    activity = draft(cast, **content)
    Session.objects.filter(activity=activity).update(
        starts_at=now() + timedelta(days=10), ends_at=now() + timedelta(days=10, hours=1)
    )
    return Sampling.objects.get(submission=submission.submit(fresh(activity), by=cast.editor))


def test_sampling_is_a_tab_with_its_count_and_goes_on_to_the_next(cast: Cast, sign_in: Any) -> None:
    first, second = drawn(cast), drawn(cast, title="水滴里的世界")
    client = sign_in(cast.district_reviewer)

    page = client.get(at("reviews") + "?show=sampling")
    assert [row.pk for row in page.context["page"].object_list] == [first.pk, second.pk]
    assert {tab["count"] for tab in page.context["tabs"] if "sampling" in tab["href"]} == {2}
    assert "data-key-row" in page.content.decode()
    opened = client.get(at("sampling", first.pk)).content.decode()
    assert all(key in opened for key in ("data-key-approve", "data-key-return", "data-key-next"))
    onward = client.post(at("sampling", first.pk), {"finding": "fine", "queue": "show=sampling"})
    assert onward["Location"].startswith(at("sampling", second.pk))
    last = client.post(at("sampling", second.pk), {"finding": "return", "note": "请更正时间。"})

    assert last["Location"] == at("reviews") + "?show=sampling"
    assert set(Sampling.objects.values_list("state", flat=True)) == {"fine", "returned"}
    assert client.get(at("reviews")).context["counts_sampling"] == 0


def test_sampling_that_a_colleague_has_read_keeps_what_was_typed(cast: Cast, sign_in: Any) -> None:
    found = drawn(cast)
    sampling.find_fine(found, by=cast.district_reviewer)

    answer = sign_in(cast.district_reviewer).post(
        at("sampling", found.pk), {"finding": "return", "note": "请更正时间。"}
    )

    assert answer.status_code == 409
    assert "请更正时间。</textarea>" in answer.content.decode()


def test_sampling_waits_for_the_unit_whose_turn_it_is_and_no_other(cast: Cast, sign_in: Any) -> None:
    drawn(cast)

    counts = {
        name: sign_in(getattr(cast, name)).get(at("reviews") + "?show=sampling").context["counts_sampling"]
        for name in ("district_reviewer", "other_reviewer", "department_reviewer", "office")
    }

    assert counts == {"district_reviewer": 1, "other_reviewer": 0, "department_reviewer": 0, "office": 0}


# One unit


def test_queue_is_narrowed_to_a_unit_that_is_found_by_a_word(cast: Cast, sign_in: Any) -> None:
    handed_in(cast)
    submission.submit(
        draft(cast, unit=cast.other_unit, by=cast.colleague, title="水滴里的世界"), by=cast.colleague
    )
    client = sign_in(cast.district_reviewer)

    picked = client.get(at("reviews") + "?sort=newest&unit_name=图书馆")
    assert picked["Location"] == at("reviews") + f"?sort=newest&unit={cast.other_unit.code}"
    page = client.get(picked["Location"])
    assert titles(page) == ["水滴里的世界"]
    assert "只看：福田区图书馆" in page.content.decode()
    several = client.get(at("reviews") + "?unit_name=福田区")
    assert {one["unit"] for one in several.context["units"]} == {cast.own_unit, cast.other_unit}
    options = client.get(at("reviews-units") + "?unit_name=少年").content.decode()
    assert options.strip() == '<option value="福田区少年宫">1</option>'
    branch = client.get(at("reviews") + f"?unit={cast.own_district.code}")
    assert len(titles(branch)) == 2
    assert titles(client.get(at("reviews") + f"?unit={cast.far_unit.code}")) == []
    assert len(titles(client.get(at("reviews") + "?unit=no-such-unit"))) == 2


def test_saved_filter_and_the_next_one_keep_the_unit(cast: Cast, sign_in: Any) -> None:
    own = handed_in(cast)
    submission.submit(
        draft(cast, unit=cast.other_unit, by=cast.colleague, title="水滴里的世界"), by=cast.colleague
    )
    client = sign_in(cast.district_reviewer)
    query = f"unit={cast.own_unit.code}"

    client.post(at("filters"), {"name": "少年宫", "query": query})
    done = client.post(
        at("decision", own.pk), typed(own, decision="approved", queue=query) | {"comment-title": ""}
    )

    assert SavedFilter.objects.get().query == query
    assert done["Location"] == at("reviews") + f"?{query}"


def test_units_of_others_are_not_offered(cast: Cast, sign_in: Any) -> None:
    handed_in(cast)

    answer = sign_in(cast.other_reviewer).get(at("reviews-units") + "?unit_name=少年")

    assert "少年" not in answer.content.decode()
