"""A visitor says how it was."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.accounts.actions.tries import Bound, claim, counter
from kepuyue.activities.models import Session
from kepuyue.bookings import feedback
from kepuyue.bookings.models import Feedback
from kepuyue.core import audit
from kepuyue.core.time import now

if TYPE_CHECKING:
    from kepuyue.accounts.network import Origin

# A hall behind one address answers at once, then one in ten seconds
FROM_NETWORK = Bound(200, timedelta(seconds=10))


def answer(session: Session, answers: dict[int, int], *, mark: str, origin: "Origin") -> Feedback:
    """Keep an answer; a device that has answered keeps its first. `mark` is the browser's random mark.

    Raises `ValidationError` with what the person can do.
    """
    edition = session.activity.edition
    opens_at, closes_at = feedback.hours(session, edition)
    if session.is_cancelled or not opens_at <= now() <= closes_at:
        raise ValidationError(_("现在不能填写：活动开始以后到结束几天以内可以填。"))
    known = Feedback.objects.filter(session=session, device=feedback.device(mark, session.pk)).first()
    if known is not None:
        return known
    if not claim(counter(FROM_NETWORK, "feedback.network", origin.network)).is_granted:
        raise ValidationError(_("这个网络刚才填写得太多，请过几分钟再试。"))
    return _keep(session, answers, mark)


@transaction.atomic
def _keep(session: Session, answers: dict[int, int], mark: str) -> Feedback:
    kept, is_new = Feedback.objects.get_or_create(
        session=session,
        device=feedback.device(mark, session.pk),
        defaults={
            "day": session.activity.edition.today,
            "answers": {str(number): value for number, value in answers.items()},
        },
    )
    if is_new:
        # That it was given, and not by whom; what was said stands in the row alone
        audit.record("feedback.give", kept, by=None, is_quiet=True)
    return kept
