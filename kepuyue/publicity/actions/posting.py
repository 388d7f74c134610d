"""What the national platform shows: the address noted back, the units that have not posted yet reminded.

The units post there themselves (notice 四(三): each organizer publishes on the platform directly), or the office does
for them from the table; whoever did notes the address.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.core import audit
from kepuyue.core.links import web_address
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.permissions import check
from kepuyue.organizations.queries import people_of
from kepuyue.publicity import national_table
from kepuyue.publicity.key_activities import Row, is_open, row_of
from kepuyue.publicity.models import PlatformEntry
from kepuyue.publicity.permissions import check_can_note

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

LONGEST = 500  # characters of an address
SPEAKING = (Role.OWNER, Role.EDITOR, Role.OFFICE)


@transaction.atomic
def note(activity: Activity, *, by: "User", address: str, posted_on: date | None = None) -> PlatformEntry:
    """Keep where the platform shows a key activity, and that it shows what the activity says now.

    `posted_on` is a day in the edition's zone, today where it is not said. Noted again with the same address after a
    change: the platform was brought up to date. Raises `ValidationError`, `NotPossibleNow`.
    """
    Activity.objects.select_for_update().get(pk=activity.pk)
    activity = national_table.with_all(Activity.objects.filter(pk=activity.pk)).get()
    check_can_note(by, activity)
    _check_listed(activity)
    address = checked_address(address)
    today = activity.edition.today
    day = posted_on or today
    if day > today:
        raise ValidationError({"posted_on": _("平台发布日期不能在今天以后。")})
    entry = PlatformEntry.objects.filter(activity=activity).first()
    if entry is not None and posted_on is None and address == entry.address:
        day = entry.posted_on
    says = national_table.posted(activity)
    if entry is not None and (entry.address, entry.posted_on, entry.posted) == (address, day, says):
        return entry
    changes: dict[str, list[Any]] = {
        "address": [entry.address if entry else "", address],
        "posted_on": [str(entry.posted_on) if entry else None, str(day)],
    }
    if entry is not None and (told := national_table.differing(entry.posted, says)):
        changes["told"] = [None, told]
    facts = {"address": address, "posted_on": day, "posted": says, "noted_by": by, "noted_at": now()}
    new, _is_new = PlatformEntry.objects.update_or_create(activity=activity, defaults=facts)
    audit.record(
        "key.post", activity, by=by, changes=changes, organization_path=activity.organization.path,
        version=activity.version,
    )  # fmt: skip
    return new


def checked_address(text: str) -> str:
    """The address as it may become a link: http or https with a name. Raises `ValidationError` with why not."""
    address = web_address(text)
    if not address or len(address) > LONGEST:
        raise ValidationError({"address": _("网址写得不对，应以 http:// 或 https:// 开头。")})
    try:
        URLValidator(schemes=["http", "https"])(address)
    except ValidationError:
        raise ValidationError({"address": _("网址写得不对，应以 http:// 或 https:// 开头。")}) from None
    return address


def _check_listed(activity: Activity) -> None:
    needs_decision = activity.edition.rules.key_activities.decided_by != "unit"
    state = row_of(activity, needs_decision=needs_decision).state
    if not activity.is_key and not hasattr(activity, "key_decision"):
        raise NotPossibleNow(_("这项活动不是重点活动。"), code="not-key")
    if state in ("proposed", "declined"):
        raise NotPossibleNow(_("这项活动还没有认定为重点活动。"), code="not-listed")
    if state in ("waiting", "dropped"):
        raise NotPossibleNow(_("活动公开以后才能登记平台网址。"), code="not-public")
    if not is_open(activity.edition):
        raise NotPossibleNow(_("还没到对外发布的日子。"), code="too-early")


@transaction.atomic
def remind(rows: Iterable[Row], edition: Edition, *, by: "User") -> tuple[int, list[Organization]]:
    """Tell the units of rows with something to do on the platform, each once a day; returns how many units were told
    and which have nobody to tell."""
    due: dict[Organization, list[Activity]] = defaultdict(list)
    for row in rows:
        if row.is_due:
            due[row.activity.organization].append(row.activity)
    told, nobody = 0, []
    for unit, activities in due.items():
        check(by, "key.decide", unit)
        people = people_of(unit, SPEAKING)
        if not people:
            nobody.append(unit)
        elif _tell(unit, activities):
            told += 1
            audit.record("key.remind", unit, by=by, organization_path=unit.path)
    return told, nobody


@notices.in_city_language
def _tell(unit: Organization, activities: list[Activity]) -> int:
    return notices.tell(
        "key.news",
        people_of(unit, SPEAKING),
        subject=_("请在全国科普日平台登记重点活动：%(unit)s"),
        body=_(
            "%(unit)s有%(count)s项重点活动等着在全国科普日平台登记或更新，例如“%(title)s”。登记以后请把平台网址填回来。"
        ),
        values={"unit": unit.name, "count": len(activities), "title": activities[0].title},
        link=reverse("publicity:key-activities"),
        key=f"key-due:{unit.pk}:{timezone.localtime(now()).date()}",
    )
