"""The buttons of a broadcast: live, ended, and where the replay is."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kepuyue.cloud.actions import airing
from kepuyue.cloud.forms.items import ReplayForm
from kepuyue.cloud.views.finding import pressed
from kepuyue.cloud.views.items import get_seen
from kepuyue.editions.request import DeskRequest
from kepuyue.organizations.permissions import check


@require_POST
def live(request: DeskRequest, code: str) -> HttpResponse:
    """We are live."""
    return _press(request, code, airing.go_live, _("已显示为“正在直播”。"))


@require_POST
def ended(request: DeskRequest, code: str) -> HttpResponse:
    """It is over."""
    return _press(request, code, airing.end, _("已显示为结束。有回放的话请填写网址。"))


@require_POST
def replay(request: DeskRequest, code: str) -> HttpResponse:
    """Where the replay is."""
    form = ReplayForm(request.POST)

    def press(item: Any, *, by: Any) -> None:
        # What the form found wrong is said by the action in the same words
        url = form.cleaned_data["url"] if form.is_valid() else request.POST.get("url", "")
        airing.set_replay(item, by=by, url=url)

    return _press(request, code, press, _("回放网址已保存，公众可以看到。"))


def _press(request: DeskRequest, code: str, action: Any, done: str) -> HttpResponse:
    found = get_seen(request, code)
    check(request.user, "cloud.edit", found.organization)
    return pressed(request, lambda: action(found, by=request.user), done, to="cloud:item", args=[found.code])
