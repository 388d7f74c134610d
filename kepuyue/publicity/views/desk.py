"""What the desk's pages for the press share: the ways through them, a conflict written out."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import holds_anywhere


def tabs(request: DeskRequest, current: str) -> list[dict[str, Any]]:
    """The ways through publicity, as far as the person may go."""
    user = request.user
    reads = holds_anywhere(user, "coverage.record") or holds_anywhere(user, "coverage.confirm")
    ways = [
        ("stories", "stories", _("新闻稿"), holds_anywhere(user, "story.edit")),
        ("pictures", "pictures", _("媒体用图"), holds_anywhere(user, "press.clear")),
        ("coverage", "coverages", _("媒体报道"), reads),
    ]
    return [
        {"label": label, "href": reverse(f"publicity:{route}"), "current": name == current}
        for name, route, label, is_shown in ways
        if is_shown
    ]


def posted(request: DeskRequest) -> Any:
    """What was sent, an empty form included; None while a page is only looked at."""
    return request.POST if request.method == "POST" else None


def theirs_written_out(mine: Any, present: Any) -> list[tuple[str, str, str]]:
    """The fields in which what is saved differs from what the person typed: (label, theirs, yours)."""
    rows = []
    for name, field in mine.fields.items():
        if name in ("version", "token", "organization") or name not in present.fields:
            continue
        theirs, yours = _shown(present[name]), _shown(mine[name])
        if theirs != yours:
            rows.append((str(field.label), theirs, yours))
    return rows


def _shown(bound: Any) -> str:
    value = bound.value()
    if value in (None, "", [], False):
        return ""
    choices = {str(key): str(label) for key, label in getattr(bound.field, "choices", ())}
    values = value if isinstance(value, (list, tuple)) else [value]
    return wording.listed(choices.get(str(one), str(one)) for one in values)
