"""A broadcast as it happens: "we are live", "ended", and where the replay is. Each is one press, seen at once."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.cloud import addresses
from kepuyue.cloud.actions.items import locked
from kepuyue.cloud.models import Air, CloudItem, Kind
from kepuyue.cloud.permissions import check_can_edit
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# A slip of the finger on the day before must not send people to an empty page
EARLY = timedelta(hours=1)
LATE = timedelta(hours=24)


@transaction.atomic
def go_live(item: CloudItem, *, by: "User") -> CloudItem:
    """The picture is on: from an hour before its start to a day after it, also again after "ended"."""
    item = _broadcast(item, by)
    assert item.starts_at is not None
    at = now()
    if item.air(at) == Air.LIVE and item.on_air_at is not None:
        return item
    if not item.starts_at - EARLY <= at <= item.starts_at + LATE:
        raise NotPossibleNow(
            _("开播前1小时到开播后24小时之间才能按“开始直播”。时间不对请先修改节目。"),
            code="not-possible-now",
        )
    item.on_air_at, item.off_air_at = at, None
    return _keep(item, "cloud.live", by)


@transaction.atomic
def end(item: CloudItem, *, by: "User") -> CloudItem:
    """It is over."""
    item = _broadcast(item, by)
    if item.air(now()) != Air.LIVE:
        raise NotPossibleNow(_("现在不在直播，不用结束。"), code="not-possible-now")
    item.off_air_at = now()
    return _keep(item, "cloud.ended", by)


@transaction.atomic
def set_replay(item: CloudItem, *, by: "User", url: str) -> CloudItem:
    """Where the replay is. It shows at once where a reviewer or the operator knows the host; another needs reading.

    Known is the host of the approved address, and whatever may play inside a page.
    """
    item = _broadcast(item, by)
    url = url.strip()
    if url and (why := addresses.fault(url)):
        raise ValidationError(why, code="address")
    is_known = urlsplit(url).hostname == urlsplit(item.url).hostname or addresses.player(url) is not None
    if url and not is_known:
        raise ValidationError(
            _("回放在另一个网站（%(host)s）。请在“修改”里填写，审核后显示。")
            % {"host": addresses.host_of(url)},
            code="other-host",
        )
    if url == item.replay_url:
        return item
    changes: dict[str, list[Any]] = {"replay_url": [item.replay_url, url]}
    item.replay_url = url
    item.proposed.pop("replay_url", None)
    return _keep(item, "cloud.replay", by, changes)


def _broadcast(item: CloudItem, by: "User") -> CloudItem:
    item = locked(item)
    check_can_edit(by, item.organization)
    if item.kind != Kind.LIVE or not item.is_public:
        raise NotPossibleNow(_("只有已发布的直播可以这样操作。"), code="not-possible-now")
    return item


def _keep(item: CloudItem, action: str, by: "User", changes: dict[str, list[Any]] | None = None) -> CloudItem:
    # The version stays: somebody who writes a change meanwhile is not disturbed by it
    item.updated_at = now()
    item.save(update_fields=["on_air_at", "off_air_at", "replay_url", "proposed", "updated_at"])
    audit.record(
        action, item, by=by, changes=changes, organization_path=item.organization.path, version=item.version
    )
    return item
