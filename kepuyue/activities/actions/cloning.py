"""An earlier activity held again: its text is taken over, its days are moved, and what may have changed is marked."""

import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid5

from django.db import transaction

from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting
from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.models import Activity, Origin
from kepuyue.activities.permissions import check_can_edit
from kepuyue.core import audit
from kepuyue.core.links import web_address
from kepuyue.editions.models import Edition, Mark, Term
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# Of last time and not of the activity: the licence and its papers, the sign-off, pictures and who may use them
LEFT_BEHIND: Content = {
    "pictures": [], "licence": "", "licence_papers": [], "licence_exempt": "", "licence_exempt_note": "",
    "content_signoff": "", "dates_as_written": "", "is_key": False,
}  # fmt: skip
# Days, people and how many come: right last time, to be confirmed before handing in
PASSING = (
    "sessions", "speakers", "expected_crowd", "content_lead", "emergency_contact", "contact_name", "contact_phone",
    "public_phone", "booking_url", "booking_note",
)  # fmt: skip
TEXTS = ("title", "title_en", "summary", "description", "audience_note", "admission_note", "safety_plan")
NAMES_A_DAY = re.compile(r"\d{4}\s*年|(?<!\d)20\d\d(?!\d)|\d+\s*月\s*\d+\s*[日号]|第.{1,4}届")


@transaction.atomic
def clone(source: Activity, *, edition: Edition, by: "User", token: UUID) -> Activity:
    """A new draft of the same unit in this edition, like `source`. The same form sent twice gives one draft."""
    check_can_edit(by, source)
    unit = Organization.objects.select_for_update().get(pk=source.organization_id)
    key = f"copy:{uuid5(token, source.code)}"
    known = Activity.objects.filter(edition=edition, organization=unit, outside_key=key).first()
    if known:
        return known
    content = _again(contents.of(source), source.edition, edition)
    made = drafting.create(
        edition=edition, organization=unit, by=by, content=content, origin=Origin.COPY, outside_key=key
    )
    made.to_confirm = to_confirm(content)
    made.save(update_fields=["to_confirm"])
    audit.record(
        "activity.clone", made, by=by, reason=source.code, organization_path=unit.path, version=made.version
    )
    return made


def to_confirm(content: Content) -> list[str]:
    """The fields that say something which may hold no longer, in the form's order."""
    texts = [name for name in TEXTS if NAMES_A_DAY.search(str(content.get(name) or ""))]
    passing = [name for name in PASSING if content.get(name) not in (None, "", [])]
    return [name for name in contents.FIELDS if name in texts or name in passing]


def _again(content: Content, old: Edition, new: Edition) -> Content:
    content = content | LEFT_BEHIND
    for name in ("title", "title_en"):
        content[name] = content[name].replace(str(old.year), str(new.year))
    offered = Term.objects.filter(taxonomy__edition=new, is_retired=False).select_related("taxonomy")
    pairs = {f"{term.taxonomy.code}:{term.code}" for term in offered}
    content["terms"] = [pair for pair in content["terms"] if pair in pairs]
    marks = set(Mark.objects.filter(edition=new).values_list("code", flat=True))
    content["marks"] = [code for code in content["marks"] if code in marks]
    held = [session for session in content["sessions"] if not session["is_cancelled"]]
    weeks = weeks_between([_day(session["starts_at"], old) for session in held], old, new)
    content["sessions"] = [_moved(session, weeks, old, new) for session in held]
    return content


def weeks_between(days: list[date], old: Edition, new: Edition) -> int:
    """By how many whole weeks days move, so that each keeps its weekday and as many as can lie in the new month.

    Of several that do equally well, the one nearest to the distance of the two months.
    """
    if old.pk == new.pk:
        return 0
    distance = (new.starts_on - old.starts_on).days / 7
    nearest = round(distance)

    def fits(weeks: int) -> tuple[int, float]:
        inside = sum(new.holds(day + timedelta(weeks=weeks)) for day in days)
        return inside, -abs(weeks - distance)

    return max(range(nearest - 2, nearest + 3), key=fits)


def _day(moment: str, edition: Edition) -> date:
    return datetime.fromisoformat(moment).astimezone(edition.zone).date()


def _moved(session: Content, weeks: int, old: Edition, new: Edition) -> Content:
    """The same clock time so many weeks later, as a session that is neither cancelled nor postponed."""

    def later(moment: str | None) -> str | None:
        if not moment:
            return None
        clock = datetime.fromisoformat(moment).astimezone(old.zone).replace(tzinfo=None)
        return iso_utc((clock + timedelta(weeks=weeks)).replace(tzinfo=new.zone))

    return session | {
        "id": None,
        "starts_at": later(session["starts_at"]),
        "ends_at": later(session["ends_at"]),
        "is_postponed": False,
        "is_full": False,
        # A row of former times may hold anything: what no form would take now is not copied
        "online_url": web_address(session["online_url"]),
    }
