"""The public pages of bases: the list for the month, and one page for each base's opening."""

from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kepuyue.activities.models import Activity
from kepuyue.core.time import today
from kepuyue.editions.models import Edition
from kepuyue.resources import presentation, queries
from kepuyue.resources.forms.openings import BaseFilterForm
from kepuyue.resources.timetable import promised, span_on, weekend_of


@require_safe
@login_not_required
def bases(request: HttpRequest) -> HttpResponse:
    """Bases with their opening in the month, by district; "open today" and "this weekend"."""
    edition: Edition | None = request.edition  # type: ignore[attr-defined]
    form = BaseFilterForm(request.GET)
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name, "") for name in ("district", "open")}
    day = today()
    entries = queries.base_entries(edition, day) if edition else []
    counts = {
        "today": sum(entry.opens_today for entry in entries),
        "weekend": sum(_opens_at_weekend(entry, day) for entry in entries),
    }
    if wanted["open"] == "today":
        entries = [entry for entry in entries if entry.opens_today]
    elif wanted["open"] == "weekend":
        entries = [entry for entry in entries if _opens_at_weekend(entry, day)]
    if wanted["district"]:
        entries = [
            e
            for e in entries
            if e.organization.district and e.organization.district.code == wanted["district"]
        ]
    groups: dict[str, list[queries.BaseEntry]] = {}
    for entry in entries:
        district = entry.organization.district
        groups.setdefault(district.name_for_reader if district else _("其他"), []).append(entry)
    chips = [
        {
            "label": label,
            "href": _address(wanted | {"open": "" if wanted["open"] == code else code}),
            "on": wanted["open"] == code,
            "count": counts[code],
        }
        for code, label in (("today", _("今天开放")), ("weekend", _("本周末开放")))
    ]
    context = {
        "groups": groups,
        "form": form,
        "chips": chips,
        "wanted": wanted,
        "day": day,
        "is_filtered": any(wanted.values()),
    }
    return render(request, "resources/bases.html", context)


def _opens_at_weekend(entry: queries.BaseEntry, day: date) -> bool:
    return any(span_on(entry.opening.public, one) for one in weekend_of(day) if one >= day)


def _address(wanted: dict[str, str]) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in wanted.items() if value)


@require_safe
@login_not_required
def base(request: HttpRequest, code: str) -> HttpResponse:
    """What one base offers in the month, its days, and its coming activities."""
    edition: Edition | None = request.edition  # type: ignore[attr-defined]
    if edition is None:
        raise Http404
    opening = get_object_or_404(queries.public_openings(edition), organization__code=code)
    content, unit, day = opening.public, opening.organization, today()
    promise = promised(content, edition.days)
    coming = (
        Activity.objects.of(edition)
        .published()
        .filter(organization=unit, sessions__starts_at__gte=edition.day_bounds(day)[0])
    )
    context = {
        "unit": unit,
        "opening": opening,
        "content": content,
        "rows": presentation.opening_rows(content),
        "promise": promise,
        "today_span": span_on(content, day),
        "day": day,
        "month": [
            {"day": one, "span": span_on(content, one), "is_today": one == day} for one in edition.days
        ],
        "activities": coming.distinct().order_by("pk").prefetch_related("notices")[:6],
    }
    return render(request, "resources/base.html", context)
