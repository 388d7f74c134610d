"""What a superior does beside reviewing: exceptions, trusted units, sampling, takedowns and their register."""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.activities import forms, queries, safety
from kepuyue.activities.actions import licensing, takedown, trusting
from kepuyue.activities.models import Sampling, Takedown
from kepuyue.activities.permissions import (
    can_restore,
    check_can_restore,
    check_can_take_down,
    check_can_trust,
    check_can_waive,
)
from kepuyue.activities.views.acting import act
from kepuyue.activities.views.listing import get_visible
from kepuyue.core import tables
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import holds_anywhere, organizations_where
from kepuyue.organizations.queries import found_by

PAGE_SIZE = 30

# More units than one reads through are a reason to type another letter
UNITS_SHOWN = 12


def _check_oversees(request: DeskRequest) -> None:
    if not holds_anywhere(request.user, "review.decide"):
        raise PermissionDenied(_("只有审核人可以打开这一页。"))


@require_http_methods(["GET", "HEAD", "POST"])
def waiver(request: DeskRequest, code: str) -> HttpResponse:
    """Let an activity be handed in although its lead time is over."""
    activity = get_visible(request, code)
    check_can_waive(request.user, activity)
    lead = safety.lead_time(queries.working_content(activity), activity.edition)
    return act(
        request,
        form=forms.ReasonForm(request.POST or None),
        press=lambda typed: licensing.waive(activity, by=request.user, reason=typed["reason"]),
        title=_("登记迟报例外"),
        about=activity.title,
        text=_("应提前%(days)s个工作日提交。登记后单位可以提交，理由留在记录里。") % {"days": lead.days}
        if lead
        else _("这项活动现在没有时限要求。"),
        label=_("登记例外"),
        done=_("已登记例外，单位会收到通知。"),
        back=reverse("activities:detail", args=[code]),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def take_down(request: DeskRequest, code: str) -> HttpResponse:
    """Take a published activity away from the public, at once."""
    activity = get_visible(request, code)
    check_can_take_down(request.user, activity)
    return act(
        request,
        form=forms.TakedownForm(request.POST or None),
        press=lambda typed: takedown.take_down(activity, by=request.user, **typed),
        title=_("下架"),
        about=activity.title,
        text=_(
            "下架后公众立即看不到，列表、搜索和接口里也没有。依据：《科学技术普及法》第三十五条、第三十六条。更正后可以恢复。"
        ),
        label=_("立即下架"),
        done=_("已下架，单位会收到通知。"),
        back=reverse("activities:detail", args=[code]),
        is_grave=True,
    )


@require_http_methods(["GET", "HEAD", "POST"])
def restore(request: DeskRequest, pk: int) -> HttpResponse:
    """Put a taken-down activity back."""
    _check_oversees(request)
    found = get_object_or_404(queries.takedowns_for(request.user), pk=pk)
    check_can_restore(request.user, found)
    return act(
        request,
        form=forms.ReasonForm(request.POST or None),
        press=lambda typed: takedown.restore(found, by=request.user, reason=typed["reason"]),
        title=_("恢复"),
        about=found.activity.title,
        text=_("恢复后公众立即可以看到。理由留在下架登记里。"),
        label=_("确认恢复"),
        done=_("已恢复，单位会收到通知。"),
        back=reverse("activities:takedowns"),
    )


@require_safe
def takedowns(request: DeskRequest) -> HttpResponse:
    """The register of takedowns in the person's branch."""
    _check_oversees(request)
    page = Paginator(queries.takedowns_for(request.user), PAGE_SIZE).get_page(request.GET.get("page"))
    restorable = {one.pk for one in page if can_restore(request.user, one)}
    return render(request, "activities/takedowns.html", {"page": page, "restorable": restorable})


@require_safe
def takedowns_export(request: DeskRequest) -> HttpResponse:
    """The same register as a table for the office's files: CSV, or a workbook with `?form=xlsx`."""
    _check_oversees(request)
    form = "xlsx" if request.GET.get("form") == "xlsx" else "csv"
    head = (
        _("编号"), _("活动"), _("填报单位"), _("下架时间"), _("决定单位"), _("经办人"), _("依据"), _("线索来源"),
        _("事实和证据"), _("恢复时间"), _("恢复经办人"), _("恢复理由"),
    )  # fmt: skip
    rows = [_row(one) for one in queries.takedowns_for(request.user)]
    written = tables.to_xlsx(_("下架登记"), head, rows) if form == "xlsx" else tables.to_csv(head, rows)
    response = HttpResponse(written, content_type=tables.CONTENT_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="takedowns.{form}"'
    return response


def _row(one: Takedown) -> tuple[object, ...]:
    zone = one.activity.edition.zone
    return (
        one.activity.code, one.activity.title, one.activity.organization,
        f"{one.at.astimezone(zone):%F %R}", one.organization, one.by, one.get_ground_display(),
        one.source, one.evidence,
        f"{one.restored_at.astimezone(zone):%F %R}" if one.restored_at else "", one.restored_by,
        one.restore_reason,
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def trusts(request: DeskRequest) -> HttpResponse:
    """The trusted units of the branch, and one more."""
    _check_oversees(request)
    edition = request.edition
    units = (
        organizations_where(request.user, "review.decide")
        .filter(level=Organization.Level.UNIT, state=Organization.State.ACTIVE)
        .order_by("name")
    )
    word = request.GET.get("q", "").strip()[:60]
    code = request.POST.get("organization", "") or request.GET.get("unit", "")
    chosen = units.filter(code=code).select_related("parent").first()
    form = forms.TrustForm(
        request.POST or None, organizations=units, initial={"organization": chosen.code if chosen else ""}
    )
    found = list(found_by(units, word).select_related("parent")[: UNITS_SHOWN + 1]) if word else []
    context = {
        "trusts": queries.trusts_for(request.user, edition) if edition else [], "edition": edition,
        "chosen": chosen, "q": word, "found": found[:UNITS_SHOWN], "has_more": len(found) > UNITS_SHOWN,
    }  # fmt: skip
    if edition is None:
        return render(request, "activities/trusts.html", context)

    def press(typed: dict[str, object]) -> None:
        trusting.give(edition=edition, by=request.user, **typed)  # type: ignore[arg-type]

    return act(
        request,
        form=form,
        press=press,
        title=_("免审单位"),
        about="",
        text="",
        label=_("登记为免审单位"),
        done=_("已登记，单位会收到通知。"),
        back=reverse("activities:trusts"),
        extra=context | {"rules": edition.rules.fast_lane},
        template="activities/trusts.html",
    )


@require_http_methods(["GET", "HEAD", "POST"])
def trust_revocation(request: DeskRequest, pk: int) -> HttpResponse:
    """Trust a unit no more."""
    _check_oversees(request)
    if request.edition is None:
        raise PermissionDenied
    trust = get_object_or_404(queries.trusts_for(request.user, request.edition), pk=pk)
    check_can_trust(request.user, trust.organization)
    return act(
        request,
        form=forms.ReasonForm(request.POST or None),
        press=lambda typed: trusting.revoke(trust, by=request.user, reason=typed["reason"]),
        title=_("取消免审"),
        about=trust.organization.name,
        text=_("取消后这个单位提交的活动恢复逐级审核，已发布的不变。"),
        label=_("确认取消免审"),
        done=_("已取消，单位会收到通知。"),
        back=reverse("activities:trusts"),
        is_grave=True,
    )


@require_safe
def samplings(request: DeskRequest) -> HttpResponse:
    """What was drawn: what waits first, then what the unit has to correct, then the rest."""
    _check_oversees(request)
    rows = queries.samplings_for(request.user)
    waiting = rows.filter(state=Sampling.State.PENDING)
    page = Paginator(rows.exclude(state=Sampling.State.PENDING).order_by("-since"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    return render(request, "activities/samplings.html", {"waiting": waiting, "page": page})
