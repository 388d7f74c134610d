"""Sub-themes and plans: set by districts and departments, seen together by the office."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.models import User
from kepuyue.editions import overview, queries
from kepuyue.editions.actions import attachments, branches
from kepuyue.editions.forms import PlanForm, ReturnForm, SubThemeForm, differences_written
from kepuyue.editions.models import Edition, Plan
from kepuyue.editions.permissions import (
    can_manage,
    can_see_plan,
    check_can_manage,
    check_can_set_for,
    is_branch,
)
from kepuyue.editions.views.hub import BOTH
from kepuyue.editions.views.office import OfficeRequest, office_page, saved, shown, typed
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import may, organizations_where


@require_safe
@office_page
def plans(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """Sub-theme and plan of every district and department, who is late first."""
    rows = overview.branch_rows(edition)
    context = {
        "rows": rows,
        "due": queries.window(edition, "plan").due,
        "late": sum(row.is_late and not row.is_filed for row in rows),
        "open": sum(not row.is_filed for row in rows),
        "filed": sum(row.is_filed for row in rows),
    }
    return shown(request, "editions/plans.html", edition, _("分主题与方案"), **context)


@require_POST
@office_page
def reminders(request: OfficeRequest, edition: Edition) -> HttpResponse:
    """Remind all who have not filed, or the one that was named."""
    units = [row.organization for row in overview.branch_rows(edition) if not row.is_filed]
    if wanted := request.POST.get("unit"):
        units = [unit for unit in units if unit.code == wanted]
    sent = branches.remind(edition, units, by=request.user)
    if sent:
        text = ngettext("已提醒%(count)s人。", "已提醒%(count)s人。", sent) % {"count": sent}
        messages.success(request, text)
    else:
        messages.info(request, _("没有新的提醒：今天已经提醒过，或者这些单位还没有人员。"))
    return redirect("editions:plans", edition.code)


@require_safe
def own_plans(request: HttpRequest) -> HttpResponse:
    """The districts and departments that the person writes for."""
    user = cast(User, request.user)
    units = [unit for unit in organizations_where(user, "plan.edit") if is_branch(unit)]
    if not units:
        raise PermissionDenied(_("分主题和工作方案由各区和成员单位填写。"))
    current: Edition | None = request.edition  # type: ignore[attr-defined]
    if current is not None and len(units) == 1:
        return redirect("editions:plan", current.code, units[0].code)
    return render(request, "editions/own_plans.html", {"units": units})


@require_http_methods(BOTH)
def plan(request: HttpRequest, edition: str, unit: str) -> HttpResponse:
    """One unit's plan: written by its people, read and decided by the office."""
    user, this, found = _branch(request, edition, unit)
    plan = this.plans.filter(organization=found).first()
    writes = may(user, "plan.edit", found) and (plan is None or plan.state in ("draft", "returned"))
    form = PlanForm(*typed(request), plan=plan) if writes else None
    if request.method == "POST" and form is None:
        check_can_set_for(user, this, found)
        messages.warning(request, _("方案已经报送，要修改请先撤回。"))
        return redirect("editions:plan", this.code, found.code)

    def save(values: dict[str, Any], seen: str) -> None:
        assert form is not None
        written = branches.write_plan(
            this, found, values, by=user, seen=seen, file=form.cleaned_data.get("file"),
            without_file=bool(form.cleaned_data.get("without_file")),
        )  # fmt: skip
        if "file_now" in request.POST:
            try:
                branches.file_plan(written, by=user)
            except ValidationError as error:
                # What was typed is kept as a draft all the same
                messages.error(request, error.messages[0])

    if form is not None and saved(request, form, save, done=_("已保存。")):
        return redirect("editions:plan", this.code, found.code)
    status = 422 if form is not None and form.errors else 200
    return _plan_page(request, user, this, found, plan, form=form, status=status)


