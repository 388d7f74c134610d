"""Questions: nothing is seen before somebody read it, nothing leads to a person, and the asker can take it back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from kepuyue.accounts.models import Tries
from kepuyue.accounts.network import Origin
from kepuyue.activities.letters import normalized
from kepuyue.activities.models import SensitiveWord
from kepuyue.cloud import queries
from kepuyue.cloud.actions import asking, erasing, moderating
from kepuyue.cloud.models import CloudItem, Kind, Question
from kepuyue.cloud.receipts import code_of
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.messaging.models import Message
from tests.cast import Cast
from tests.factories import CloudItemFactory, QuestionFactory

pytestmark = pytest.mark.usefixtures("in_the_month")
SCHOOL = Origin(network="192.0.2.7", device="", browser="")
State = Question.State
WORDS = "黑洞会把太阳吃掉吗"


def topic(cast: Cast, **more: Any) -> CloudItem:
    return CloudItemFactory(
        edition=cast.edition, organization=cast.own_unit, **{"kind": Kind.TOPIC, "state": "published", **more}
    )


def ask(item: CloudItem, text: str = WORDS, **more: Any) -> asking.Asked:
    return asking.ask(item, **{"text": text, "nickname": "", "token": uuid4(), "origin": SCHOOL} | more)


def test_question_waits_for_a_moderator_who_is_told_without_its_words(cast: Cast) -> None:
    item = topic(cast)

    question = ask(item, nickname="爱星星").question

    assert question.state == State.WAITING
    assert list(queries.public_questions(item)) == []
    assert Message.objects.filter(person=cast.owner, kind="question.turn").count() == 1
    everywhere = [
        *Message.objects.values_list("subject", "body"),
        *AuditEvent.objects.values_list("subject_name", "reason", "changes"),
    ]
    assert WORDS not in str(everywhere) and "爱星星" not in str(everywhere)


def test_many_questions_of_an_hour_are_told_once(cast: Cast) -> None:
    item = topic(cast)

    ask(item)
    ask(item, "月亮为什么会变圆")

    assert Message.objects.filter(person=cast.owner, kind="question.turn").count() == 1


@pytest.mark.parametrize("person", ["owner", "moderator", "office"])
def test_moderator_of_the_unit_and_the_office_let_it_through(cast: Cast, person: str) -> None:
    item = topic(cast)
    question = ask(item).question

    question = moderating.release(question, by=getattr(cast, person), version=1)

    assert list(queries.public_questions(item)) == [question]


@pytest.mark.parametrize(
    "person", ["editor", "check_in", "colleague", "district_reviewer", "other_reviewer", "outsider"]
)
def test_nobody_else_decides_or_finds_it(cast: Cast, person: str) -> None:
    question = ask(topic(cast)).question
    user = getattr(cast, person)

    for act in (
        lambda: moderating.release(question, by=user, version=1),
        lambda: moderating.reword(question, by=user, version=1, text="改", nickname=""),
        lambda: moderating.refuse(question, by=user, version=1, reason="因为"),
        lambda: moderating.merge(question, by=user, version=1, into=question),
    ):
        with pytest.raises(PermissionDenied):
            act()
    assert list(queries.questions_seen_by(user)) == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("我的电话13800000000，黑洞是什么", "0000"),
        ("加vx:kepu9988问黑洞", "kepu9988"),
        ("发a.b@mail.example讲黑洞", "mail.example"),
    ],
)
def test_what_leads_to_a_person_never_reaches_the_database(cast: Cast, text: str, left: str) -> None:
    question = ask(topic(cast), text, nickname="qq12345678").question

    assert question.is_masked
    row = str(Question.objects.filter(pk=question.pk).values().get())
    assert left not in question.text and left not in row.replace(question.receipt, "").replace(
        question.source, ""
    )
    assert "12345678" not in question.nickname


def test_no_address_of_the_network_is_kept(cast: Cast) -> None:
    question = ask(topic(cast)).question

    assert SCHOOL.network not in str(Question.objects.filter(pk=question.pk).values().get())
    assert SCHOOL.network not in str(list(Tries.objects.values()))


@pytest.mark.parametrize("text", ["", "？", "13800000000", "a" * 501])
def test_what_is_no_question_is_refused_kindly(cast: Cast, text: str) -> None:
    with pytest.raises(ValidationError):
        ask(topic(cast), text)
    assert Question.objects.count() == 0


def test_form_sent_twice_is_one_question_with_one_code(cast: Cast) -> None:
    item, token = topic(cast), uuid4()

    first, second = ask(item, token=token), ask(item, token=token)

    assert (first.question, first.code) == (second.question, second.code)
    assert Question.objects.count() == 1


def test_topic_that_is_over_withdrawn_or_no_topic_takes_none(cast: Cast) -> None:
    over = topic(cast, starts_at=now() - timedelta(days=3), ends_at=now() - timedelta(days=1))
    for item in (
        over,
        topic(cast, state="withdrawn"),
        topic(cast, state="draft"),
        topic(cast, kind=Kind.VIDEO),
    ):
        with pytest.raises(NotPossibleNow):
            ask(item)


def test_flood_from_one_network_is_stopped_and_others_go_on(cast: Cast) -> None:
    item = topic(cast)
    for number in range(asking.FROM_NETWORK.burst):
        ask(item, f"第{number}个问题是什么")

    with pytest.raises(ValidationError) as refused:
        ask(item)
    ask(item, origin=Origin(network="198.51.100.9", device="", browser=""))

    assert refused.value.code == "too-often"


def test_topic_takes_no_more_than_people_can_read(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_WAITING", 2)
    item = topic(cast)
    QuestionFactory.create_batch(2, item=item)

    with pytest.raises(ValidationError) as refused:
        ask(item)

    assert refused.value.code == "too-many"


# What moderators do


def test_edited_text_replaces_the_first_which_is_kept_unseen(cast: Cast) -> None:
    item = topic(cast)
    question = ask(item, "我叫小明，在实验小学，黑洞是什么").question

    question = moderating.reword(question, by=cast.owner, version=1, text="黑洞是什么？", nickname="")
    question = moderating.release(question, by=cast.owner, version=question.version)

    assert queries.public_questions(item).get().text == "黑洞是什么？"
    assert "小明" in question.original
    assert "小明" not in str(list(AuditEvent.objects.values()))


def test_refused_question_is_not_shown_and_its_asker_reads_why(cast: Cast) -> None:
    item = topic(cast)
    asked = ask(item)

    moderating.refuse(asked.question, by=cast.owner, version=1, reason="和话题没有关系")

    ((code, found),) = queries.questions_by_codes([asked.code])
    assert (code, found.state, found.reason) == (asked.code, State.REFUSED, "和话题没有关系")
    assert list(queries.public_questions(item)) == []


def test_public_question_can_be_taken_off_again(cast: Cast) -> None:
    question = QuestionFactory(item=topic(cast), state="public")

    moderating.refuse(question, by=cast.owner, version=1, reason="有电话号码")

    assert list(queries.public_questions(question.item)) == []


def test_merged_question_leads_to_the_other_and_follows_it(cast: Cast) -> None:
    item = topic(cast)
    first, second, third = (QuestionFactory(item=item) for _number in range(3))

    moderating.merge(third, by=cast.owner, version=1, into=second)
    moderating.merge(second, by=cast.owner, version=1, into=first)

    third.refresh_from_db()
    assert (third.state, third.merged_into) == (State.MERGED, first)


def test_question_merges_only_into_another_open_one_of_its_topic(cast: Cast) -> None:
    question = QuestionFactory(item=topic(cast))
    targets = [
        question,
        QuestionFactory(item=topic(cast)),
        QuestionFactory(item=question.item, state="refused"),
    ]

    for into in targets:
        with pytest.raises(ValidationError):
            moderating.merge(question, by=cast.owner, version=1, into=into)


def test_two_moderators_do_not_decide_over_each_other(cast: Cast) -> None:
    question = QuestionFactory(item=topic(cast))
    moderating.release(question, by=cast.owner, version=1)

    with pytest.raises(Conflict):
        moderating.refuse(question, by=cast.office, version=1, reason="重复")


def test_unit_answers_what_is_public_and_nothing_else(cast: Cast) -> None:
    question = QuestionFactory(item=topic(cast))
    with pytest.raises(NotPossibleNow):
        moderating.answer(question, by=cast.editor, version=1, text="不会。")
    question = moderating.release(question, by=cast.owner, version=1)

    question = moderating.answer(
        question, by=cast.editor, version=question.version, text="不会。", answered_as="专家"
    )

    assert (question.answer, question.answered_as) == ("不会。", "专家")
    with pytest.raises(PermissionDenied):
        moderating.answer(question, by=cast.moderator, version=question.version, text="会。")


def test_moderator_sees_the_offices_words_likely_names_and_twins(cast: Cast) -> None:
    SensitiveWord.objects.create(edition=cast.edition, word="包治百病", normal=normalized("包治百病"))
    item = topic(cast)
    twin = QuestionFactory(item=item, text="磁铁真的能包治百病吗？")
    question = QuestionFactory(item=item, text="我叫王小明，磁铁真的能包 治 百病吗？")

    read = {one.question.pk: one for one in queries.read_by_moderator([twin, question])}

    assert [hit.word for hit in read[question.pk].hits] == ["包治百病"]
    assert [hint.why for hint in read[question.pk].hints] == ["可能是姓名"]
    assert read[question.pk].alike == [twin]


# The asker


def test_asker_takes_it_back_and_its_words_are_gone(cast: Cast) -> None:
    item = topic(cast)
    asked = ask(item, nickname="爱星星")
    question = moderating.release(asked.question, by=cast.owner, version=1)
    moderating.answer(question, by=cast.editor, version=question.version, text=f"你问：{WORDS}")

    asking.take_back(asked.code.lower())

    question.refresh_from_db()
    assert (question.state, question.text, question.nickname, question.answer, question.source) == (
        State.WITHDRAWN, "", "", "", "",
    )  # fmt: skip
    assert list(queries.public_questions(item)) == []


def test_codes_of_others_open_nothing(cast: Cast) -> None:
    ask(topic(cast))

    assert queries.questions_by_codes(["", "23456789BCDF", code_of(uuid4()), "'; --"]) == []
    assert asking.take_back("23456789BCDF") is None


# What is kept, and for how long


def test_traces_are_erased_after_the_days_that_are_set(cast: Cast, settings: Any) -> None:
    settings.QUESTION_TRACES_DAYS = 7
    item = topic(cast)
    old, young = (ask(item, f"第{number}个问题是什么").question for number in range(2))
    refused = QuestionFactory(item=item, state="refused", text="原来的话", nickname="某人")
    public = QuestionFactory(item=item, state="public", original="原来的话")
    before = timezone.now() - timedelta(days=7, minutes=1)
    Question.objects.filter(pk__in=[old.pk, refused.pk, public.pk]).update(kept_from=before)

    assert erasing.erase_traces() == 3

    for row in (old, young, refused, public):
        row.refresh_from_db()
    assert (old.source, old.text) == ("", "第0个问题是什么")
    assert young.source != ""
    assert (refused.text, refused.nickname) == ("", "")
    assert (public.original, public.text) == ("", "月亮为什么总是同一面对着我们？")
    assert erasing.erase_traces() == 0


def test_decided_question_keeps_no_trace_of_its_network(cast: Cast) -> None:
    question = moderating.release(ask(topic(cast)).question, by=cast.owner, version=1)

    assert question.source == ""
