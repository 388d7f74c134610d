"""Key activities at the desk: put forward, decided, exported for the national platform, their addresses noted back."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.activities.models import Activity
from kepuyue.core import audit, tables, wording
from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere, may
from kepuyue.publicity import key_activities, national_table
from kepuyue.publicity.actions import key_activities as deciding
from kepuyue.publicity.actions import posting
from kepuyue.publicity.desk import edition_of, pressed
from kepuyue.publicity.forms.national import AddressForm, DeclineForm
from kepuyue.publicity.permissions import can_decide, check_can_propose

# Who has the last word, for the unit that puts one forward
DECIDED_BY: dict[str, Any] = {
    "superior": gettext_lazy("推荐以后由上级单位认定；认定并发布以后，在全国科普日平台登记。"),
    "city": gettext_lazy("推荐以后由市级统筹单位认定；认定并发布以后，在全国科普日平台登记。"),
    "unit": gettext_lazy("打了勾就是重点活动；发布以后，在全国科普日平台登记。"),
}
A_PAGE = 30
FOUND = 12


@require_safe
def listing(request: DeskRequest) -> HttpResponse:
    """Every key activity of the person's units and branch by its state, with what is to be done about it."""
    return _listing(request)


def _listing(
    request: DeskRequest, *, refused: AddressForm | None = None, of: Activity | None = None
) -> HttpResponse:
    """The list; with `refused`, the form of activity `of` as it was sent, open and with what is wrong about it."""
    _check_concerned(request)
    edition = edition_of(request)
    seen = key_activities.seen_by(request.user)
    rows = key_activities.rows(seen, edition)
    show, word = request.GET.get("show", ""), request.GET.get("q", "").strip()[:60]
    groups = {code: [row for row in rows if row.state == code] for code in key_activities.STATES}
    oversees = holds_anywhere(request.user, "key.decide")
    context = {
        "edition": edition,
        "page": (page := Paginator(groups.get(show, rows), A_PAGE).get_page(
            _page_of(rows, of) if of else request.GET.get("page")
        )),
        "rows": [_shown(request, row, refused if row.activity == of else None) for row in page.object_list],
        "chips": [
            {"label": label, "href": f"?show={code}" if show != code else "?", "on": show == code,
             "count": len(groups[code])}
            for code, label in key_activities.STATES.items() if groups[code]
        ],
        "due": sum(row.is_due for row in rows),
        "listed": sum(row.state in key_activities.LISTED and row.state != "dropped" for row in rows),
        "total": len(rows),
        "oversees": oversees,
        "by_district": key_activities.by_district(rows) if oversees else [],
        "by_unit": key_activities.by_unit(rows)[:20] if oversees else [],
        "is_open": key_activities.is_open(edition),
        "opens_on": key_activities.opens_on(edition),
        "q": word,
        "found": [_offered(request, one) for one in _not_put_forward(seen, edition, word)] if word or not oversees
        else [],
    }  # fmt: skip
    return render(request, "publicity/key_activities.html", context, status=422 if refused else 200)


