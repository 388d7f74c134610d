"""The desk pages of activities, as browsers with and without scripts use them."""

import re
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from kepuyue.activities.actions import drafting, illustration, review, submission
from kepuyue.activities.models import Activity, Picture, State, Submission
from kepuyue.organizations.models import Role
from tests.activities.acting import at_the_office, draft, fresh, handed_in, published, revised
from tests.cast import Cast
from tests.factories import ActivityFactory, MembershipFactory, SubmissionFactory
from tests.journeys.pages import form_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
HTMX = {"hx-request": "true"}


def at(name: str, *args: Any) -> str:
    return reverse(f"activities:{name}", args=args)


def said(response: Any) -> list[str]:
    """The short messages shown with the answer or with the page it leads to."""
    page = response if response.context else response.client.get(response["Location"])
    return [str(message) for message in page.context["messages"]]


def photo(data: bytes | None = None) -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (30, 20), "navy").save(written, "JPEG")
    return SimpleUploadedFile("a.jpg", written.getvalue() if data is None else data, "image/jpeg")


# Who opens what

MEMBERS = {"owner", "editor", "check_in", "helpdesk", "district_reviewer", "office"}


@pytest.mark.parametrize(
    ("name", "opens"),
    [
        ("detail", MEMBERS),
        ("edit", {"owner", "editor", "office"}),
        ("pictures", {"owner", "editor", "office"}),
    ],
)
def test_page_of_a_draft_opens_for_its_people_and_is_not_found_by_others(
    cast: Cast, sign_in: Any, name: str, opens: set[str]
) -> None:
    activity = draft(cast)
    address = at(name, activity.code, *(["basics"] if name == "edit" else []))

    people = {who: person for who, person in cast.people().items() if person}
    codes = {who: sign_in(person).get(address).status_code for who, person in people.items()}

    assert codes == {who: 200 if who in opens else 404 for who in people}


def test_review_page_opens_for_the_branch_above_only(cast: Cast, sign_in: Any) -> None:
    address = at("review", handed_in(cast).pk)

    people = {who: person for who, person in cast.people().items() if person}
    codes = {who: sign_in(person).get(address).status_code for who, person in people.items()}

    assert codes == {who: 200 if who in {"district_reviewer", "office"} else 404 for who in people}


@pytest.mark.parametrize(
    ("person", "code"), [("owner", 200), ("office", 200), ("editor", 403), ("outsider", 404)]
)
def test_cancelling_page_opens_for_who_may_cancel(cast: Cast, sign_in: Any, person: str, code: int) -> None:
    activity = published(cast)

    assert sign_in(getattr(cast, person)).get(at("cancellation", activity.code)).status_code == code


@pytest.mark.parametrize("step", ["nowhere", "basics2"])
def test_step_that_does_not_exist_is_not_found(cast: Cast, sign_in: Any, step: str) -> None:
    assert sign_in(cast.editor).get(at("edit", draft(cast).code, step)).status_code == 404


@pytest.mark.parametrize(
    ("person", "code"), [("district_reviewer", 200), ("office", 200), ("owner", 403), ("judge", 403)]
)
def test_queue_opens_for_reviewers(cast: Cast, sign_in: Any, person: str, code: int) -> None:
    assert sign_in(getattr(cast, person)).get(at("reviews")).status_code == code


# A new one


def test_new_sent_twice_by_a_double_click_is_one_draft(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.editor)
    form = form_of(client.get(at("new")), sends="title")
    sent = form.filled(title="光学课")

    first, second = client.post(at("new"), sent), client.post(at("new"), sent)

    activity = Activity.objects.get()
    assert first["Location"] == second["Location"] == at("edit", activity.code, "basics")
    client.post(at("new"), form.filled(title="声学课"))
    assert Activity.objects.count() == 2


def test_new_without_a_title_keeps_what_was_typed_and_says_so(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.editor).post(at("new"), {"organization": cast.own_unit.pk, "title": ""})

    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["title"])


def test_new_for_another_unit_is_refused(cast: Cast, sign_in: Any) -> None:
    answer = sign_in(cast.editor).post(at("new"), {"organization": cast.far_unit.pk, "title": "光学课"})

    assert (answer.status_code, Activity.objects.count()) == (422, 0)


