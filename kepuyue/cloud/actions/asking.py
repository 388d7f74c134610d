"""Somebody asks, looks after their question with its code, and takes it back. No account, no profile.

Who asks leaves nothing but the question. The code is made from the form's token and stays in the asker's browser;
the row holds its digest only. 个人信息保护法 art. 6 (no more than is needed), art. 15 and 47 (taking back and erasing);
未成年人网络保护条例 art. 34 (minors can look at and delete what they gave).
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from kepuyue.accounts.actions.tries import Bound, claim, counter
from kepuyue.cloud import privacy, telling, workflow
from kepuyue.cloud.models import CloudItem, Kind, Question
from kepuyue.cloud.receipts import code_of, receipt_of
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.network import Origin

# A school class behind one address asks at once, then one a minute (1,440 a day)
FROM_NETWORK = Bound(60, timedelta(minutes=1))
# Looking after questions: a code has 57 bits, the bound is against load
LOOKS_FROM_NETWORK = Bound(120, timedelta(seconds=2))
# Moderators are people: a topic with so many unread questions takes no more until some are read
MOST_WAITING = 300
SHORTEST, LONGEST = 4, 500


@dataclass(frozen=True)
class Asked:
    """The question, and the code that its asker keeps."""

    question: Question
    code: str


def ask(item: CloudItem, *, text: str, nickname: str, token: UUID, origin: "Origin") -> Asked:
    """Keep a question until a moderator has read it. Raises ValidationError with what the person can do.

    Whatever way it comes in, numbers and accounts are masked before the row is written.
    """
    code = code_of(token)
    if known := Question.objects.filter(token=token).first():
        return Asked(known, code)
    # Cut before it is searched: one sign too many is all that is needed to refuse it
    safe, name = privacy.masked(text.strip()[: LONGEST + 1]), privacy.masked(nickname.strip()[:60])
    if len(safe.text.replace(privacy.MASK, "").strip()) < SHORTEST:
        raise ValidationError(_("请把问题写完整一些，至少4个字。"), code="too-short")
    if len(safe.text) > LONGEST:
        raise ValidationError(_("问题最多500个字。"), code="too-long")
    if not claim(counter(FROM_NETWORK, "question.network", origin.network)).is_granted:
        raise ValidationError(_("这个网络提问太频繁了。您写的还在，请几分钟后再提交。"), code="too-often")
    with transaction.atomic():
        item = (
            CloudItem.objects.select_for_update(of=("self",)).select_related("organization").get(pk=item.pk)
        )
        if item.kind != Kind.TOPIC or not item.is_public:
            raise NotPossibleNow(_("这个话题现在不接受提问。"), code="not-possible-now")
        if item.ends_at is not None and item.ends_at <= now():
            raise NotPossibleNow(_("这个话题的提问已经结束，可以看已有的回答。"), code="not-possible-now")
        if item.questions.waiting().count() >= MOST_WAITING:
            raise ValidationError(
                _("提问太多，单位正在逐条审看。您写的还在，请过一天再提交。"), code="too-many"
            )
        try:
            with transaction.atomic():
                question = Question.objects.create(
                    item=item, token=token, receipt=receipt_of(code), text=safe.text, nickname=name.text[:20],
                    is_masked=bool(safe.kinds or name.kinds), source=_source(origin),
                )  # fmt: skip
        except IntegrityError:
            # The other of two clicks was quicker
            return Asked(Question.objects.get(token=token), code)
        audit.record("question.ask", question, by=None, organization_path=item.organization.path, version=1)
        telling.asked(question)
    return Asked(question, code)


@transaction.atomic
def take_back(code: str) -> Question | None:
    """The asker takes it back: its words are erased at once, and it shows no more. None where the code fits nothing."""
    question = (
        Question.objects.select_for_update(of=("self",))
        .select_related("item__organization")
        .filter(receipt=receipt_of(code))
        .first()
    )
    if question is None:
        return None
    if question.state == Question.State.WITHDRAWN:
        return question
    question.state = workflow.QUESTION.next_state(question.state, "take_back")
    question.text = question.nickname = question.original = question.source = question.answer = ""
    question.answered_as, question.answered_at, question.reason = "", None, ""
    question.decided_at = question.decided_at or now()
    question.version += 1
    question.save()
    audit.record(
        "question.take_back", question, by=None, organization_path=question.item.organization.path,
        version=question.version,
    )  # fmt: skip
    return question


def may_look(origin: "Origin") -> bool:
    """Whether a network may look after questions once more just now."""
    return claim(counter(LOOKS_FROM_NETWORK, "question.look", origin.network)).is_granted


def _source(origin: "Origin") -> str:
    """A digest of the network, so that a flood is seen as one; the address itself is kept nowhere."""
    return salted_hmac("kepuyue.cloud.question.source", origin.network, algorithm="sha256").hexdigest()