def _page_of(rows: list[key_activities.Row], of: Activity) -> int:
    return next((at // A_PAGE + 1 for at, row in enumerate(rows) if row.activity == of), 1)


def _check_concerned(request: DeskRequest) -> None:
    if not (holds_anywhere(request.user, "activity.edit") or holds_anywhere(request.user, "key.decide")):
        raise PermissionDenied(_("重点活动由填报单位推荐，由区科协、成员单位和市科协认定。"))


def _not_put_forward(seen: Any, edition: Edition, word: str) -> list[Activity]:
    """Activities that could be put forward or listed: by a word, for a unit also its latest."""
    found = seen.filter(edition=edition, city="", is_key=False, key_decision=None).exclude(
        state__in=key_activities.GONE
    )
    if word:
        found = found.filter(title__icontains=word) | found.filter(organization__name__icontains=word)
    rows = found.select_related("organization__parent", "edition__office").order_by("-pk").distinct()
    return list(rows[:FOUND])


def _shown(
    request: DeskRequest, row: key_activities.Row, refused: AddressForm | None = None
) -> dict[str, Any]:
    is_theirs = may(request.user, "activity.edit", row.activity.organization)
    decides = can_decide(request.user, row.activity)
    return {
        "row": row,
        "decides": decides and row.state in ("proposed", "declined", "waiting", "unposted"),
        "can_withdraw": is_theirs and row.state == "proposed",
        "can_ask_again": is_theirs and not decides and row.state == "declined",
        "refused": refused is not None,
        "form": refused
        or (
            AddressForm(
                initial={"address": row.entry.address if row.entry else ""}, auto_id=f"{row.activity.code}-%s"
            )
            if row.state in ("unposted", "changed", "off", "posted")
            else None
        ),
        "changed": wording.listed(row.changed),
    }


def _offered(request: DeskRequest, activity: Activity) -> dict[str, Any]:
    return {"activity": activity, "decides": can_decide(request.user, activity)}


@require_POST
def propose(request: DeskRequest, code: str) -> HttpResponse:
    """Put one forward."""
    found = _found(request, code)
    return _press(request, lambda: deciding.propose(found, by=request.user), _("已推荐为重点活动。"))


@require_POST
def withdraw(request: DeskRequest, code: str) -> HttpResponse:
    """Take it back before it is decided."""
    found = _found(request, code)
    return _press(request, lambda: deciding.withdraw(found, by=request.user), _("已收回推荐。"))


@require_POST
def enlist(request: DeskRequest, code: str) -> HttpResponse:
    """Make it a key activity."""
    found = _found(request, code)
    return _press(request, lambda: deciding.enlist(found, by=request.user), _("已列为重点活动。"))


@require_POST
def decline(request: DeskRequest, code: str) -> HttpResponse:
    """Decide that it is none."""
    found, form = _found(request, code), DeclineForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    return _press(
        request,
        lambda: deciding.decline(found, by=request.user, reason=reason),
        _("已告知单位，不列为重点活动。"),
    )


@require_POST
def note(request: DeskRequest, code: str) -> HttpResponse:
    """Keep where the platform shows it."""
    found = _found(request, code)
    form = AddressForm(request.POST, auto_id=f"{found.code}-%s")
    if form.is_valid():
        try:
            posting.note(found, by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("平台网址已记下。"))
            return redirect(f"{reverse('publicity:key-activities')}#key-{found.code}")
    if found.is_key or hasattr(found, "key_decision"):
        return _listing(request, refused=form, of=found)
    messages.warning(request, str(next(iter(form.errors.values()))[0]))
    return redirect("publicity:key-activities")


@require_POST
def remind(request: DeskRequest) -> HttpResponse:
    """Remind every unit of the branch that has something to do on the platform."""
    if not holds_anywhere(request.user, "key.decide"):
        raise PermissionDenied(_("提醒由区级科协、成员单位或市科协发出。"))
    edition = edition_of(request)
    branch = key_activities.overseen_by(request.user)
    told, nobody = posting.remind(key_activities.rows(branch, edition), edition, by=request.user)
    messages.success(
        request, ngettext("已提醒%(count)s家单位。", "已提醒%(count)s家单位。", told) % {"count": told}
    )
    if nobody:
        text = _("%(count)s家还没有人员，无法提醒，例如：%(names)s。请先在“单位”里添加人员。")
        names = wording.listed(unit.name for unit in nobody[:5])
        messages.warning(request, text % {"count": len(nobody), "names": names})
    return redirect("publicity:key-activities")


@require_safe
def export(request: DeskRequest) -> HttpResponse:
    """The table for the platform, of what is listed and public; from the edition's publicity date on."""
    _check_concerned(request)
    edition = edition_of(request)
    if not key_activities.is_open(edition):
        messages.warning(
            request,
            _("从%(day)s起可以导出。") % {"day": wording.day_text(key_activities.opens_on(edition))},
        )
        return redirect("publicity:key-activities")
    rows = key_activities.rows(key_activities.seen_by(request.user), edition)
    show = request.GET.get("show", "")
    wanted = {"due": key_activities.DUE}.get(show, ("unposted", "changed", "off", "posted"))
    head, lines = national_table.written(row.activity for row in rows if row.state in wanted)
    # It holds contacts: who took it is kept
    audit.record("key.export", edition, by=request.user, changes={"rows": [None, len(lines)]})
    answer = HttpResponse(
        tables.to_xlsx(national_table.SHEET, head, lines), content_type=tables.CONTENT_TYPES["xlsx"]
    )
    answer["Content-Disposition"] = f'attachment; filename="key-activities-{edition.code}.xlsx"'
    return answer


@require_safe
def of_activity(request: DeskRequest, code: str) -> HttpResponse:
    """For an activity's page at the desk: whether it is a key one, and on which days it is a highlight."""
    rows = key_activities.seen_by(request.user).filter(code=code).prefetch_related("highlights")
    found = rows.select_related("organization").distinct().first()
    context: dict[str, Any] = {"activity": found}
    if found is not None:
        row = _row_of(request, code)
        can_edit = may(request.user, "activity.edit", found.organization)
        is_open = can_edit and not found.city and found.state not in key_activities.GONE
        context |= {
            "row": row,
            "can_propose": is_open and row is None,
            "can_ask_again": is_open and row is not None and row.state == "declined",
            "days": [one.day for one in found.highlights.all()],
        }  # fmt: skip
    return render(request, "publicity/_of_activity.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def wish(request: DeskRequest, code: str) -> HttpResponse:
    """For an activity's form at the desk: a box by which its unit puts it forward, and what was decided."""
    theirs = key_activities.seen_by(request.user).filter(code=code, city="").distinct()
    found = get_object_or_404(theirs.select_related("organization__parent", "edition__office"))
    check_can_propose(request.user, found)
    refused = ""
    if request.method == "POST":
        try:
            found = deciding.state(found, is_put_forward="put_forward" in request.POST, by=request.user)
        except ValidationError as error:
            refused = error.messages[0]
    row = _row_of(request, code)
    context = {
        "activity": found,
        "row": row,
        "is_decided": row is not None and row.decision is not None,
        "is_gone": found.state in key_activities.GONE,
        "told": DECIDED_BY[found.edition.rules.key_activities.decided_by],
        "refused": refused,
    }
    return render(request, "publicity/_wish.html", context, status=409 if refused else 200)


def _row_of(request: DeskRequest, code: str) -> key_activities.Row | None:
    """The activity's state as a key one; None where it was never put forward."""
    found = national_table.with_all(key_activities.seen_by(request.user).filter(code=code)).first()
    if found is None or not (found.is_key or hasattr(found, "key_decision")):
        return None
    needs_decision = found.edition.rules.key_activities.decided_by != "unit"
    return key_activities.row_of(found, needs_decision=needs_decision)


def _found(request: DeskRequest, code: str) -> Activity:
    edition = edition_of(request)
    rows = key_activities.seen_by(request.user).select_related("organization__parent", "edition__office")
    return get_object_or_404(rows.distinct(), edition=edition, code=code)


def _press(request: DeskRequest, press: Any, done: str) -> HttpResponse:
    return pressed(request, reverse("publicity:key-activities"), press, done)
