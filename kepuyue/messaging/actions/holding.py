"""What the office does with the outbox: hold, release, send again; one transaction a message."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.messaging import kinds, workflow
from kepuyue.messaging.models import BouncedAddress, KindHold, Message

VERBS = ("hold", "release", "send_again")


@dataclass(frozen=True)
class Result:
    """What became of one of several messages; `error` is empty where it worked."""

    message: Message
    error: str = ""


def move(pks: Iterable[int], verb: str, *, by: Any) -> list[Result]:
    """Do one thing to several messages, each by itself; who may is asked by the room that shows the page."""
    if verb not in VERBS:
        raise ValueError(f"no such thing to do with a message: {verb}")
    results = []
    for pk in pks:
        message = Message.objects.filter(pk=pk).first()
        if message is None:
            continue
        try:
            results.append(Result(_move(message, verb, by=by)))
        except NotPossibleNow as error:
            results.append(Result(message, error.messages[0]))
    return results


@transaction.atomic
def _move(message: Message, verb: str, *, by: Any) -> Message:
    message = Message.objects.select_for_update().get(pk=message.pk)
    before = message.state
    if verb == "send_again" and message.cleared_at:
        raise NotPossibleNow(
            _("里面的链接发出后已经清除，不能重发。请让对方重新索取密码邮件，或由单位重新邀请。")
        )
    message.state = workflow.MESSAGE.next_state(message.state, verb)
    if verb in ("release", "send_again"):
        message.due_at, message.attempts, message.last_error = timezone.now(), 0, ""
    if verb == "send_again":
        # Whoever sends again has seen to the address
        message.sent_at = None
        BouncedAddress.objects.filter(address__iexact=message.to).delete()
    message.save(update_fields=["state", "due_at", "attempts", "last_error", "sent_at"])
    audit.record(f"messages.{verb}", message, by=by, changes={"state": [before, message.state]})
    return message


@transaction.atomic
def hold_kind(kind: str, *, by: Any, reason: str) -> KindHold:
    """Let everything of this kind wait from now on, what is still waiting included."""
    kinds.kind(kind)
    if not reason.strip():
        raise ValidationError(_("请写明为什么暂缓，同事会看到。"), code="reason-missing")
    if kind.startswith("account."):
        raise ValidationError(_("登录和密码邮件不能暂缓，否则有人登录不了。"), code="not-this-kind")
    hold, is_new = KindHold.objects.get_or_create(
        kind=kind, defaults={"by": by, "reason": reason.strip()[:200]}
    )
    if is_new:
        Message.objects.filter(kind=kind, state__in=(Message.State.WAITING, Message.State.DIGEST)).update(
            state=Message.State.HELD
        )
        audit.record("messages.hold_kind", hold, by=by, reason=reason.strip())
    return hold


@transaction.atomic
def release_kind(kind: str, *, by: Any) -> int:
    """Let a held kind go out again; returns how many messages leave now."""
    hold = KindHold.objects.select_for_update().filter(kind=kind).first()
    if hold is None:
        raise NotPossibleNow(_("这类消息没有暂缓，请刷新查看。"))
    audit.record("messages.release_kind", hold, by=by)
    hold.delete()
    return Message.objects.filter(kind=kind, state=Message.State.HELD).update(
        state=Message.State.WAITING, due_at=timezone.now()
    )
