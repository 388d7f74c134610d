"""What the expected crowd asks for: the safety plan, the police's licence, and by when.

Source: 大型群众性活动安全管理条例 (State Council decree 505, 2007). The numbers stand in the edition's policy.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Exemption
from kepuyue.core import wording
from kepuyue.core.time import today
from kepuyue.editions.models import Edition

# Art. 6: the nine items of the safety plan
ITEMS: dict[str, Any] = {
    "programme": _("时间、地点、内容和组织方式"),
    "staff": _("安全工作人员的数量、任务分配和识别标志"),
    "fire": _("场地消防安全措施"),
    "capacity": _("场地可容纳人数和预计参加人数"),
    "buffer": _("治安缓冲区域的设定和标识"),
    "entry": _("入场查验票证和安全检查措施"),
    "parking": _("车辆停放和疏导措施"),
    "flow": _("现场秩序维护和人员疏导措施"),
    "rescue": _("应急救援预案"),
}
# What a middle-sized session is asked for; the product's own choice of the nine
POINTS = ("staff", "flow", "rescue")
# Characters from which a plan in one text is taken to say these points too; the product's own choice
TOLD_AT_LENGTH = 30
# Art. 13: the four documents of the application
PAPERS: dict[str, Any] = {
    "legal": _("承办者合法成立的证明和安全责任人的身份证明"),
    "programme": _("活动方案及其说明；两个以上承办者的，附联合承办协议"),
    "plan": _("安全工作方案"),
    "venue": _("场地管理者同意提供场地的证明"),
}


def items_asked(content: dict[str, Any], edition: Edition) -> tuple[str, ...]:
    """Which of the nine items a safety plan for this crowd has to fill in."""
    asked = edition.rules.crowd.asks(content.get("expected_crowd"))
    return {"line": (), "points": POINTS, "nine": tuple(ITEMS)}[asked]


def first_day(content: dict[str, Any], edition: Edition) -> date | None:
    """The day of the first session that is held, in the edition's zone."""
    starts = [s["starts_at"] for s in content.get("sessions", []) if not s.get("is_cancelled")]
    return datetime.fromisoformat(min(starts)).astimezone(edition.zone).date() if starts else None


@dataclass(frozen=True)
class LicenceGate:
    """What stands between a session of 1,000 people or more and the public (art. 2, 11–13, 25)."""

    people: int
    apply_by: date | None
    """Art. 13: the application is filed 20 days before the first session; None: no session yet."""
    police: Any
    """Art. 12: who decides, by the expected crowd."""
    papers: list[tuple[str, Any, bool]]
    """Art. 13: (code, name, ready) of the four documents."""
    number: str
    exempt: str
    """A code of `Exemption` (art. 2, 25); empty: none is claimed."""
    exempt_note: str
    """The facts of the case in the unit's words."""

    @property
    def is_open(self) -> bool:
        """Whether nothing of this gate keeps the activity from the public."""
        return bool(self.number or (self.exempt and self.exempt_note))

    @property
    def rests_on_exemption(self) -> bool:
        """Whether only the unit's word that no licence is needed opens it, which a reviewer has to accept."""
        return bool(self.exempt and not self.number)

    @property
    def exempt_text(self) -> str:
        """The exemption as people read it: the case of the law, then the facts."""
        return (
            wording.clauses(filter(None, [Exemption(self.exempt).label, self.exempt_note]))
            if self.exempt
            else ""
        )

    @property
    def is_late(self) -> bool:
        """Whether the day for the application has passed without a number."""
        return not self.is_open and self.apply_by is not None and today() > self.apply_by


def licence_gate(content: dict[str, Any], edition: Edition) -> LicenceGate | None:
    """The licence that the content needs; None where fewer people are expected, or online only."""
    rules = edition.rules.crowd
    people = content.get("expected_crowd") or 0
    if content.get("mode") == "online" or not rules.needs_licence(people):
        return None
    day = first_day(content, edition)
    ready = content.get("licence_papers") or []
    claimed = content.get("licence_exempt") or ""
    return LicenceGate(
        people=people,
        apply_by=day - timedelta(days=rules.apply_days) if day else None,
        police=_("市公安局") if people >= rules.city_police_from else _("区公安分局"),
        papers=[(code, name, code in ready) for code, name in PAPERS.items()],
        number=content.get("licence") or "",
        exempt=claimed if claimed in Exemption.values else "",
        exempt_note=(content.get("licence_exempt_note") or "").strip(),
    )


