"""What is missing for which purpose: the same facts serve the public page, the handbook, the licence, a recommendation.

Each fact is typed once; a purpose names those that it asks for. What keeps from handing in is decided by
`completeness` alone, the other purposes only tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.activities import completeness, safety
from kepuyue.activities.content import Content, labels
from kepuyue.activities.models import Activity, Admission, BookingMode, Mode, Venue

# Characters from which a text tells what was done and why it is worth recommending; the product's own choice
TOLD_AT_LENGTH = 100


@dataclass(frozen=True)
class Fact:
    """One fact that a purpose asks for; `step` and `field` say where it is typed ("pictures": a page of its own)."""

    field: str
    step: str
    text: Any
    is_there: bool


@dataclass(frozen=True)
class Meter:
    """How much of what one purpose asks for is there."""

    code: str
    label: Any
    facts: list[Fact]
    note: Any = ""

    @property
    def total(self) -> int:
        """How many facts are asked for."""
        return len(self.facts)

    @property
    def done(self) -> int:
        """How many of them are there."""
        return sum(fact.is_there for fact in self.facts)

    @property
    def missing(self) -> list[Fact]:
        """Those that are not there yet, in the form's order."""
        return [fact for fact in self.facts if not fact.is_there]


def meters(activity: Activity, content: Content, gaps: Iterable[completeness.Gap]) -> list[Meter]:
    """The four purposes; `gaps` are those of `completeness.hindrances` for this content."""
    return [
        Meter("publication", pgettext("purpose", "发布"), _publication(content, list(gaps))),
        Meter("handbook", pgettext("purpose", "编入活动手册"), _handbook(content)),
        _licence(activity, content),
        Meter("recommendation", pgettext("purpose", "推荐评优"), _recommendation(content)),
    ]


def _named(field: str, step: str, is_there: object) -> Fact:
    return Fact(field, step, labels().get(field, field), bool(is_there))


def _publication(content: Content, gaps: list[completeness.Gap]) -> list[Fact]:
    """What keeps from handing in or publishing, each in the words of the check."""
    missing = {gap.field: gap for gap in gaps if gap.blocks or gap.field == "licence"}
    asked = [("title", "basics"), ("summary", "basics"), ("participations", "units"), ("sessions", "sessions"),
             ("booking_mode", "audience"), ("content_lead", "responsibility")]  # fmt: skip
    if content["mode"] != Mode.ONLINE:
        asked += [(name, "responsibility") for name in ("expected_crowd", "emergency_contact", "safety_plan")]
    asked += [("contact_name", "contact"), ("contact_phone", "contact")]
    known = {field for field, _step in asked}
    asked += [(gap.field, gap.step) for gap in missing.values() if gap.field not in known]
    return [
        Fact(field, step, missing[field].why if field in missing else labels().get(field, field), field not in missing)
        for field, step in asked
    ]  # fmt: skip


def _handbook(content: Content) -> list[Fact]:
    """A line of the printed programme: what, when, where, for whom, how to come, whom to call."""
    held = [session for session in content["sessions"] if not session.get("is_cancelled")]
    on_site = content["mode"] != Mode.ONLINE
    audience = any(pair.startswith("audience:") for pair in content["terms"])
    facts = [
        _named("title", "basics", content["title"]),
        _named("summary", "basics", content["summary"]),
        _named("participations", "units", any(unit["role"] == "host" for unit in content["participations"])),
        _named("sessions", "sessions", held or content["is_year_round"]),
    ]
    if on_site:
        placed = held and all(one.get("venue") or one.get("place") for one in held)
        numbers = {one["venue"] for one in held if one.get("venue")}
        known = Venue.objects.filter(pk__in=numbers).exclude(address="").count() if numbers else 0
        facts += [
            Fact("sessions", "sessions", _("每一场的地点"), bool(placed)),
            Fact("venues", "venues", _("场地的地址"), bool(numbers) and known == len(numbers)),
            _named("district", "sessions", content["district"] or content["city"]),
        ]
    else:
        online = held and all(one.get("online_url") or one.get("note") for one in held)
        facts.append(Fact("sessions", "sessions", _("线上地址"), bool(online)))
    return [
        *facts,
        _named("audience_note", "audience", audience or content["audience_note"]),
        _named("admission", "audience", content["admission"] != Admission.UNKNOWN),
        _named("booking_mode", "audience", content["booking_mode"] != BookingMode.UNKNOWN),
        _named("public_phone", "contact", content["public_phone"]),
        _named("pictures", "pictures", content["pictures"]),
    ]


def _licence(activity: Activity, content: Content) -> Meter:
    """What the police asks for from so many people a session (decree 505, art. 6, 13)."""
    label, step = pgettext("purpose", "安全许可"), "responsibility"
    if content["mode"] == Mode.ONLINE:
        return Meter("licence", label, [], _("线上活动不需要。"))
    gate = safety.licence_gate(content, activity.edition)
    crowd = _named("expected_crowd", step, content["expected_crowd"] is not None)
    if gate is None:
        return Meter("licence", label, [crowd], _("人数没有达到要许可的规模。") if crowd.is_there else "")
    written = content.get("safety_items") or {}
    items = [
        Fact(f"safety_item_{code}", step, name, bool(written.get(code)))
        for code, name in safety.ITEMS.items()
    ]
    papers = [Fact("licence_papers", step, name, ready) for _code, name, ready in gate.papers]
    number = Fact("licence", step, _("许可文号"), gate.is_open)
    return Meter("licence", label, [crowd, *items, *([] if gate.exempt else papers), number])


def _recommendation(content: Content) -> list[Fact]:
    """What the recommendation forms of earlier years ask about the activity itself; results come afterwards."""
    pairs = content["terms"]
    return [
        _named("title", "basics", content["title"]),
        Fact(
            "description", "basics",
            _("活动介绍（%(count)s字以上）") % {"count": TOLD_AT_LENGTH},
            len(content["description"]) >= TOLD_AT_LENGTH,
        ),
        _named("participations", "units", content["participations"]),
        Fact("terms_content", "classification", _("活动内容分类"), any(p.startswith("content:") for p in pairs)),
        Fact("terms_audience", "classification", _("面向人群分类"), any(p.startswith("audience:") for p in pairs)),
        _named("expected_crowd", "responsibility", content["expected_crowd"] is not None),
        _named("content_lead", "responsibility", content["content_lead"]),
        _named("contact_phone", "contact", content["contact_name"] and content["contact_phone"]),
        Fact("pictures", "pictures", _("至少一张图片"), bool(content["pictures"])),
    ]  # fmt: skip
