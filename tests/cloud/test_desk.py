"""The desk of the cloud month: nothing typed twice, nothing typed lost, nobody sees another's."""

from typing import Any
from uuid import uuid4

import pytest

from kepuyue.cloud.models import CloudItem, Question
from tests.cast import Cast
from tests.factories import ActivityFactory, CloudItemFactory, QuestionFactory

pytestmark = pytest.mark.usefixtures("in_the_month")
TYPED = {
    "title": "望远镜里的月亮", "summary": "边看边讲。", "starts_at": "2024-09-20T19:30", "ends_at": "2024-09-20T21:00",
    "url": "https://www.bilibili.com/video/BV1xx411c7mD", "content_signoff": "内容审定人", "version": "0",
}  # fmt: skip


def test_item_takes_from_its_activity_what_is_known_there(cast: Cast, sign_in: Any) -> None:
    activity = ActivityFactory(
        organization=cast.own_unit,
        title="观星夜",
        summary="认识秋季星座",
        sessions=1,
        terms=["audience:children"],
    )
    session = activity.sessions.get()
    ActivityFactory(organization=cast.other_unit, title="邻居的活动")
    client = sign_in(cast.editor)

    first = client.get(f"/desk/cloud/new/?activity={activity.code}").content.decode()
    page = client.get(
        f"/desk/cloud/new/?kind=live&organization={cast.own_unit.pk}&activity={activity.code}"
    ).content.decode()

    assert "邻居的活动" not in first
    assert 'value="观星夜"' in page and "认识秋季星座</textarea>" in page
    assert f'value="{session.starts_at.astimezone(cast.edition.zone):%Y-%m-%dT%H:%M}"' in page
    assert page.count("checked") >= 1


def test_item_is_registered_and_handed_in_with_one_form(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.editor)

    client.post(
        "/desk/cloud/new/",
        TYPED | {"kind": "live", "organization": cast.own_unit.pk, "token": str(uuid4()), "then": "submit"},
    )

    item = CloudItem.objects.get()
    assert (item.state, item.title) == ("submitted", "望远镜里的月亮")
    assert f"{item.starts_at.astimezone(cast.edition.zone):%d %H:%M}" == "20 19:30"


def test_what_is_wrong_is_told_and_what_was_typed_stays(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.editor)
    wrong = {
        "kind": "live",
        "organization": cast.own_unit.pk,
        "url": "javascript:alert(1)",
        "ends_at": "2024-09-20T18:00",
    }

    response = client.post("/desk/cloud/new/", TYPED | wrong)
    page = response.content.decode()

    assert response.status_code == 422
    assert "望远镜里的月亮" in page and "2024-09-20T18:00" in page
    assert "结束时间要晚于开始时间" in page and "打开它会运行程序" in page
    assert CloudItem.objects.count() == 0


def test_second_of_two_writers_keeps_their_text_beside_the_other(cast: Cast, sign_in: Any) -> None:
    item = CloudItemFactory(edition=cast.edition, organization=cast.own_unit, title="同事改过的", version=3)
    client = sign_in(cast.editor)

    response = client.post(f"/desk/cloud/{item.code}/edit/", TYPED | {"title": "我改的", "version": "2"})
    page = response.content.decode()

    assert response.status_code == 409
    assert 'value="我改的"' in page and "同事改过的" in page
    client.post(f"/desk/cloud/{item.code}/edit/", TYPED | {"title": "我改的", "version": "3"})
    item.refresh_from_db()
    assert item.title == "我改的"


def test_saving_an_untouched_form_changes_nothing(cast: Cast, sign_in: Any) -> None:
    item = CloudItemFactory(edition=cast.edition, organization=cast.own_unit, state="published")
    client = sign_in(cast.editor)
    form = client.get(f"/desk/cloud/{item.code}/edit/").context["form"]
    sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False, [])}

    sent |= {name: f"{sent[name]:%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")}
    client.post(f"/desk/cloud/{item.code}/edit/", sent)

    item.refresh_from_db()
    assert (item.state, item.version, item.proposed) == ("published", 1, {})


def test_refused_answer_stays_in_its_field(cast: Cast, sign_in: Any) -> None:
    topic = CloudItemFactory(
        edition=cast.edition, organization=cast.own_unit, kind="topic", state="published"
    )
    question = QuestionFactory(item=topic, state="public", version=2)
    client = sign_in(cast.editor)

    response = client.post(
        f"/desk/cloud/questions/{question.pk}/answer/", {"text": "写了很久的回答", "version": "1"}
    )

    assert response.status_code == 422
    assert "写了很久的回答</textarea>" in response.content.decode()
    client.post(f"/desk/cloud/questions/{question.pk}/answer/", {"text": "写了很久的回答", "version": "2"})
    assert Question.objects.get(pk=question.pk).answer == "写了很久的回答"


def test_page_of_a_question_names_each_field_once(cast: Cast, sign_in: Any) -> None:
    topic = CloudItemFactory(
        edition=cast.edition, organization=cast.own_unit, kind="topic", state="published"
    )
    question = QuestionFactory(item=topic, state="public")
    QuestionFactory(item=topic)

    page = sign_in(cast.owner).get(f"/desk/cloud/questions/{question.pk}/").content.decode()

    ids = [part.partition('"')[0] for part in page.split(' id="')[1:]]
    assert sorted(ids) == sorted(set(ids))


def test_editor_sees_no_question_that_waits(cast: Cast, sign_in: Any) -> None:
    topic = CloudItemFactory(
        edition=cast.edition, organization=cast.own_unit, kind="topic", state="published"
    )
    QuestionFactory(item=topic, text="还没有审看的提问")
    QuestionFactory(item=topic, text="已经公开的提问", state="public")
    client = sign_in(cast.editor)

    for show in ("waiting", "answer", "public", "closed", ""):
        assert "还没有审看的提问" not in client.get(f"/desk/cloud/questions/?show={show}").content.decode()
    assert "已经公开的提问" in client.get("/desk/cloud/questions/?show=public").content.decode()


def test_workbench_and_activity_page_lead_to_the_cloud_month(cast: Cast, sign_in: Any) -> None:
    activity = ActivityFactory(organization=cast.own_unit, sessions=1)
    item = CloudItemFactory(edition=cast.edition, organization=cast.own_unit, activity=activity)
    QuestionFactory(
        item=CloudItemFactory(
            edition=cast.edition, organization=cast.own_unit, kind="topic", state="published"
        )
    )
    client = sign_in(cast.owner)

    assert "1条提问等您审看" in client.get("/desk/cloud/panel/").content.decode()
    assert (
        f"/desk/cloud/{item.code}/" in client.get(f"/desk/cloud/activities/{activity.code}/").content.decode()
    )


def test_first_question_says_that_a_kind_is_missing(cast: Cast, sign_in: Any) -> None:
    client = sign_in(cast.owner)

    fresh = client.get("/desk/cloud/new/").content.decode()
    sent = client.get(f"/desk/cloud/new/?activity=&organization={cast.own_unit.pk}").content.decode()

    assert "请填写或选择这一项" not in fresh
    assert "请填写或选择这一项" in sent
