"""A moderator reads a question before anybody else does: lets it through, edits it, refuses it, merges it.

The trail says who decided what and when (未成年人网络保护条例 art. 36: every access to a minor's data is approved and
recorded), and never what was written: trails cannot be erased, a child's words must be (个人信息保护法 art. 47). Of an
edited text the trail holds a digest; the text itself stays in a column that no page shows, until the duty erases it.
"""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from kepuyue.cloud import privacy, workflow
from kepuyue.cloud.models import Question
from kepuyue.cloud.permissions import check_can_answer, check_can_moderate
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.versions import Conflict

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def release(question: Question, *, by: "User", version: int) -> Question:
    """Let it through as it stands: everybody sees it from now on."""
    question = _read(question, by, version)
    _move(question, "release", by)
    _record("question.release", question, by)
    return question


@transaction.atomic
def reword(question: Question, *, by: "User", version: int, text: str, nickname: str) -> Question:
    """Take out what leads to a person, or shorten. The first text is kept for a while and shown nowhere."""
    question = _read(question, by, version)
    safe, name = privacy.masked(text.strip()), privacy.masked(nickname.strip())
    if not safe.text:
        raise ValidationError(_("问题不能是空的；不适合公开的请选“不公开”。"), code="empty")
    before = (question.text, question.nickname)
    if before == (safe.text, name.text):
        return question
    question.original = question.original or f"{question.nickname}\n{question.text}"
    question.text, question.nickname = safe.text, name.text
    _move(question, "reword", by, is_decision=False)
    _record("question.reword", question, by, {"digest": [_digest(before), _digest((safe.text, name.text))]})
    return question


@transaction.atomic
def refuse(question: Question, *, by: "User", version: int, reason: str) -> Question:
    """It is not shown. The reason is read by the asker, with their code."""
    if not reason.strip():
        raise ValidationError(_("请写明原因，提问人凭提问码会看到。"), code="reason-missing")
    question = _read(question, by, version)
    question.reason = privacy.masked(reason.strip()).text[:200]
    _move(question, "refuse", by)
    # The question's own words could stand in the reason: the trail says that, not why
    _record("question.refuse", question, by)
    return question


@transaction.atomic
def reopen(question: Question, *, by: "User", version: int) -> Question:
    """It was refused by mistake and waits again."""
    question = _read(question, by, version)
    if not question.text:
        raise ValidationError(_("这条提问的内容已经清除，不能恢复。"), code="erased")
    question.reason = ""
    _move(question, "reopen", by, is_decision=False)
    _record("question.reopen", question, by)
    return question


@transaction.atomic
def merge(question: Question, *, by: "User", version: int, into: Question) -> Question:
    """The same was asked already: whoever asked is led to that one and its answer."""
    question = _read(question, by, version)
    target = (
        Question.objects.select_for_update(of=("self",)).filter(pk=into.pk, item=question.item_id).first()
    )
    if (
        target is None
        or target.pk == question.pk
        or target.state not in (Question.State.WAITING, Question.State.PUBLIC)
    ):
        raise ValidationError(_("请选同一个话题里等待审看或已公开的另一条提问。"), code="target")
    # Whoever was merged into this one follows it
    question.duplicates.update(merged_into=target)
    question.merged_into = target
    _move(question, "merge", by)
    _record("question.merge", question, by, {"merged_into": [None, target.pk]})
    return question


@transaction.atomic
def answer(question: Question, *, by: "User", version: int, text: str, answered_as: str = "") -> Question:
    """The unit answers a question that was let through; an empty text takes the answer back."""
    question = _held(question)
    check_can_answer(by, question)
    _check_version(question, version)
    is_new = not question.answer
    question.answer = text.strip()[:3000]
    question.answered_as = answered_as.strip()[:80] if question.answer else ""
    question.answered_at = now() if question.answer else None
    _move(question, "answer", by, is_decision=False)
    # The answer is the unit's own public text: the trail may say which it was
    _record("question.answer", question, by, {"answer": ["" if is_new else "…", question.answer]})
    return question


def _read(question: Question, by: "User", version: int) -> Question:
    question = _held(question)
    check_can_moderate(by, question)
    _check_version(question, version)
    return question


def _check_version(question: Question, version: int) -> None:
    if question.version != version:
        raise Conflict(question)


def _held(question: Question) -> Question:
    return (
        Question.objects.select_for_update(of=("self",))
        .select_related("item__organization")
        .get(pk=question.pk)
    )


def _move(question: Question, verb: str, by: "User", *, is_decision: bool = True) -> None:
    question.state = workflow.QUESTION.next_state(question.state, verb)
    if is_decision:
        question.decided_at, question.decided_by = now(), by
        # Whether it is one of a flood is of no use any more
        question.source, question.kept_from = "", timezone.now()
    question.version += 1
    question.save()


def _digest(words: tuple[str, str]) -> str:
    return salted_hmac("kepuyue.cloud.question.text", "\n".join(words), algorithm="sha256").hexdigest()


def _record(action: str, question: Question, by: "User", changes: dict[str, list[Any]] | None = None) -> None:
    audit.record(
        action, question, by=by, changes=changes, organization_path=question.item.organization.path,
        version=question.version,
    )  # fmt: skip
