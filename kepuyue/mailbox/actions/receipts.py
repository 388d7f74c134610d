"""What the sender of a report is told: what was understood, what went into the draft, what is missing still.

Only a person who files for the letter's unit is answered, at the address of the account, and never a machine; so a
forged sender learns nothing and two machines do not talk for ever (RFC 3834).
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.time import now
from kepuyue.mailbox import presentation
from kepuyue.mailbox.models import Letter, Match
from kepuyue.mailbox.understanding import SURE
from kepuyue.messaging import wording as messages
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import notices
from kepuyue.summaries import measuring, queries
from kepuyue.summaries.actions import filling
from kepuyue.summaries.actions.filing import problems_of
from kepuyue.summaries.deadlines import days_of, written
from kepuyue.summaries.figures import BY_KEY
from kepuyue.summaries.models import Summary

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

KIND = "letter.receipt"
MOST_A_DAY = 20  # receipts to one address within 24 hours; then the desk alone tells


@notices.in_city_language
def send(letter: Letter, *, to: "User | None") -> bool:
    """Post the receipt; False where there is nobody to answer."""
    if to is None or letter.is_automatic or letter.is_forged or letter.way != Letter.Way.MAIL:
        return False
    since = now() - timedelta(days=1)
    if Message.objects.filter(kind=KIND, to=to.email, created_at__gte=since).count() >= MOST_A_DAY:
        return False
    lines = list(_lines(letter))
    placed = [match for match in letter.matches.all() if match.state == Match.State.PLACED]
    link = (
        reverse("summaries:summary", args=[placed[0].activity.code])
        if len(placed) == 1
        else reverse("summaries:own")
    )
    # The body is whole already: values would be put in once more
    subject = messages.filled(_("总结邮件的回执：%(subject)s"), {"subject": letter.subject or letter.code})
    posted = outbox.post(
        kind=KIND, to=to.email, person=to, subject=subject, body="\n".join(lines), link=link,
        key=f"letter-receipt:{letter.code}:{letter.version}",
    )  # fmt: skip
    return posted is not None


def _lines(letter: Letter) -> Iterator[str]:
    yield _said(_("收到您的邮件“%(subject)s”，编号%(code)s。"), subject=letter.subject, code=letter.code)
    if letter.problem:
        yield _said("%(why)s", why=presentation.problem_shown(letter.problem))
    placed = [match for match in letter.matches.all() if match.state == Match.State.PLACED]
    closed = list(_closed(letter))
    yield from closed
    if not placed and not closed:
        yield _("还不能确定报的是哪项活动，已交给工作人员处理。活动名称写全，下次就能直接填入。")
    for match in placed:
        yield ""
        yield from _about(match)
    unread = [part for part in letter.parts.all() if part.problem]
    if unread:
        yield ""
        yield _("没有读取的附件：")
        for part in unread[:10]:
            yield _said("- %(name)s：%(why)s", name=part.place, why=presentation.problem_shown(part.problem))
    yield ""
    yield _("填入的都是草稿，没有报送。请打开核对，补齐以后再报送；您自己填过的内容不会被邮件改动。")


def _closed(letter: Letter) -> Iterator[str]:
    """Activities that are meant for sure, and why nothing can be filled in there at present."""
    for match in letter.matches.all():
        why = filling.why_not(getattr(match.activity, "activity_summary", None))
        if why and match.state == Match.State.PROPOSED and match.confidence >= SURE:
            yield _said("%(line)s", line=wording.labelled(match.activity.title, why))


def _about(match: Match) -> Iterator[str]:
    told = presentation.outcome_shown(match)
    yield _said(_("活动：%(title)s"), title=match.activity.title)
    for figure in told["filled"]:
        yield "- " + wording.labelled(_("已填入"), figure)
    for figure in told["same"]:
        yield "- " + wording.labelled(_("与已有数字一致"), figure)
    for sentence in (*told["kept"], *told["clashing"]):
        yield f"- {sentence}"
    if told["has_words"]:
        yield _("- 文字已填入“几句话”。")
    if told["photos"]:
        yield _said(_("- 照片：%(n)s张已放进草稿，请写明谁拍的、画面中有谁。"), n=told["photos"])
    if told["photos_left"]:
        yield _said(_("- 照片：%(n)s张没有放进草稿，已经有了或超过张数。"), n=told["photos_left"])
    yield from _missing(match)


def _missing(match: Match) -> Iterator[str]:
    summary = queries.with_all(Summary.objects.filter(activity=match.activity_id)).get()
    draft = queries.draft_of(summary)
    if draft is None:
        return
    problems = problems_of(queries.lines_of(draft, measuring.measured(summary.activity)))
    for key, sentences in problems.items():
        yield _said(_("- 还缺：%(figure)s。%(why)s"), figure=BY_KEY[key].label, why=sentences[0])
    due = days_of(summary.activity.edition, summary.activity.organization).due
    if due is not None:
        yield _said(_("- 截止日期：%(day)s"), day=written(due))


def _said(sentence: str, **values: Any) -> str:
    """Our sentence with what people typed made harmless."""
    return messages.filled(sentence, values)