def test_new_of_somebody_without_a_role_says_whom_to_ask(cast: Cast, sign_in: Any) -> None:
    assert "您还不能填报活动" in sign_in(cast.judge).get(at("new")).content.decode()


def test_new_before_an_edition_is_loaded_says_so(cast: Cast, sign_in: Any) -> None:
    type(cast.edition).objects.update(is_current=False)

    assert "现在还不能申报" in sign_in(cast.editor).get(at("new")).content.decode()


# Steps


def test_step_saved_by_the_button_leads_to_the_next(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    form = form_of(client.get(at("edit", activity.code, "basics")), id="step-form")

    answer = client.post(at("edit", activity.code, "basics"), form.filled(title="新名字"))
    check = client.post(at("edit", activity.code, "basics"), form.filled(title="新名字", then="check"))

    assert (answer["Location"], check["Location"]) == (
        at("edit", activity.code, "units"),
        at("detail", activity.code),
    )
    assert fresh(activity).title == "新名字"


@pytest.mark.parametrize(
    "step", ["basics", "units", "classification", "sessions", "audience", "responsibility", "contact"]
)
def test_step_opened_and_sent_back_unchanged_changes_nothing(cast: Cast, sign_in: Any, step: str) -> None:
    client = sign_in(cast.editor)
    activity = draft(cast, speakers=[{"name": "李", "introduction": "", "is_overseas": True}])
    drafting.change(activity, {"sessions": [_with_venue(activity)]}, by=cast.editor)
    version = fresh(activity).version

    client.post(
        at("edit", activity.code, step),
        form_of(client.get(at("edit", activity.code, step)), id="step-form").filled(),
    )

    assert (fresh(activity).version, fresh(activity).unsaved) == (version, {})


def _with_venue(activity: Activity) -> dict[str, Any]:
    from kepuyue.activities import content as contents

    return contents.of(activity)["sessions"][0] | {"venue_name": "科学馆"}


def test_step_saved_as_one_types_answers_with_the_new_version_only(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    form = form_of(client.get(at("edit", activity.code, "basics")), id="step-form")

    answer = client.post(at("edit", activity.code, "basics"), form.filled(title="新名字"), headers=HTMX)

    text = answer.content.decode()
    assert (answer.status_code, answer["HX-Trigger"], fresh(activity).version) == (200, "saved", 2)
    assert text.strip().startswith('<div id="save-state"')
    assert 'name="version" value="2"' in text
    assert "已自动保存" in text
    assert "<html" not in text


def test_rows_typed_saved_as_one_types_and_sent_again_are_there_once(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast, participations=[])
    address = at("edit", activity.code, "units")
    sent = form_of(client.get(address), id="step-form").filled(**{"participations-0-name": "天文馆"})

    client.post(address, sent, headers=HTMX)
    client.post(address, sent | {"version": fresh(activity).version})

    assert list(activity.participations.values_list("role", "name")) == [("host", "天文馆")]


def test_step_with_a_fault_keeps_the_good_and_the_bad_and_shows_both_again(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    address = at("edit", activity.code, "audience")
    sent = form_of(client.get(address), id="step-form").filled(
        languages="粤语", age_min="六岁", booking_url="javascript:1"
    )

    answer = client.post(address, sent)
    again = client.get(address)

    assert answer.status_code == 422
    assert (fresh(activity).languages, fresh(activity).age_min) == ("粤语", None)
    form = again.context["input"].form
    assert [form[name].value() for name in ("languages", "age_min", "booking_url")] == [
        "粤语",
        "六岁",
        "javascript:1",
    ]
    assert {where for where, _what in again.context["problems"]} == {"最小年龄", "预约网址"}


def test_step_with_a_fault_saved_as_one_types_says_what_is_wrong(cast: Cast, sign_in: Any) -> None:
    activity = draft(cast)

    answer = sign_in(cast.editor).post(
        at("edit", activity.code, "audience"), {"version": "1", "age_min": "六岁"}, headers=HTMX
    )

    assert (answer.status_code, "最小年龄" in answer.content.decode()) == (200, True)
    assert fresh(activity).unsaved["audience"]["age_min"] == ["六岁"]


def test_conflict_shows_both_texts_and_keeps_what_was_typed(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    address = at("edit", activity.code, "basics")
    sent = form_of(client.get(address), id="step-form").filled(title="我写的")
    drafting.change(activity, {"title": "她写的"}, by=cast.owner)

    answer = client.post(address, sent)
    page = answer.content.decode()

    assert (answer.status_code, fresh(activity).title) == (409, "她写的")
    assert [text for text in ("我写的", "她写的", "负责人刚刚也修改了活动名称") if text not in page] == []
    again = form_of(answer, id="step-form")
    assert (again.values["title"], again.values["version"]) == (["我写的"], ["1"])
    # Saving again overwrites nobody; only saying so does
    assert client.post(address, again.filled()).status_code == 409
    assert 'name="keep_mine" value="2"' in page
    client.post(address, again.filled() | {"keep_mine": "2"})
    assert fresh(activity).title == "我写的"


def test_conflict_while_typing_answers_with_a_fragment(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    drafting.change(activity, {"title": "她写的"}, by=cast.owner)

    answer = client.post(
        at("edit", activity.code, "basics"),
        {"version": "1", "title": "我写的", "mode": "offline"},
        headers=HTMX,
    )

    text = answer.content.decode()
    assert (answer.status_code, "她写的" in text, "我写的" in text, "<html" in text) == (
        200,
        True,
        True,
        False,
    )
    assert answer["HX-Retarget"] == "#conflict-place"
    assert 'name="version"' not in text


def version_of(answer: Any) -> dict[str, str]:
    """What a save's answer tells the page to send with the next one."""
    found = re.findall(r'name="(version|mine)" value="([^"]*)"', answer.content.decode())
    return dict(found)


def test_page_that_was_not_reloaded_never_puts_back_what_was_changed_elsewhere(
    cast: Cast, sign_in: Any
) -> None:
    """Its fields still hold the old text, and go to the server with every save."""
    client, activity = sign_in(cast.editor), draft(cast)
    address = at("edit", activity.code, "basics")
    form = form_of(client.get(address), id="step-form")
    drafting.change(activity, {"summary": "她写的"}, by=cast.owner)

    sent = form.filled(description="第一次")
    for text in ("第一次", "第二次", "第三次"):
        answer = client.post(address, sent | {"description": text}, headers=HTMX)
        sent |= version_of(answer)
        assert "一句话介绍刚刚在别处也改过" in answer.content.decode()

    assert (fresh(activity).summary, fresh(activity).description) == ("她写的", "第三次")
    drafting.change(activity, {"description": "她也写了"}, by=cast.owner)
    assert (
        "负责人刚刚也修改了活动介绍"
        in client.post(address, sent | {"description": "第四次"}, headers=HTMX).content.decode()
    )


def test_save_whose_answer_was_lost_is_no_conflict_with_oneself(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    address = at("edit", activity.code, "basics")
    sent = form_of(client.get(address), id="step-form").filled(summary="做一支")
    client.post(address, sent, headers=HTMX)

    grown = sent | {"summary": "做一支火箭"}
    assert "您在另一个窗口刚刚也修改了" in client.post(address, grown, headers=HTMX).content.decode()
    client.post(address, grown | {"unanswered": "1"}, headers=HTMX)

    assert fresh(activity).summary == "做一支火箭"


def test_text_restored_after_signing_in_again_puts_nothing_back(cast: Cast, sign_in: Any) -> None:
    activity = draft(cast)
    address = at("edit", activity.code, "basics")
    sent = form_of(sign_in(cast.editor).get(address), id="step-form").filled(description="登录前写的")
    visitor = Client(headers={"accept-language": "zh-CN"})
    visitor.post(address, sent | {"csrfmiddlewaretoken": "x"})
    drafting.change(activity, {"summary": "她写的"}, by=cast.owner)
    visitor.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")

    visitor.post(address, form_of(visitor.get(address), id="step-form").filled(), headers=HTMX)

    assert (fresh(activity).summary, fresh(activity).description) == ("她写的", "登录前写的")


def test_step_restored_after_signing_in_again_is_saved_at_once(cast: Cast, sign_in: Any) -> None:
    activity = draft(cast)
    address = at("edit", activity.code, "basics")
    visitor = Client(headers={"accept-language": "zh-CN"})
    visitor.post(address, {"csrfmiddlewaretoken": "x", "title": "登录前写的", "mode": "offline"})
    visitor.force_login(cast.editor, backend="django.contrib.auth.backends.ModelBackend")

    page = visitor.get(address).content.decode()

    assert "登录前写的" in page
    assert 'hx-trigger="load, ' in page


def test_link_to_the_pictures_saves_the_step_first(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    address = at("edit", activity.code, "contact")

    answer = client.post(
        address,
        {"version": "1", "contact_name": "林老师", "contact_phone": "0755-80000000", "then": "pictures"},
    )

    assert answer["Location"] == at("pictures", activity.code)
    assert fresh(activity).contact_name == "林老师"


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_step_of_what_a_colleague_handed_in_meanwhile_says_so(
    cast: Cast, sign_in: Any, headers: dict[str, str]
) -> None:
    activity = handed_in(cast).activity

    answer = sign_in(cast.editor).post(
        at("edit", activity.code, "basics"),
        {"version": "1", "title": "晚了", "mode": "offline"},
        headers=headers,
    )

    assert "这项活动正在审核，暂不能修改" in answer.content.decode()
    assert fresh(activity).title != "晚了"


def test_step_of_what_is_under_review_leads_to_its_page_and_says_why(cast: Cast, sign_in: Any) -> None:
    activity = handed_in(cast).activity

    answer = sign_in(cast.editor).get(at("edit", activity.code, "basics"))

    assert answer["Location"] == at("detail", activity.code)
    assert said(answer) == ["这项活动正在审核，暂不能修改。需要修改时，请先撤回。"]


def test_more_rows_without_scripts_saves_and_shows_them(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)
    address = at("edit", activity.code, "units")
    sent = form_of(client.get(address), id="step-form").filled(
        **{"participations-0-name": "改过的单位", "spare": "2"}
    )

    answer = client.post(address, sent)

    assert answer.status_code == 200
    assert len(answer.context["input"].rows.forms) == 3
    assert list(activity.participations.values_list("name", flat=True)) == ["改过的单位"]
    assert form_of(answer, id="step-form").values["version"] == [str(fresh(activity).version)]


@pytest.mark.parametrize("spare", ["2", "-1", "x", "99999999999"])
def test_more_rows_of_a_step_that_has_none_is_an_ordinary_save(cast: Cast, sign_in: Any, spare: str) -> None:
    activity = draft(cast)
    sent = {"version": "1", "title": "新名字", "mode": "offline", "spare": spare}

    answer = sign_in(cast.editor).post(at("edit", activity.code, "basics"), sent)

    assert (answer.status_code, fresh(activity).title) == (302, "新名字")


def test_many_sessions_can_be_sent_at_once(cast: Cast, sign_in: Any) -> None:
    activity = draft(cast)
    sent: dict[str, str] = {
        "version": "1",
        "district": "futian",
        "sessions-TOTAL_FORMS": "120",
        "sessions-INITIAL_FORMS": "0",
    }
    for number in range(120):
        row = {
            "id": "",
            "is_cancelled": "False",
            "starts_on": f"2024-09-{number % 30 + 1:02}",
            "starts_at": "10:00",
        }
        row |= dict.fromkeys(
            ("ends_at", "ends_on", "venue_name", "place", "online_url", "capacity", "note"), ""
        )
        sent |= {f"sessions-{number}-{name}": value for name, value in row.items()}

    answer = sign_in(cast.editor).post(at("edit", activity.code, "sessions"), sent)

    assert (answer.status_code, activity.sessions.count()) == (302, 120)


# Handing in, taking back, cancelling


def test_submission_pressed_twice_is_harmless(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), draft(cast)

    first = client.post(at("submission", activity.code), {"signs": "1"})
    assert said(first) == ["已提交，审核结果会发到您的邮箱和消息里。"]
    second = client.post(at("submission", activity.code))

    assert said(second) == ["现在的状态是“审核中”，不能这样操作。请刷新页面查看最新状态。"]
    assert Submission.objects.count() == 1


def test_submission_of_something_incomplete_lists_what_is_missing(cast: Cast, sign_in: Any) -> None:
    activity = draft(cast, contact_name="", safety_plan="")

    assert said(sign_in(cast.editor).post(at("submission", activity.code))) == [
        "线下活动请填写安全预案要点。", "请填写联系人。",
    ]  # fmt: skip


def test_submission_with_a_fault_leads_to_its_step(cast: Cast, sign_in: Any) -> None:
    activity = draft(cast)
    drafting.change(activity, {}, by=cast.editor, unsaved={"audience": {"age_min": ["六"]}})

    answer = sign_in(cast.editor).post(at("submission", activity.code))

    assert answer["Location"] == at("edit", activity.code, "audience")
    assert said(answer) == ["这一步还有内容没有填对，请先改正，再提交。"]


def test_withdrawal_pressed_twice_is_harmless(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.editor), handed_in(cast).activity

    answers = [said(client.post(at("withdrawal", activity.code))) for _ in range(2)]

    assert answers == [["已撤回，可以继续修改。"], ["没有正在审核的内容可以撤回。"]]
    assert fresh(activity).state == State.WITHDRAWN


def test_withdrawal_of_a_change_says_that_the_public_text_stays(cast: Cast, sign_in: Any) -> None:
    activity = revised(cast)
    submission.submit(activity, by=cast.editor)

    assert said(sign_in(cast.editor).post(at("withdrawal", activity.code))) == [
        "变更已撤回，内容都留着，可以继续修改后再提交。公众看到的不变。"
    ]


def test_cancellation_asks_for_a_reason_and_tells_the_public(cast: Cast, sign_in: Any) -> None:
    client, activity = sign_in(cast.owner), published(cast)

    assert client.post(at("cancellation", activity.code), {"reason": ""}).status_code == 422
    client.post(at("cancellation", activity.code), {"reason": "台风"})

    again = client.post(at("cancellation", activity.code), {"reason": "又一次"})

    assert (fresh(activity).state, fresh(activity).cancel_reason) == (State.CANCELLED, "台风")
    assert (again.status_code, "现在的状态是“已取消”" in again.content.decode()) == (409, True)


@pytest.mark.parametrize("name", ["submission", "withdrawal", "cancellation"])
def test_change_of_state_by_a_stranger_is_not_found(cast: Cast, sign_in: Any, name: str) -> None:
    assert sign_in(cast.colleague).post(at(name, draft(cast).code), {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("name", ["submission", "withdrawal"])
def test_change_of_state_by_a_link_is_not_possible(cast: Cast, sign_in: Any, name: str) -> None:
    assert sign_in(cast.editor).get(at(name, draft(cast).code)).status_code == 405


# Deciding


def decide(client: Client, pending: Submission, decision: str, **more: str) -> Any:
    return client.post(
        at("decision", pending.pk), {"decision": decision, "step": str(pending.step), "note": ""} | more
    )


def test_decision_leads_to_the_next_that_waits(cast: Cast, sign_in: Any) -> None:
    first, second = handed_in(cast), handed_in(cast, title="第二项")
    client = sign_in(cast.district_reviewer)

    answer = decide(client, first, "approved")
    last = decide(client, second, "approved")

    assert (answer["Location"], last["Location"]) == (at("review", second.pk), at("reviews"))


def test_decision_pressed_twice_is_told_and_happens_once(cast: Cast, sign_in: Any) -> None:
    pending = at_the_office(cast)
    client = sign_in(cast.office)
    decide(client, pending, "approved")

    again = decide(client, pending, "approved")

    assert (again.status_code, fresh(pending.activity).state) == (409, State.PUBLISHED)
    assert "您已经处理过这一项：通过" in again.content.decode()


def test_decision_out_of_turn_is_denied(cast: Cast, sign_in: Any) -> None:
    assert decide(sign_in(cast.office), handed_in(cast), "approved").status_code == 403


def test_decision_by_a_stranger_is_not_found(cast: Cast, sign_in: Any) -> None:
    assert decide(sign_in(cast.other_reviewer), handed_in(cast), "approved").status_code == 404


def test_return_without_a_word_keeps_the_page_and_says_so(cast: Cast, sign_in: Any) -> None:
    answer = decide(sign_in(cast.district_reviewer), handed_in(cast), "returned")

    assert (answer.status_code, "请写明需要修改什么" in answer.content.decode()) == (409, True)


@pytest.mark.parametrize("decision", ["approved", "rejected"])
def test_remarks_with_another_decision_than_returning_are_not_lost(
    cast: Cast, sign_in: Any, decision: str
) -> None:
    pending = handed_in(cast)

    answer = decide(
        sign_in(cast.district_reviewer), pending, decision, note="好", **{"comment-title": "短一点"}
    )

    assert (answer.status_code, fresh(pending.activity).state) == (422, State.SUBMITTED)
    assert form_of(answer, to=at("decision", pending.pk)).values["comment-title"] == ["短一点"]


@pytest.mark.parametrize("sent", [{"decision": "burn", "step": "0"}, {"decision": "approved"}, {}])
def test_decision_that_is_none_changes_nothing(cast: Cast, sign_in: Any, sent: dict[str, str]) -> None:
    pending = handed_in(cast)

    answer = sign_in(cast.district_reviewer).post(at("decision", pending.pk), sent)

    assert (answer.status_code, fresh(pending.activity).state) == (422, State.SUBMITTED)


def test_review_page_marks_what_changed_since_the_last_time(cast: Cast, sign_in: Any) -> None:
    first = handed_in(cast)
    review.return_for_changes(first, by=cast.district_reviewer, comments={"title": "短一点"})
    drafting.change(first.activity, {"title": "火箭课", "licence": "x"}, by=cast.editor)
    second = submission.submit(first.activity, by=cast.editor)

    page = sign_in(cast.district_reviewer).get(at("review", second.pk))

    changed = {row["field"]: row["change"] for row in page.context["rows"] if row["change"]}
    assert changed == {"title": ("火箭为什么能飞上天", "火箭课"), "licence": ("", "x")}
    assert "<strong>活动名称：</strong>短一点" in page.content.decode()


def test_returned_activity_shows_each_remark_with_its_field(cast: Cast, sign_in: Any) -> None:
    pending = handed_in(cast)
    review.return_for_changes(
        pending, by=cast.district_reviewer, note="总体好", comments={"sessions": "写楼层"}
    )
    client = sign_in(cast.editor)

    pages = [
        client.get(at("detail", pending.activity.code)),
        client.get(at("edit", pending.activity.code, "sessions")),
    ]

    for page in pages:
        text = page.content.decode()
        assert [word for word in ("总体好", "<strong>场次：</strong>", "写楼层") if word not in text] == []


# Pictures


def test_picture_sent_is_shown_to_its_people_and_to_the_public_once_published(
    cast: Cast, sign_in: Any
) -> None:
    activity = draft(cast)
    client = sign_in(cast.editor)
    client.post(at("pictures", activity.code), {"file": photo(), "alt": "水火箭", "rights_confirmed": "on"})
    address = at("picture", Picture.objects.get().pk)

    people = {who: got(sign_in(person), address)[0] for who, person in cast.people().items()}
    assert people == {who: 200 if who in MEMBERS else 404 for who in people}
    private = got(sign_in(cast.editor), address)
    Activity.objects.filter(pk=activity.pk).update(state="published", published_at=activity.created_at)
    public = got(Client(), address)

    assert (private, public) == (
        (200, "private, no-store", "image/jpeg"), (200, "public, max-age=86400", "image/jpeg"),
    )  # fmt: skip


def got(client: Client, address: str) -> tuple[int, str, str]:
    """Code, caching and kind of what is answered."""
    response = client.get(address)
    b"".join(response)  # read to its end, which closes the file
    return response.status_code, response.headers.get("Cache-Control", ""), response["Content-Type"]


@pytest.mark.parametrize(
    ("more", "field"),
    [({"file": photo(b"no picture")}, "file"), ({"file": photo(b"")}, "file"), ({"alt": ""}, "alt"),
     ({"rights_confirmed": ""}, "rights_confirmed")],
    ids=["no-picture", "empty", "no-description", "no-rights"],
)  # fmt: skip
def test_picture_that_cannot_be_taken_says_why(
    cast: Cast, sign_in: Any, more: dict[str, Any], field: str
) -> None:
    activity = draft(cast)
    sent = {"file": photo(), "alt": "水火箭", "rights_confirmed": "on"} | more
    sent = {name: value for name, value in sent.items() if value != ""}

    answer = sign_in(cast.editor).post(at("pictures", activity.code), sent)

    assert (answer.status_code, list(answer.context["form"].errors), activity.pictures.count()) == (
        422,
        [field],
        0,
    )


def test_picture_removed_when_it_is_under_review_says_why_not(cast: Cast, sign_in: Any) -> None:
    activity = draft(cast)
    picture = illustration.add(activity, by=cast.editor, file=photo(), alt="x")
    submission.submit(activity, by=cast.editor)

    answer = sign_in(cast.editor).post(at("picture-removal", activity.code, picture.pk))

    assert said(answer) == ["这项活动正在审核，暂不能修改。需要修改时，请先撤回。"]


def test_picture_of_another_activity_is_not_removed(cast: Cast, sign_in: Any) -> None:
    picture = illustration.add(draft(cast), by=cast.editor, file=photo(), alt="x")
    other = draft(cast, title="另一项")

    assert sign_in(cast.editor).post(at("picture-removal", other.code, picture.pk)).status_code == 404


def test_picture_whose_file_is_gone_is_not_found(cast: Cast, sign_in: Any) -> None:
    picture = illustration.add(draft(cast), by=cast.editor, file=photo(), alt="x")
    picture.file.storage.delete(str(picture.file.name))

    assert sign_in(cast.editor).get(at("picture", picture.pk)).status_code == 404


# Lists


def test_list_is_of_the_persons_activities_by_state_and_word(cast: Cast, sign_in: Any) -> None:
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, title="光学课", state="returned")
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, title="声学课")
    ActivityFactory(edition=cast.edition, organization=cast.far_unit, title="光学展")
    client = sign_in(cast.editor)

    def titles(**query: str) -> list[str]:
        return [activity.title for activity in client.get(at("list"), query).context["page"]]

    assert sorted(titles()) == ["光学课", "声学课"]
    assert (titles(state="returned"), titles(q="声学"), titles(q="光学", state="draft")) == (
        ["光学课"],
        ["声学课"],
        [],
    )
    assert sorted(titles(state="no-such")) == ["光学课", "声学课"]


def test_panel_counts_each_activity_once_for_a_person_of_two_roles(cast: Cast, sign_in: Any) -> None:
    MembershipFactory(user=cast.editor, organization=cast.own_unit, role=Role.OWNER)
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, sessions=2)

    panel = sign_in(cast.editor).get(at("panel"))

    assert [(code, count) for code, _label, count in panel.context["counts"]] == [("draft", 1)]
    assert [row.session_count for row in panel.context["rows"]] == [2]


@pytest.mark.parametrize("name", ["list", "detail", "together", "copies"])
def test_draft_without_a_title_can_still_be_opened(cast: Cast, sign_in: Any, name: str) -> None:
    """An import keeps a row whose title it could not take."""
    activity = draft(cast)
    Activity.objects.filter(pk=activity.pk).update(title="")
    client = sign_in(cast.editor)

    page = client.get(at(name, *([activity.code] if name == "detail" else []))).content.decode()

    assert "（还没有名称）" in page


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("list", "editor"),
        ("panel", "editor"),
        ("reviews", "district_reviewer"),
        ("reviews-panel", "district_reviewer"),
    ],
)
def test_list_of_one_and_of_three_asks_the_same_number_of_queries(
    cast: Cast, sign_in: Any, name: str, person: str
) -> None:
    counts, client = [], sign_in(getattr(cast, person))
    for more in (1, 2):
        for _ in range(more):
            SubmissionFactory(activity__organization=cast.own_unit, activity__edition=cast.edition)
            ActivityFactory(edition=cast.edition, organization=cast.own_unit, sessions=2)
        with CaptureQueriesContext(connection) as queries:
            client.get(at(name))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_review_page_of_one_and_of_three_rounds_asks_the_same_number_of_queries(
    cast: Cast, sign_in: Any
) -> None:
    counts, pending = [], handed_in(cast)
    client = sign_in(cast.district_reviewer)
    for rounds in (1, 2):
        for _ in range(rounds):
            review.return_for_changes(
                pending, by=cast.district_reviewer, comments={"title": "短", "summary": "短"}
            )
            pending = submission.submit(pending.activity, by=cast.editor)
        with CaptureQueriesContext(connection) as queries:
            client.get(at("review", pending.pk))
        counts.append(len(queries))

    assert counts[0] == counts[1]
