"""Units at the desk: the list, the tree, one unit, its facts, a new one below a superior."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kepuyue.accounts.request import SignedInRequest
from kepuyue.core.versions import Conflict
from kepuyue.organizations import forms, queries
from kepuyue.organizations.actions import invitations
from kepuyue.organizations.actions import units as unit_actions
from kepuyue.organizations.models import Invitation, Merger, Organization, Role
from kepuyue.organizations.permissions import (
    check,
    holds_anywhere,
    may,
    may_from_above,
    memberships,
    organizations_where,
    reach,
    roles_to_give,
    roles_to_invite,
)
from kepuyue.organizations.views.finding import sent, visible
from kepuyue.organizations.views.links import keep_link, take_link

MOST_IN_A_TREE = 400
SORTS = {"": "path", "name": "initials", "newest": "-created_at"}


@require_safe
def units(request: SignedInRequest) -> HttpResponse:
    """The units the person may see, found by name, other name, code or pinyin initials, and filtered."""
    seen = Organization.objects.filter(reach(request.user, "unit.see"))
    form = forms.UnitFilterForm(request.GET)
    chosen = form.chosen()
    rows = queries.found_by(seen, chosen["q"])
    for name in ("district", "type", "level"):
        if chosen[name]:
            rows = rows.filter(**{name: chosen[name]})
    counts = queries.state_counts(rows)
    rows = (
        rows.filter(state=chosen["state"])
        if chosen["state"]
        else rows.exclude(state=Organization.State.MERGED)
    )
    rows = rows.select_related("district", "parent").order_by(SORTS[chosen["sort"]], "pk")
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "form": form,
        "chosen": chosen,
        "tabs": _state_tabs(request, chosen["state"], counts),
        "may_create": holds_anywhere(request.user, "unit.create"),
    }
    return render(request, "organizations/units.html", context)


def _state_tabs(request: SignedInRequest, chosen: str, counts: dict[str, int]) -> list[dict[str, object]]:
    states = Organization.State
    standing = sum(count for state, count in counts.items() if state != states.MERGED)
    entries = [
        ("", _("全部"), standing),
        *((state.value, state.label, counts.get(state, 0)) for state in states),
    ]
    query = request.GET.copy()
    query.pop("page", None)
    tabs = []
    for code, label, count in entries:
        query["state"] = code
        if count or code in ("", chosen):
            tabs.append(
                {"label": label, "count": count, "current": code == chosen, "href": f"?{query.urlencode()}"}
            )
    return tabs


@require_safe
def tree(request: SignedInRequest) -> HttpResponse:
    """The branch as a tree: from the unit of `top`, or from the units that the person's own roles begin with."""
    seen = Organization.objects.standing().filter(reach(request.user, "unit.see"))
    if code := request.GET.get("top", ""):
        tops = [get_object_or_404(seen, code=code)]
    else:
        own = {m.organization for m in memberships(request.user)}
        roots = list(seen.filter(pk__in=[unit.pk for unit in own]).order_by("path"))
        tops = [unit for unit in roots if not any(unit != top and unit.is_within(top) for top in roots)]
    branches = [_branch(seen, top) for top in tops]
    above = seen.filter(pk__in=tops[0].path.strip("/").split("/")[:-1]).order_by("path") if code else []
    return render(request, "organizations/tree.html", {"branches": branches, "above": above})


def _branch(seen: "queries.QuerySet[Organization]", top: Organization) -> dict[str, object]:
    """The unit with what is below it: the whole branch where it is small, else its next level with counts."""
    below = seen.filter(path__startswith=top.path).exclude(pk=top.pk)
    total = below.count()
    if total > MOST_IN_A_TREE:
        below = below.filter(parent=top)
    sizes = dict(
        seen.filter(path__startswith=top.path).order_by().values_list("parent").annotate(Count("pk"))
    )  # children of each
    nodes: dict[int, dict[str, object]] = {
        top.pk: {"unit": top, "children": [], "size": sizes.get(top.pk, 0)}
    }
    for unit in below.select_related("parent").order_by("path"):
        node = {"unit": unit, "children": [], "size": sizes.get(unit.pk, 0)}
        nodes[unit.pk] = node
        holder = nodes.get(unit.parent_id or 0, nodes[top.pk])["children"]
        assert isinstance(holder, list)
        holder.append(node)
    return nodes[top.pk] | {"total": total}


@require_safe
def unit(request: SignedInRequest, code: str) -> HttpResponse:
    """One unit: its facts, its people, what is to be decided. A merged one leads to its survivor."""
    organization = visible(request, code)
    if organization.merged_into is not None and request.GET.get("trace") != "1":
        return redirect("organizations:unit", organization.merged_into.code)
    return render(request, "organizations/unit.html", unit_context(request, organization))


