"""Asking under a topic, and looking after one's own questions: open to all, without an account."""

from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.accounts import network
from kepuyue.cloud import queries
from kepuyue.cloud.actions import asking
from kepuyue.cloud.forms.questions import AskForm, CodesForm
from kepuyue.cloud.models import CloudItem, Kind
from kepuyue.core.links import whole
from kepuyue.programme.request import PublicRequest, public_form, public_press
from kepuyue.programme.views import cloud


@public_form
def ask(request: PublicRequest, code: str) -> HttpResponse:
    """Take a question; nothing of it is seen by others before a moderator has read it."""
    found = cloud.find(request, code)
    if not isinstance(found, CloudItem):
        return found
    if request.method != "POST" or found.kind != Kind.TOPIC:
        return redirect("programme:cloud-item", found.code)
    form = AskForm(request.POST)
    if form.is_by_a_program:
        # A program is told what a person is told, and nothing was kept
        return redirect("programme:cloud-item", found.code)
    if form.is_valid():
        try:
            asked = asking.ask(
                found,
                text=form.cleaned_data["text"],
                nickname=form.cleaned_data["nickname"],
                token=form.cleaned_data["token"],
                origin=network.origin(request),
            )
        except ValidationError as error:
            form.add_error("text", error)
        else:
            return _never_kept(
                render(
                    request,
                    "programme/asked.html",
                    {
                        "item": found,
                        "code": asked.code,
                        "question": asked.question,
                        "canonical": _own_address(),
                    },
                )
            )
    return _never_kept(cloud.page(request, found, form=form, status=422))


@public_form
def mine(request: PublicRequest) -> HttpResponse:
    """The state of one's own questions, by the codes that the browser kept or that one types."""
    return _mine(request)


@public_press
def take_back(request: PublicRequest) -> HttpResponse:
    """Take one's own question back; its words are erased at once."""
    form = CodesForm(request.POST)
    code = next(iter(form.codes()), "")
    if not asking.may_look(network.origin(request)):
        return _mine(request, said=_("请求太频繁，请过一分钟再试。"), status=429)
    if not code or asking.take_back(code) is None:
        return _mine(request, said=_("没有找到这个提问码。请核对后再试。"), status=422)
    return _mine(request, said=_("已撤回，内容已经删除。"), taken_back=code)


def _mine(request: PublicRequest, *, said: str = "", taken_back: str = "", status: int = 200) -> HttpResponse:
    form = CodesForm(request.POST if request.method == "POST" else None)
    found: list[tuple[str, object]] = []
    if request.method == "POST" and not said:
        if not asking.may_look(network.origin(request)):
            said, status = _("请求太频繁，请过一分钟再试。"), 429
        else:
            found = list(queries.questions_by_codes(form.codes()))
            if not found:
                said = _("没有找到这个提问码。请核对后再试。")
    context = {
        # A code that was not found stays in its field, to be mended
        "form": form if said and not taken_back else CodesForm(),
        "found": found,
        "said": said,
        "said_tone": "info" if taken_back else "notice",
        "taken_back": taken_back,
        "canonical": _own_address(),
    }
    return _never_kept(render(request, "programme/my_questions.html", context, status=status))


def _own_address() -> str:
    return whole(reverse("programme:my-questions"))


def _never_kept(response: HttpResponse) -> HttpResponse:
    # A browser that several people use keeps no copy of what one of them asked
    response["Cache-Control"] = "no-store"
    return response
