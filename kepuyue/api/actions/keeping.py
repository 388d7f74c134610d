"""The same key gets the same answer: what a request did and what it was answered are written together."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _

from kepuyue.api.models import KeptAnswer
from kepuyue.api.problems import Refused
from kepuyue.core import ciphers
from kepuyue.core.time import now
from kepuyue.partners.models import Token

KEPT = timedelta(hours=24)
HEADERS = ("ETag", "Location")
AGAIN = "Idempotency-Replayed"


def once(token: Token, key: str, asked: str, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work once for this key; asked again with the same, its answer is given again.

    `asked` is a digest of the request. Two at the same moment: the second waits for the first. Raises `Refused`
    where the key belongs to another request; an answer of 500 is not kept, nor is what it did.
    """
    of = {"token": token, "key_hash": hashlib.sha256(key.encode()).hexdigest()}
    with transaction.atomic():
        KeptAnswer.objects.filter(**of, at__lt=now() - KEPT).delete()
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(**of, asked_hash=asked, status=0, body="", at=now())
        except IntegrityError:
            return _again(KeptAnswer.objects.get(**of), asked)
        answer = work()
        kept.status, kept.content_type = answer.status_code, answer["Content-Type"]
        headers = {name: answer[name] for name in HEADERS if name in answer}
        kept.body = ciphers.encrypted(json.dumps({"body": answer.content.decode(), "headers": headers}))
        kept.save(update_fields=["status", "content_type", "body"])
    return answer


def _again(kept: KeptAnswer, asked: str) -> HttpResponse:
    if kept.asked_hash != asked:
        raise Refused(422, "key-reused", _("这个Idempotency-Key已经用在另一个请求上，请换一个。"))
    said = json.loads(ciphers.decrypted(kept.body))
    return HttpResponse(
        said["body"],
        status=kept.status,
        content_type=kept.content_type,
        headers=said["headers"] | {AGAIN: "true"},
    )


def forget() -> int:
    """Throw away what is older than a day; returns how many went."""
    return KeptAnswer.objects.filter(at__lt=now() - KEPT).delete()[0]
