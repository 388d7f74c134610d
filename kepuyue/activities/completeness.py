"""What an activity still lacks before it can be handed in, as one list for the form, its page and the action."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities import content as contents
from kepuyue.activities import safety
from kepuyue.activities.content import Content
from kepuyue.activities.models import Activity, BookingMode, Mode, Submission, Waiver
from kepuyue.core import wording
from kepuyue.editions.models import Edition


@dataclass(frozen=True)
class Gap:
    """Something that is missing; `blocks` tells whether it must be there before handing in."""

    field: str
    step: str
    why: Any
    blocks: bool = True
    head: Any = ""
    """Where several things lack at once: `why` without naming them, for a list of `items` below it."""
    items: tuple[Any, ...] = ()
    keys: tuple[str, ...] = ()
    """Under which keys of the field the items are written, in their order."""


def gaps(content: Content, edition: Edition) -> list[Gap]:
    """What the content still lacks: first what blocks handing in, then what a reader would miss."""
    found: list[Gap] = []

    def lacks(condition: object, field: str, step: str, why: str, blocks: bool = True) -> None:
        if condition:
            found.append(Gap(field, step, why, blocks))

    on_site = content["mode"] != Mode.ONLINE
    own_city = not content["city"]
    held = [session for session in content["sessions"] if not session["is_cancelled"]]
    lacks(not content["title"], "title", "basics", _("请填写活动名称。"))
    lacks(not (content["summary"] or content["description"]), "summary", "basics", _("请写一句话介绍。"))
    hosts = [unit for unit in content["participations"] if unit["role"] == "host"]
    lacks(not hosts, "participations", "units", _("请填写至少一个主办单位。"))
    chosen = {pair.partition(":")[0] for pair in content["terms"]}
    # All of them, so that who looks at many drafts can have them read once
    for taxonomy in edition.taxonomies.all():
        lacks(
            taxonomy.required and own_city and taxonomy.code not in chosen, f"terms_{taxonomy.code}", "classification",
            _("请选择“%(name)s”。") % {"name": taxonomy},
        )  # fmt: skip
    lacks(not held and not content["is_year_round"], "sessions", "sessions", _("请填写至少一个场次的时间。"))
    lacks(
        on_site and own_city and not content["district"], "district", "sessions",
        _("建议选择所属区，公众可以按区查找。"), blocks=False,
    )  # fmt: skip
    for number, session in enumerate(held, start=1):
        day = datetime.fromisoformat(session["starts_at"]).astimezone(edition.zone).date()
        lacks(
            not edition.holds(day), "sessions", "sessions",
            _("场次%(number)s在%(year)s年%(month)s月%(day)s日，不在本届时间内，请核对。")
            % {"number": number, "year": day.year, "month": day.month, "day": day.day}, blocks=False,
        )  # fmt: skip
        placeless = on_site and not (session["venue"] or session["place"])
        lacks(
            placeless, "sessions", "sessions",
            _("场次%(number)s还没有地点，公众会找不到。") % {"number": number}, blocks=False,
        )  # fmt: skip
    lacks(content["booking_mode"] == BookingMode.UNKNOWN, "booking_mode", "audience", _("请选择预约方式。"))
    lacks(
        content["booking_mode"] == BookingMode.EXTERNAL and not (content["booking_url"] or content["booking_note"]),
        "booking_url", "audience", _("选择了由主办方渠道预约，请填写预约网址或说明。"),
    )  # fmt: skip
    lacks(not content["content_lead"], "content_lead", "responsibility", _("请填写内容负责人。"))
    if on_site:
        found += _safety_gaps(content, edition, held)
    lacks(not content["contact_name"], "contact_name", "contact", _("请填写联系人。"))
    lacks(not content["contact_phone"], "contact_phone", "contact", _("请填写联系电话（不对公众显示）。"))
    return sorted(found, key=lambda gap: not gap.blocks)


def _safety_gaps(content: Content, edition: Edition, held: list[Content]) -> list[Gap]:
    """How much is asked grows with the expected crowd (bands of the policy); a session may have its own."""
    found: list[Gap] = []

    def lacks(condition: object, field: str, why: str, blocks: bool = True) -> None:
        if condition:
            found.append(Gap(field, "responsibility", why, blocks))

    lacks(content["expected_crowd"] is None, "expected_crowd", _("请填写预计单场人数。"))
    for field, why in (
        ("emergency_contact", _("线下活动请填写现场安全负责人及电话。")),
        ("safety_plan", _("线下活动请填写安全预案要点。")),
    ):
        every_session_has_its_own = bool(held) and all(session.get(field) for session in held)
        lacks(not content[field] and not every_session_has_its_own, field, why)
    written = content.get("safety_items") or {}
    asked = safety.items_asked(content, edition)
    if asked == safety.POINTS and len(content["safety_plan"]) >= safety.TOLD_AT_LENGTH:
        asked = ()
    missing = {code: safety.ITEMS[code] for code in asked if not written.get(code)}
    if missing:
        # Some hold lists themselves
        told = {"items": wording.clauses(missing.values()), "n": safety.TOLD_AT_LENGTH}
        if asked == safety.POINTS:
            why = _("预计人数较多，安全预案还要写明：%(items)s；也可以都写进安全预案，不少于%(n)s字。") % told
        else:
            why = _("预计人数较多，安全预案还要写明：%(items)s。") % told
        head = ngettext(
            "预计人数较多，安全预案还要写明%(n)s点", "预计人数较多，安全预案还要写明%(n)s点", len(missing)
        ) % {"n": len(missing)}
        items, keys = tuple(missing.values()), tuple(missing)
        found.append(Gap("safety_items", "responsibility", why, head=head, items=items, keys=keys))
    if gate := safety.licence_gate(content, edition):
        found += _licence_gaps(gate)
    return found


def _licence_gaps(gate: safety.LicenceGate) -> list[Gap]:
    """The licence keeps nobody from handing in, only from publishing (docs/adr/0020)."""
    if gate.is_open:
        return []
    if gate.rests_on_exemption:
        why = _("选了免于许可的情形，请写明具体情况，审核人会核对。")
        return [Gap("licence_exempt_note", "responsibility", why)]
    day = wording.day_text(gate.apply_by, weekday=False) if gate.apply_by else ""
    named = {"police": gate.police, "day": day}
    if gate.is_late:
        why = _(
            "预计单场达到1000人，最迟%(day)s应向%(police)s申请安全许可，现在已过。取得许可前不能发布，请尽快与公安机关联系。"
        )
    elif day:
        why = _(
            "预计单场达到1000人，请在%(day)s前向%(police)s申请安全许可；可以先提交审核，填写文号后才能发布。"
        )
    else:
        why = _("预计单场达到1000人，须向%(police)s申请安全许可；可以先提交审核，填写文号后才能发布。")
    return [Gap("licence", "responsibility", why % named, blocks=False)]


def hindrances(activity: Activity, content: Content) -> list[Gap]:
    """What is missing, and whether it is late (an exception by the reviewing unit lifts that)."""
    found = gaps(content, activity.edition) + _unconfirmed(activity, content)
    if late := late_gap(activity, content):
        found.append(late)
    is_licensed = activity.published_at is not None and safety.licence_gate(content, activity.edition)
    if is_licensed and (changed := safety.licensed_facts_changed(contents.of(activity), content)):
        # It may be handed in; that it is not published under the old number is told beforehand
        found.append(Gap("licence", "responsibility", safety.told_of_licensed(changed), blocks=False))
    return sorted(found, key=lambda gap: not gap.blocks)


# Where a field is typed, for what was taken over and has to be confirmed
STEP_OF = {
    "basics": ("title", "title_en", "summary", "description"),
    "sessions": ("sessions",),
    "audience": ("audience_note", "admission_note", "booking_url", "booking_note"),
    "responsibility": ("speakers", "expected_crowd", "content_lead", "emergency_contact", "safety_plan"),
    "contact": ("contact_name", "contact_phone", "public_phone"),
}


def step_of(field: str) -> str:
    """The step in which such a field is confirmed."""
    return next(step for step, fields in STEP_OF.items() if field in fields)


def _unconfirmed(activity: Activity, content: Content) -> list[Gap]:
    """What was taken over from an earlier activity and may hold no longer; an emptied field asks nothing."""
    names = contents.labels()
    return [
        Gap(field, step_of(field), _("请核对上次的“%(field)s”，不变的打勾确认。") % {"field": names[field]})
        for field in activity.to_confirm
        if content.get(field) not in (None, "", [])
    ]


def late_gap(activity: Activity, content: Content) -> Gap | None:
    """That it is late, where it is: of a published activity only a speaker from abroad who is added is."""
    is_published = activity.published_at is not None
    if is_published and not safety.adds_overseas(contents.of(activity), content):
        return None
    lead = safety.lead_time(content, activity.edition)
    if lead is None or not lead.is_late:
        return None
    blocks = lead.blocks and not _waivers(activity).exists()
    named = {"days": lead.days, "day": wording.day_text(lead.due, weekday=False)}
    if lead.is_overseas and blocks:
        why = _(
            "有境外（含港澳台）主讲人的活动应提前%(days)s个工作日提交，最迟%(day)s。现在已过，请先请审核单位登记例外。"
        )
    elif blocks:
        why = _("活动应提前%(days)s个工作日提交，最迟%(day)s。现在已过，请先请审核单位登记例外。")
    else:
        why = _("活动应提前%(days)s个工作日提交，最迟%(day)s，现在已过，审核可能来不及。")
    return Gap("sessions", "sessions", why % named, blocks=blocks)


def _waivers(activity: Activity) -> QuerySet[Waiver]:
    """The exceptions that hold for what is handed in now: one ends with the text that was passed under it."""
    waivers = activity.waivers.all()
    passed = activity.submissions.filter(state=Submission.State.APPROVED).order_by("-closed_at").first()
    return waivers.filter(at__gt=passed.closed_at) if passed and passed.closed_at else waivers