def unit_context(
    request: SignedInRequest, organization: Organization, form: forms.MemberForm | None = None
) -> dict[str, object]:
    """All that the unit's page shows, with what the person may do there."""
    user = request.user
    roles = roles_to_give(user, organization)
    pending = organization.state == Organization.State.PENDING
    can_confirm = pending and may(user, "unit.confirm", organization.parent or organization)
    above = {
        name: may_from_above(user, f"unit.{name}", organization)
        for name in ("close", "move", "merge", "appoint")
    }
    change = queries.waiting_change(organization)
    is_unit = organization.level == Organization.Level.UNIT
    sees_links = bool(roles_to_invite(user, organization))
    return {
        "organization": organization,
        "people": queries.members(organization),
        "names": organization.names.all(),
        "can_edit": may(user, "unit.edit", organization),
        "can_confirm": can_confirm,
        "near": queries.near_within(user, organization) if can_confirm else [],
        "can": above | {"move": above["move"] and is_unit, "merge": above["merge"]},
        "roles": roles,
        "form": form or forms.MemberForm(roles=roles),
        "change": change,
        "can_confirm_facts": may_from_above(user, "unit.confirm", organization),
        "refusal": forms.RefusalForm(),
        "can_invite": sees_links,
        "open_links": Invitation.objects.filter(organization=organization, revoked_at=None).count()
        if sees_links
        else 0,
        "mergers": Merger.objects.filter(Q(survivor=organization) | Q(merged=organization)).select_related(
            "merged", "survivor", "by"
        )
        if above["merge"]
        else [],
        "belongs": any(m.organization_id == organization.pk for m in memberships(user)),
        "has_owner": any(p.is_active for p in queries.people_of(organization, (Role.OWNER, Role.OFFICE))),
        "shows_liaison": may(user, "liaison.see", organization) and not is_unit,
        "fresh_link": take_link(request, organization),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: SignedInRequest) -> HttpResponse:
    """A superior makes a unit below itself and invites its first person, in one step."""
    parents = organizations_where(request.user, "unit.create").active().exclude(level=Organization.Level.UNIT)  # type: ignore[attr-defined]
    if not parents.exists():
        raise PermissionDenied(_("只有区科协、主管部门和市科协可以新建下级单位。"))
    form = forms.UnitCreationForm(sent(request), parents=parents)
    near: list[queries.Near] = []
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        near = queries.near_confirmed(typed["name"], typed["credit_code"])
        form.ask_whether_distinct(near)
        if form.is_valid():
            try:
                organization, link = invitations.create_and_invite(
                    unit=form.facts(), by=request.user, email=typed["email"], name=typed["person_name"]
                )
            except ValidationError as error:
                form.add_error(None, error)
            else:
                messages.success(request, _("已新建：%(unit)s") % {"unit": organization})
                keep_link(request, organization, link)
                return redirect("organizations:unit", organization.code)
    status = 422 if request.method == "POST" else 200
    return render(request, "organizations/unit_new.html", {"form": form, "near": near}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: SignedInRequest, code: str) -> HttpResponse:
    """The unit's own facts."""
    organization = visible(request, code)
    check(request.user, "unit.edit", organization)
    form = forms.UnitEditForm(request.POST or None, instance=organization)
    theirs: Organization | None = None
    if request.method == "POST" and form.is_valid():
        fresh = Organization.objects.get(pk=organization.pk)
        asks_again = fresh.state == Organization.State.REFUSED
        try:
            unit_actions.edit(fresh, form.cleaned_data, by=request.user, version=form.cleaned_data["version"])
        except Conflict as conflict:
            theirs = conflict.present
            form.add_error(None, conflict)
            # Saving once more, after reading, means it
            form.data = {**request.POST.dict(), "version": str(theirs.version)}
        except ValidationError as error:
            form.add_error(None, error)
        else:
            waits = queries.waiting_change(fresh)
            if asks_again:
                said = _("已保存，并再次请上级确认。")
            elif waits and waits.by_id == request.user.pk:
                said = _("已保存。名称、信用代码和类型要等上级确认，确认以前对外仍显示原来的。")
            else:
                said = _("已保存。")
            messages.success(request, said)
            return redirect("organizations:unit", code)
    status = 422 if request.method == "POST" else 200
    name = Organization.objects.get(pk=organization.pk).name
    context = {"form": form, "code": code, "name": name, "theirs": theirs}
    return render(request, "organizations/unit_edit.html", context, status=status)
