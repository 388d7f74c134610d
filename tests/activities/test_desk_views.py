"""The desk's pages through the test client: the queue's ways, many at once, remarks without scripts, words."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kepuyue.activities.actions import desk, wordlist
from kepuyue.activities.models import Assignment, Remark, SavedFilter, SensitiveWord, Submission
from kepuyue.organizations.models import Role
from tests.activities.acting import handed_in
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