def _plan_page(
    request: HttpRequest, user: User, this: Edition, unit: Organization, plan: Plan | None, *,
    form: PlanForm | None = None, return_form: ReturnForm | None = None, moved: branches.Moved | None = None,
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    state = plan.state if plan else Plan.State.NOT_BEGUN
    context = {
        "form": form, "plan": plan, "unit": unit, "writes": form is not None,
        "window": queries.window(this, "plan", unit),
        "state": state, "state_label": Plan.State(state).label,
        "is_own": may(user, "plan.edit", unit), "decides": can_manage(user, this),
        "return_form": return_form or ReturnForm(), "this": this,
        "seen": branches.seen_of(plan) if plan else 0,
        "moved": moved.messages[0] if moved else "",
        "differences": differences_written(moved.differences) if moved else [],
        "sub_theme": this.sub_themes.filter(organization=unit).first(),
    }  # fmt: skip
    return render(request, "editions/plan.html", context, status=status)


@require_POST
def plan_decision(request: HttpRequest, edition: str, unit: str, verb: str) -> HttpResponse:
    """File, withdraw, accept or return a plan."""
    user, this, found = _branch(request, edition, unit)
    if verb in ("acceptance", "return"):
        check_can_manage(user, this)
    else:
        check_can_set_for(user, this, found)
    plan = get_object_or_404(this.plans, organization=found)
    done = {
        "filing": _("已报送，市里会收到消息。"), "withdrawal": _("已撤回，可以继续修改。"),
        "acceptance": _("已备案。"), "return": _("已退回，对方会收到您的意见。"),
    }  # fmt: skip
    remark, seen = request.POST.get("remark", "")[:1000], request.POST.get("seen", "")
    # A page that does not say what it showed has shown nothing
    seen_to = int(seen) if seen.isdecimal() and len(seen) < 19 else 0
    try:
        if verb == "return":
            branches.return_plan(plan, by=user, remark=remark, seen=seen_to)
        elif verb == "acceptance":
            branches.accept_plan(plan, by=user, seen=seen_to)
        elif verb == "filing":
            branches.file_plan(plan, by=user)
        else:
            branches.withdraw_plan(plan, by=user)
    except branches.Moved as moved:
        plan.refresh_from_db()
        kept = ReturnForm(initial={"remark": remark})
        return _plan_page(request, user, this, found, plan, return_form=kept, moved=moved, status=409)
    except ValidationError as error:
        messages.error(request, error.messages[0])
    else:
        messages.success(request, done[verb])
    return redirect("editions:plan", this.code, found.code)


@require_safe
def plan_file(request: HttpRequest, edition: str, unit: str) -> FileResponse:
    """The attached file, to save and never to be shown by the browser inside the site."""
    _user, this, found = _branch(request, edition, unit)
    plan = get_object_or_404(this.plans, organization=found)
    if not plan.file:
        raise Http404
    try:
        file = plan.file.open("rb")
    except FileNotFoundError as missing:
        raise Http404 from missing
    ending = str(plan.file.name).rpartition(".")[2]
    response = FileResponse(
        file,
        as_attachment=True,
        filename=attachments.plain_name(plan.file_name, ending),
        content_type=attachments.TYPES[ending],
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(BOTH)
def sub_theme(request: HttpRequest, edition: str, unit: str) -> HttpResponse:
    """A district's or department's sub-theme."""
    user, this, found = _branch(request, edition, unit)
    check_can_set_for(user, this, found)
    present = this.sub_themes.filter(organization=found).first()
    form = SubThemeForm(typed(request)[0], edition=this, level=found.level, found=present)
    if saved(
        request, form,
        lambda values, seen: branches.set_sub_theme(this, found, values, by=user, seen=seen),
    ):  # fmt: skip
        return redirect("editions:plan", this.code, found.code)
    context = {"form": form, "unit": found, "this": this}
    return render(request, "editions/sub_theme.html", context, status=422 if form.errors else 200)


def _branch(request: HttpRequest, edition: str, unit: str) -> tuple[User, Edition, Organization]:
    """The person, the edition and the unit of the address; not found where the person may not see its plan."""
    user = cast(User, request.user)
    this = get_object_or_404(Edition.objects.live().select_related("office"), code=edition)
    found = get_object_or_404(Organization, code=unit)
    if not is_branch(found) or not can_see_plan(user, this, found):
        raise Http404(_("没有找到这个单位的工作方案。"))
    return user, this, found
