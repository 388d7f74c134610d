"""Steps of a round, a candidate, a judge, an objection, an honor: each one form and one action, drawn alike.

`STEPS` is the table; `urls` makes an address of each. What an action refuses is shown at its field.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from kepuyue.documents.actions import drafting
from kepuyue.documents.models import IssuingOrgan
from kepuyue.editions.request import DeskRequest
from kepuyue.evaluation import forms, official, queries
from kepuyue.evaluation.actions import applying, freezing, honoring, judging, noticing, rounds
from kepuyue.evaluation.models import Candidate, Honor, Judge, Objection, Round
from kepuyue.evaluation.permissions import check_can_apply, check_can_recommend, check_can_sign, check_manages
from kepuyue.evaluation.views.desk import BOTH, edition_of, get_candidate, get_judge, get_managed


@dataclass(frozen=True)
class Step:
    """One thing that is done to what an address names."""

    title: Any
    button: Any
    done: Any
    form: Callable[[Any, Any], Any]
    "(data or None, subject): the form"
    press: Callable[[Any, dict[str, Any], Any], Any]
    "(subject, cleaned data, by): the action"
    subject: Callable[[DeskRequest, int], Any]
    "Fetches what it is done to, for those who may"
    back: Callable[[Any], str]
    text: Any = ""
    variant: str = "primary"


@require_http_methods(BOTH)
def step(request: DeskRequest, name: str, pk: int = 0) -> HttpResponse:
    """Show the form of a step, and press it."""
    this = STEPS[name]
    subject = this.subject(request, pk)
    form = this.form(request.POST if request.method == "POST" else None, subject)
    back = this.back(subject)
    if request.method == "POST" and form.is_valid():
        try:
            made = this.press(subject, form.cleaned_data, request.user)
        except ValidationError as error:
            take(form, error)
        else:
            messages.success(request, this.done)
            return redirect(this.back(made) if isinstance(made, Round) and not pk else back)
    context = {"step": this, "form": form, "subject": subject, "back": back, "key": f"{name}-{pk}"}
    return render(request, "evaluation/step.html", context, status=422 if form.errors else 200)


def take(form: Any, error: ValidationError) -> None:
    """Show what an action said at the fields that it names."""
    if hasattr(error, "error_dict"):
        for name, sentences in error.message_dict.items():
            form.add_error(name if name in form.fields else None, sentences)
    else:
        form.add_error(None, error)


def _plain(form: Any, **initial: Any) -> Callable[[Any, Any], Any]:
    return lambda data, _subject: form(data, initial=initial)


def _round(request: DeskRequest, pk: int) -> Round:
    return get_managed(request, pk)


def _edition(request: DeskRequest, _pk: int) -> Any:
    check_manages(request.user)
    return edition_of(request)


def _own(request: DeskRequest, pk: int) -> Candidate:
    candidate = get_candidate(request, pk)
    check_can_apply(request.user, candidate.organization)
    return candidate


def _signed(request: DeskRequest, pk: int) -> Candidate:
    candidate = get_candidate(request, pk)
    check_can_sign(request.user, candidate.organization)
    return candidate


def _above(request: DeskRequest, pk: int) -> Candidate:
    candidate = get_candidate(request, pk)
    if candidate.state == Candidate.State.RECOMMENDED:
        check_manages(request.user, candidate.round)
    else:
        check_can_recommend(request.user, candidate)
    return candidate


def _recommended(request: DeskRequest, pk: int) -> Candidate:
    candidate = get_candidate(request, pk)
    check_can_recommend(request.user, candidate)
    return candidate


def _decided(request: DeskRequest, pk: int) -> Candidate:
    candidate = get_candidate(request, pk)
    check_manages(request.user, candidate.round)
    return candidate


def _judge(request: DeskRequest, pk: int) -> Judge:
    check_manages(request.user)
    return get_object_or_404(Judge.objects.select_related("round__edition__office", "user"), pk=pk)


def _objection(request: DeskRequest, pk: int) -> Objection:
    check_manages(request.user)
    related = ("notice__round__edition__office", "candidate__organization", "candidate__activity")
    return get_object_or_404(Objection.objects.select_related(*related), pk=pk)


def _honor(request: DeskRequest, pk: int) -> Honor:
    check_manages(request.user)
    return get_object_or_404(Honor.objects.select_related("organization", "activity", "edition"), pk=pk)


def _to_round(subject: Any) -> str:
    round = subject if isinstance(subject, Round) else subject.round
    return reverse("evaluation:round", args=[round.pk])


def _to_candidate(subject: Any) -> str:
    return reverse("evaluation:candidate", args=[subject.pk])


def _to_honors(_subject: Any) -> str:
    return reverse("evaluation:desk-honors")


def _usual_recommendation(data: Any, candidate: Candidate) -> Any:
    return forms.OpinionForm(data, usual=candidate.round.edition.rules.evaluation.agreement)


def _tie_form(data: Any, round: Round) -> Any:
    numbers = [one.number for one in queries.board(round).ranked if one.outcome == "tied"]
    tied = (
        round.candidates.filter(number__in=numbers)
        .select_related("organization", "activity")
        .order_by("number")
    )
    return forms.TieForm(data, tied=tied)


def _decide_tie(round: Round, data: dict[str, Any], by: Any) -> Any:
    candidate = round.candidates.get(pk=data["candidate"])
    return freezing.decide_tie(candidate, is_chosen=data["is_chosen"], reason=data["reason"], by=by)


STEPS: dict[str, Step] = {
    "round-new": Step(
        _("新建评选"), _("建立"), _("已建立，规则按本届设置，可以再改。"), _plain(forms.RoundForm),
        lambda edition, data, by: rounds.create(edition, data["line"], name=data["name"], by=by), _edition,
        lambda subject: _to_round(subject) if isinstance(subject, Round) else reverse("evaluation:home"),
        _("优秀单位和优秀活动各评一次，规则取自本届设置。"),
    ),
    "opening": Step(
        _("开始申报推荐"), _("开始"), _("已开始申报推荐。"), _plain(forms.UntilForm),
        lambda round, data, by: rounds.open_applications(round, until=data["until"], by=by), _round, _to_round,
        _("各单位可以申报，上级单位推荐，市级审定。"),
    ),
    "scoring-start": Step(
        _("开始评分"), _("开始评分"), _("已开始评分，评分表已分给评委。"), _plain(forms.UntilForm),
        lambda round, data, by: rounds.begin_scoring(round, until=data["until"], by=by), _round, _to_round,
        _("参评对象随机编号，评委只看到编号。之后不能再申报。"),
    ),
    "tie": Step(
        _("裁定同分"), _("保存裁定"), _("已记录裁定。"), _tie_form, _decide_tie, _round, _to_round,
        _("同分而名额不够的，逐个写明谁入选、为什么；理由随名单保存。"),
    ),
    "freezing": Step(
        _("封存结果"), _("封存"), _("已封存。同样的数据在任何机器上都得出同样的名单。"), _plain(forms.NothingForm),
        lambda round, data, by: freezing.freeze(round, by=by), _round, _to_round,
        _("封存后评分和规则不再变动，可以下载封存的数据自行复核。"),
    ),
    "reopening": Step(
        _("重新开放评分"), _("重新开放"), _("已重新开放，原来封存的结果保留备查。"), _plain(forms.ReasonForm),
        lambda round, data, by: freezing.reopen(round, reason=data["reason"], by=by), _round, _to_round,
        variant="danger",
    ),
    "notice-new": Step(
        _("公示名单"), _("公示"), _("已公示。"), _plain(forms.NoticeForm),
        lambda round, data, by: noticing.publish(round, starts_on=data["starts_on"], contact=data["contact"], by=by),
        _round, _to_round, _("公示的工作日数按本届设置，放假和调休已经算在内。"),
    ),
    "announcement": Step(
        _("起草公示公文"), _("起草"), _("草稿已放在“公文”里，核对后印发。"),
        lambda data, round: forms.OrganForm(
            data, organs=IssuingOrgan.objects.filter(organization=round.edition.office)
        ),
        lambda round, data, by: drafting.begin(
            official.ANNOUNCEMENT, data["organ"], by=by, facts=official.announcement_facts(round)
        ),
        _round, _to_round, _("名单、日期和联系方式从这次评选带过来。"),
    ),
    "settlement": Step(
        _("确定名单"), _("确定"), _("名单已确定，荣誉已公开。"), _plain(forms.SettleForm),
        lambda round, data, by: noticing.settle(round, by=by, **data), _round, _to_round,
        _("公示期满、异议都有结论以后确定名单，荣誉显示在公众页面。"),
    ),
    "calling-off": Step(
        _("取消评选"), _("取消评选"), _("已取消。"), _plain(forms.ReasonForm),
        lambda round, data, by: rounds.call_off(round, reason=data["reason"], by=by), _round, _to_round,
        variant="danger",
    ),
    "departure": Step(
        _("评委退出"), _("记为退出"), _("已退出，没有提交的评分表已分给别的评委。"), _plain(forms.LeaveForm),
        lambda judge, data, by: judging.leave(judge, reason=data["reason"], voids=data["voids"], by=by), _judge,
        _to_round, variant="danger",
    ),
    "own-departure": Step(
        _("退出评委"), _("退出"), _("已退出。已经提交的评分照常计入。"), _plain(forms.ReasonForm),
        lambda judge, data, by: judging.leave(judge, reason=data["reason"], by=by), get_judge,
        lambda _judge: reverse("evaluation:home"), variant="danger",
    ),
    "application": Step(
        _("签署承诺并申报"), _("签署并申报"), _("已申报，等推荐单位推荐。"), _plain(forms.ApplyForm),
        lambda one, data, by: applying.apply(one, signs=data["signs"], by=by), _signed, _to_candidate,
    ),
    "withdrawal": Step(
        _("撤回申报"), _("撤回"), _("已撤回。"), _plain(forms.NothingForm),
        lambda one, data, by: applying.withdraw(one, by=by), _own, _to_candidate, variant="danger",
    ),
    "recommendation": Step(
        _("推荐"), _("同意推荐"), _("已推荐，等市级审定。"), _usual_recommendation,
        lambda one, data, by: applying.recommend(one, opinion=data["opinion"], by=by), _recommended, _to_candidate,
    ),
    "return": Step(
        _("退回申报"), _("退回修改"), _("已退回，单位会收到消息。"), _plain(forms.NoteForm),
        lambda one, data, by: applying.return_for_changes(one, note=data["note"], by=by), _above, _to_candidate,
        variant="danger",
    ),
    "admission": Step(
        _("审定参评"), _("同意参评"), _("已列入参评。"),
        lambda data, _one: forms.OpinionForm(data, usual=applying.ADMITTED),
        lambda one, data, by: applying.admit(one, opinion=data["opinion"], by=by), _decided, _to_candidate,
    ),
    "exclusion": Step(
        _("不参评"), _("列为不参评"), _("已列为不参评，单位会收到消息。"), _plain(forms.ReasonForm),
        lambda one, data, by: applying.exclude(one, reason=data["reason"], by=by), _decided, _to_candidate,
        variant="danger",
    ),
    "finding": Step(
        _("核查异议"), _("保存结论"), _("已保存结论。"), _plain(forms.FindingForm),
        lambda one, data, by: noticing.decide(one, upheld=data["upheld"], finding=data["finding"], by=by),
        _objection, lambda one: reverse("evaluation:round", args=[one.notice.round_id]),
    ),
    "honor": Step(
        _("登记上级授予的荣誉"), _("登记"), _("已登记，公众页面已显示。"), _plain(forms.HonorForm),
        lambda one, data, by: honoring.grant(one, by=by, **data), _decided, _to_candidate,
    ),
    "revocation": Step(
        _("撤销荣誉"), _("撤销"), _("已撤销，公众页面会显示撤销和原因。"), _plain(forms.ReasonForm),
        lambda one, data, by: honoring.revoke(one, reason=data["reason"], by=by), _honor, _to_honors,
        variant="danger",
    ),
    "breach": Step(
        _("登记违法违规记录"), _("登记"), _("已登记，在规定年限内不能参评。"), _plain(forms.BreachForm),
        lambda _edition, data, by: honoring.note_breach(by=by, **data), _edition, _to_honors,
        _("只登记有正式依据的情况。"),
    ),
}  # fmt: skip