# Art. 15: another place and a larger size need a new licence, whatever anybody thinks of it
LICENSED_ANEW = ("place", "size")


def told_of_licensed(changed: list[str]) -> str:
    """What was changed after licensing and what art. 15 asks for that, in one sentence."""
    names = {"time": _("时间"), "place": _("地点"), "size": _("规模"), "content": _("内容")}
    named = {"what": wording.listed(names[one] for one in changed)}
    if set(changed) & set(LICENSED_ANEW):
        told = _(
            "取得许可后改了%(what)s，须重新申请安全许可；填写新的文号后才能发布（《大型群众性活动安全管理条例》第十五条）。"
        )
    elif "time" in changed:
        told = _("取得许可后改了%(what)s，须公安机关同意（《大型群众性活动安全管理条例》第十五条）。")
    else:
        told = _(
            "取得许可后改了%(what)s；举办的内容有变的，须重新申请安全许可（《大型群众性活动安全管理条例》第十五条）。"
        )
    return str(told) % named


def notice_of_cancelling(licence: str) -> str:
    """What art. 15 asks of who cancels a licensed event; empty where there is no licence."""
    if not licence:
        return ""
    return str(_("这项活动办过安全许可，取消的要书面告知作出许可的公安机关（条例第十五条）。"))


def licensed_facts_changed(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """Art. 15: what was changed after licensing: "time" needs the police's consent, the others a new licence.

    Empty where there was no licence, or its number is another by now.
    """
    if not old.get("licence") or old.get("licence") != new.get("licence"):
        return []

    def added(*keys: str) -> set[str]:
        """What a session held now says and none did; one that is only cancelled is no other time or place."""
        facts = [
            {
                str([session.get(key) or "" for key in keys])
                for session in content.get("sessions", [])
                if not session.get("is_cancelled")
            }
            for content in (old, new)
        ]
        return facts[1] - facts[0]

    changed = []
    if added("starts_at", "ends_at"):
        changed.append("time")
    if added("venue", "place"):
        changed.append("place")
    if (new.get("expected_crowd") or 0) > (old.get("expected_crowd") or 0):
        changed.append("size")
    if (old.get("title"), old.get("description")) != (new.get("title"), new.get("description")):
        changed.append("content")
    return changed


@dataclass(frozen=True)
class LeadTime:
    """By when the content has to be handed in, in working days before its first session."""

    days: int
    due: date
    is_overseas: bool
    blocks: bool
    """Whether being late needs an exception by the reviewing unit (policy: block), or is only told (warn)."""

    @property
    def is_late(self) -> bool:
        """Whether the day has passed; the whole day itself still counts."""
        return today() > self.due


def lead_time(content: dict[str, Any], edition: Edition) -> LeadTime | None:
    """The lead time that holds for the content; None where none is asked or there is no session.

    Speakers from abroad and from Hong Kong, Macao or Taiwan need the longer one (domain notes (c): 10 working
    days and the foreign-affairs office).
    """
    rules = edition.rules
    day = first_day(content, edition)
    overseas = any(speaker.get("is_overseas") for speaker in content.get("speakers", []))
    days = rules.lead_times.overseas if overseas else rules.lead_times.ordinary
    if day is None or not days:
        return None
    late = rules.lead_times.overseas_late if overseas else rules.lead_times.ordinary_late
    return LeadTime(days, rules.calendar.working_days_before(day, days), overseas, late == "block")


def adds_overseas(old: dict[str, Any], new: dict[str, Any]) -> bool:
    """Whether the new content has a speaker from abroad, by name, whom the old one had not."""
    known = {one["name"] for one in old.get("speakers", []) if one["is_overseas"]}
    return any(one["is_overseas"] and one["name"] not in known for one in new.get("speakers", []))
