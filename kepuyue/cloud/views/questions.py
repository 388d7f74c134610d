"""The moderator's queue and one question, with what can be done about it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kepuyue.activities.reviewing.words import pieces
from kepuyue.cloud import queries
from kepuyue.cloud.actions import moderating
from kepuyue.cloud.forms.questions import AnswerForm, MergerForm, RefusalForm, WordingForm
from kepuyue.cloud.models import Question
from kepuyue.cloud.views.finding import check_takes_part, edition_of, pressed, tabs, version_sent
from kepuyue.core import audit
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import check, may

PAGE_SIZE = 30
State = Question.State
SHOWN = (
    ("waiting", (State.WAITING,)),
    ("answer", (State.PUBLIC,)),
    ("public", (State.PUBLIC,)),
    ("closed", (State.REFUSED, State.MERGED)),
)


@require_safe
def queue(request: DeskRequest) -> HttpResponse:
    """Questions that wait, oldest first; those without an answer; the rest by choice."""
    check_takes_part(request)
    edition = edition_of(request)
    seen = queries.questions_seen_by(request.user).filter(item__edition=edition)
    labels = {
        "waiting": _("等待审看"),
        "answer": _("等待回答"),
        "public": _("已公开"),
        "closed": _("不公开和合并"),
    }
    groups = {name: seen.filter(state__in=states) for name, states in SHOWN}
    groups["answer"] = groups["answer"].filter(answer="")
    counts = {name: rows.count() for name, rows in groups.items()}
    show = request.GET.get("show", "")
    if show not in groups:
        show = "waiting" if counts["waiting"] or not counts["answer"] else "answer"
    page = Paginator(groups[show].order_by("asked_at", "pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request, "questions", edition),
        "page": page,
        "rows": queries.read_by_moderator(page.object_list),
        "show": show,
        "chips": [
            {"label": label, "href": f"?show={name}", "on": show == name, "count": counts[name]}
            for name, label in labels.items()
        ],
    }
    return render(request, "cloud/questions.html", context)


def get_seen(request: DeskRequest, pk: int) -> Question:
    """The question, or 404 where the person may not know of it."""
    return get_object_or_404(queries.questions_seen_by(request.user), pk=pk)


@require_safe
def question(request: DeskRequest, pk: int) -> HttpResponse:
    """One question with the office's words marked in it, and what can be done."""
    return _page(request, get_seen(request, pk))


def _page(request: DeskRequest, found: Question, status: int = 200, **bound: Any) -> HttpResponse:
    unit = found.item.organization
    moderates, answers = may(request.user, "content.moderate", unit), may(request.user, "cloud.edit", unit)
    read = queries.read_by_moderator([found])[0]
    initial = {"version": found.version}
    is_open = found.state in (State.WAITING, State.PUBLIC)
    context = {
        "question": found,
        "read": read,
        "pieces": pieces(f"{found.nickname}\n{found.text}" if found.nickname else found.text, read.hits),
        "hints": [(hint.why, found.text[hint.start : hint.end]) for hint in read.hints],
        "moderates": moderates,
        "may_answer": answers and found.state == State.PUBLIC,
        "wording": WordingForm(
            auto_id="wording-%s", initial=initial | {"text": found.text, "nickname": found.nickname}
        ),
        "refusal": RefusalForm(auto_id="refusal-%s", initial=initial),
        "merger": MergerForm(question=found, auto_id="merger-%s", initial=initial | _likest(read))
        if is_open
        else None,
        "answering": AnswerForm(
            auto_id="answering-%s",
            initial=initial
            | {
                "text": found.answer,
                "answered_as": found.answered_as or (found.item.expert if not found.answer else ""),
            },
        ),
        "is_open": is_open,
        "trail": audit.trail(found)[:20],
    }
    return render(request, "cloud/question.html", context | bound, status=status)


def _likest(read: queries.Waiting) -> dict[str, Any]:
    return {"into": read.alike[0].pk} if read.alike else {}


@require_POST
def release(request: DeskRequest, pk: int) -> HttpResponse:
    """Let it through."""
    return _press(request, pk, moderating.release, _("已公开。"))


@require_POST
def reopen(request: DeskRequest, pk: int) -> HttpResponse:
    """Let it wait again."""
    return _press(request, pk, moderating.reopen, _("已放回等待审看。"))


def _press(request: DeskRequest, pk: int, action: Any, done: str) -> HttpResponse:
    found = get_seen(request, pk)
    return pressed(
        request,
        lambda: action(found, by=request.user, version=version_sent(request)),
        done,
        to="cloud:question",
        args=[pk],
    )


@require_POST
def reword(request: DeskRequest, pk: int) -> HttpResponse:
    """Take out what leads to a person."""
    return _form(request, pk, "wording", WordingForm, moderating.reword, _("文字已修改，原文不再显示。"))


@require_POST
def refuse(request: DeskRequest, pk: int) -> HttpResponse:
    """Do not show it."""
    return _form(
        request, pk, "refusal", RefusalForm, moderating.refuse, _("不公开，提问人凭提问码会看到原因。")
    )


@require_POST
def merge(request: DeskRequest, pk: int) -> HttpResponse:
    """It was asked already."""
    return _form(request, pk, "merger", MergerForm, moderating.merge, _("已合并，提问人会看到那一条的回答。"))


@require_POST
def answer(request: DeskRequest, pk: int) -> HttpResponse:
    """Answer it."""
    return _form(request, pk, "answering", AnswerForm, moderating.answer, _("回答已保存，公众可以看到。"))


def _form(request: DeskRequest, pk: int, name: str, kind: Any, action: Any, done: str) -> HttpResponse:
    """One of the forms of the page: what was typed stays on it where something is wrong."""
    found = get_seen(request, pk)
    check(request.user, "cloud.edit" if name == "answering" else "content.moderate", found.item.organization)
    more = {"question": found} if kind is MergerForm else {}
    form = kind(request.POST, auto_id=f"{name}-%s", **more)
    if form.is_valid():
        facts = {key: value for key, value in form.cleaned_data.items() if key != "version"}
        try:
            action(found, by=request.user, version=form.cleaned_data["version"] or 0, **facts)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, done)
            return redirect("cloud:question", pk)
    found.refresh_from_db(fields=["state", "version", "text", "nickname", "answer", "answered_as", "reason"])
    form.look_at(found.version)
    return _page(request, found, status=422, **{name: form})
