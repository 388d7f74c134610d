"""Reads about activities; what a person may not see is not in the answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, Count, F, Min, Q, QuerySet, When
from django.utils.translation import gettext as _

from kepuyue.activities import content, safety, workflow
from kepuyue.activities.letters import title_key
from kepuyue.activities.models import (
    Activity,
    Picture,
    Review,
    Sampling,
    SignOff,
    Submission,
    Takedown,
    Trust,
    Venue,
)
from kepuyue.core import wording
from kepuyue.core.time import today
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import memberships, reach

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person


def public(edition: Edition) -> QuerySet[Activity]:
    """What the public may see of an edition."""
    return Activity.objects.of(edition).published()


def visible_to(user: "Person") -> QuerySet[Activity]:
    """What the person may open at the desk: own units' activities, those of the branch they oversee, and those
    that came to one of their units for review from elsewhere (by system instead of region)."""
    return Activity.objects.filter(
        reach(user, "activity.see", "organization__path") | Q(pk__in=_came_to_review(user).values("activity"))
    )


def _came_to_review(user: "Person") -> QuerySet[Submission]:
    decided = Review.objects.filter(reach(user, "review.decide", "organization__path"))
    return Submission.objects.filter(
        reach(user, "review.decide", "turn__path") | Q(pk__in=decided.values("submission"))
    )


def drafts_to_hand_in(user: "Person") -> QuerySet[Activity]:
    """What is not handed in yet and is the person's to hand in: of own units, also for whoever may change others'."""
    return Activity.objects.filter(
        reach(user, "activity.submit", "organization__path"), state__in=workflow.EDITABLE
    )


def editable_by(user: "Person") -> QuerySet[Activity]:
    """What the person may change."""
    return Activity.objects.filter(reach(user, "activity.edit", "organization__path"))


def for_desk(activities: QuerySet[Activity]) -> QuerySet[Activity]:
    """The same rows with what a desk list shows, in a fixed number of queries."""
    return activities.select_related("organization", "district").annotate(
        session_count=Count("sessions", filter=Q(sessions__is_cancelled=False)),
        first_start=Min("sessions__starts_at", filter=Q(sessions__is_cancelled=False)),
    )


def reviewable_by(user: "Person") -> QuerySet[Submission]:
    """All rounds of review in the person's branch, whosever turn it is, and those that came to it by system."""
    return Submission.objects.filter(
        reach(user, "review.decide", "activity__organization__path")
        | Q(pk__in=_came_to_review(user).values("pk"))
    ).select_related("activity__organization", "activity__edition", "activity__district", "turn")


def submission_under_way(activity: Activity) -> Submission | None:
    """The round that is being edited (a revision) or reviewed."""
    return activity.submissions.filter(state__in=(Submission.State.OPEN, Submission.State.PENDING)).first()


def revision_under_way(activity: Activity) -> Submission | None:
    """The change of a published activity that the public does not see yet: being edited, or reviewed."""
    found = submission_under_way(activity)
    return found if found and found.kind == Submission.Kind.REVISION else None


def working_content(activity: Activity) -> content.Content:
    """What the unit is editing: the revision under way where there is one, else the activity itself."""
    under_way = revision_under_way(activity)
    return dict(under_way.content) if under_way else content.of(activity)


def working_pictures(activity: Activity) -> list[Picture]:
    """The pictures of what the unit is editing, in their order."""
    known = {picture.pk: picture for picture in activity.pictures.all()}
    keys = working_content(activity).get("pictures", [])
    return [known[key] for key in keys if key in known]


def earlier_of(user: "Person", word: str = "", *, edition: Edition | None = None) -> QuerySet[Activity]:
    """Activities of the person's own units that can be held again, the latest edition first.

    Those of the edition that is being filled in come last: whoever copies looks for last year's.
    """
    units = [membership.organization_id for membership in memberships(user)]
    own = editable_by(user).filter(organization__in=units)
    if word:
        own = own.filter(title__icontains=word)
    is_present = Case(When(edition=edition, then=1), default=0)
    return (
        for_desk(own).select_related("edition").order_by(is_present, "-edition__year", "-updated_at", "-pk")
    )


def venues_of(activity: Activity) -> list[Venue]:
    """The venues of what the unit is editing, by name."""
    numbers = {one["venue"] for one in working_content(activity).get("sessions", []) if one.get("venue")}
    return list(Venue.objects.filter(pk__in=numbers).select_related("district").order_by("name"))


def venues_found(word: str) -> QuerySet[Venue]:
    """Places of the edition's own city whose name or address holds the word; those that begin with it first."""
    hit = Q(name__icontains=word) | Q(name_en__icontains=word) | Q(address__icontains=word)
    begins = Case(When(name__istartswith=word, then=0), default=1)
    return Venue.objects.filter(hit, city="").select_related("district").order_by(begins, "name")


def review_chain(activity: Activity, text: content.Content | None = None) -> list[Organization]:
    """The units that review the activity, first to last, by the edition's policy.

    A policy entry is a list of steps: "branch" is the nearest district or department above the unit (left out
    for an activity that the district or department itself registers), "office" the office. The entry of
    the activity's own term ("tier:main_venue") goes before "default" (notice 四(一); domain notes (c)).
    Where the policy names a system for the unit's type or the activity's term, the unit of that system takes
    the district's place: societies, universities and enterprises are reviewed by system and not by region. A
    unit that already stands below a department stays with it, which is a system too.

    `text` is what is handed in; without it the activity's own classification counts. A published activity that
    is to be classified otherwise goes the new way, and to the office where that had approved the old one.
    """
    own = sorted(f"{term.taxonomy.code}:{term.code}" for term in activity.terms.select_related("taxonomy"))
    terms = own if text is None else sorted(text["terms"])
    chain = _chain_for(activity, terms)
    if activity.published_at is not None and terms != own:
        known = {unit.pk for unit in chain}
        chain += [
            unit
            for unit in _chain_for(activity, own)
            if unit.level == Organization.Level.OFFICE and unit.pk not in known
        ]
    return chain


def _chain_for(activity: Activity, terms: list[str]) -> list[Organization]:
    rules = activity.edition.rules
    above = _ancestors(activity.organization)
    office = [unit for unit in above if unit.level == Organization.Level.OFFICE]
    branch = [
        unit
        for unit in above
        if unit.level in (Organization.Level.DISTRICT, Organization.Level.DEPARTMENT)
        and unit.pk != activity.organization_id
    ]
    by_region = not branch or branch[-1].level == Organization.Level.DISTRICT
    if by_region and (code := rules.system(terms, activity.organization.type)):
        system = Organization.objects.filter(code=code).select_related("merged_into").first()
        survivor = system and (system.merged_into or system)
        branch = [survivor] if survivor and survivor.pk != activity.organization_id else branch
    chain: list[Organization] = []
    for step in rules.steps(terms):
        for unit in branch[-1:] if step == "branch" else office[:1]:
            if unit not in chain:
                chain.append(unit)
    if not chain and activity.organization.level == Organization.Level.UNIT:
        # A unit right below the office, where the policy asks for the branch only: nothing of it is published unread
        return office[:1]
    return chain


def _ancestors(organization: Organization) -> list[Organization]:
    """The unit and those above it, the top first."""
    keys = [int(part) for part in organization.path.strip("/").split("/")]
    found = Organization.objects.in_bulk(keys)
    return [found[key] for key in keys]


@dataclass(frozen=True)
class Check:
    """One thing a reviewer should look at; `tone` is ok, notice or warn."""

    tone: str
    text: str
    field: str = ""


def review_checks(submission: Submission) -> list[Check]:
    """What can be seen without reading: dates, duplicates, licence, speakers, what is missing."""
    text, activity = submission.content, submission.activity
    edition = activity.edition
    checks: list[Check] = []
    held = [session for session in text["sessions"] if not session["is_cancelled"]]
    days = [datetime.fromisoformat(s["starts_at"]).astimezone(edition.zone).date() for s in held]
    if outside := sorted({day for day in days if not edition.holds(day)}):
        listed = wording.listed(wording.day_text(day, weekday=False) for day in outside[:5])
        checks.append(Check("warn", _("有场次不在本届时间内：%(days)s") % {"days": listed}, "sessions"))
    if days and max(days) < today():
        checks.append(Check("warn", _("所有场次的日期都已经过去。"), "sessions"))
    key = title_key(text["title"])
    same = Activity.objects.of(edition).filter(title_key=key, title=text["title"]).exclude(pk=activity.pk)
    for other in same.select_related("organization")[:3]:
        named = {"unit": other.organization, "code": other.code}
        checks.append(Check("warn", _("同名活动：%(unit)s（%(code)s）") % named, "title"))
    checks += _rule_checks(submission)
    if text["mode"] != "online" and not text["city"] and not text["district"]:
        checks.append(Check("notice", _("没有选择所属区，按区查找时不会出现。"), "district"))
    for number, session in enumerate(held, start=1):
        if text["mode"] != "online" and not (session["venue"] or session["place"]):
            checks.append(Check("notice", _("场次%(number)s没有地点。") % {"number": number}, "sessions"))
    return checks or [Check("ok", _("时间、重复和许可都没有发现问题。"))]


def changed_since_licensed(submission: Submission) -> list[str]:
    """What was changed under one licence number, see `safety.licensed_facts_changed` (decree 505, art. 15).

    Compared with what was approved last under this number, else with what was first handed in under it.
    """
    number = submission.content.get("licence")
    if not number or safety.licence_gate(submission.content, submission.activity.edition) is None:
        return []
    rounds = submission.activity.submissions.exclude(pk=submission.pk).order_by("pk")
    under_it = [one for one in rounds if one.content.get("licence") == number]
    approved = [one for one in under_it if one.state == Submission.State.APPROVED]
    before = [one.content for one in (*approved[-1:], *under_it[:1])] or [submission.base]
    return safety.licensed_facts_changed(before[0], submission.content)


# What a reviewer accepts expressly before it passes, by code
ACCEPTED = ("exemption", "licensed")


def to_accept(submission: Submission) -> dict[str, str]:
    """What a reviewer has to accept expressly, {code: sentence}; empty for an ordinary activity.

    ``exemption``: a large event without a licence (decree 505, art. 2, 25). ``licensed``: its time was changed,
    to which the police have to agree, or its text, of which a person has to judge whether it is what was
    licensed (art. 15).
    """
    found = {}
    gate = safety.licence_gate(submission.content, submission.activity.edition)
    if gate and gate.rests_on_exemption:
        found["exemption"] = _("免于安全许可的理由成立：%(why)s") % {"why": gate.exempt_text}
    if changed := set(changed_since_licensed(submission)) - set(safety.LICENSED_ANEW):
        found["licensed"] = (
            _("许可后改了时间，公安机关已经同意（条例第十五条）")
            if "time" in changed
            else _("许可后改了文字，举办的内容没有变，不需要重新许可（条例第十五条）")
        )
    return found


def _rule_checks(submission: Submission) -> list[Check]:
    """Licence, lead time, sign-off: what the edition's rules ask and a reviewer has to know."""
    text, activity = submission.content, submission.activity
    edition = activity.edition
    checks: list[Check] = []
    if gate := safety.licence_gate(text, edition):
        named = {
            "police": gate.police,
            "day": wording.day_text(gate.apply_by, weekday=False) if gate.apply_by else _("（还没有场次）"),
            "number": gate.number,
        }
        if gate.rests_on_exemption:
            sentence = _("预计单场1000人以上，没有许可。单位说明免于许可，是否成立要由您核对：%(why)s")
            checks.append(Check("warn", sentence % {"why": gate.exempt_text}, "licence_exempt"))
        elif gate.number:
            checks.append(
                Check("notice", _("预计单场1000人以上，许可文号%(number)s，请核对。") % named, "licence")
            )
        else:
            tone = "warn" if gate.is_late else "notice"
            sentence = _("预计单场1000人以上，还没有许可文号，暂不能发布。应在%(day)s前向%(police)s申请。")
            checks.append(Check(tone, sentence % named, "licence"))
    if changed := changed_since_licensed(submission):
        checks.append(Check("warn", safety.told_of_licensed(changed), "licence"))
    lead = safety.lead_time(text, edition)
    if any(speaker["is_overseas"] for speaker in text["speakers"]):
        checks.append(Check("notice", _("有境外主讲人，请核对是否已按规定报批。"), "speakers"))
    is_asked = submission.kind == Submission.Kind.NEW or safety.adds_overseas(submission.base, text)
    if lead and lead.is_late and is_asked:
        waiver = activity.waivers.select_related("organization").first()
        if waiver:
            sentence = _("提交晚于规定，%(unit)s已登记例外：%(reason)s") % {
                "unit": waiver.organization, "reason": waiver.reason,
            }  # fmt: skip
        else:
            sentence = _("提交晚于规定：应提前%(days)s个工作日。") % {"days": lead.days}
        checks.append(Check("notice", sentence, "sessions"))
    return checks


def valid_sign_off(activity: Activity, text: content.Content) -> SignOff | None:
    """The sign-off that holds for exactly this content."""
    return activity.sign_offs.filter(digest=content.digest(text)).first() if activity.pk else None


def trust_of(organization: Organization, edition: Edition) -> Trust | None:
    """The trust that holds for the unit today."""
    given = Trust.objects.filter(organization=organization, edition=edition, revoked_at__isnull=True)
    found = given.select_related("organization", "given_for").first()
    is_open = edition.rules.fast_lane.is_open
    return found if found and is_open and found.holds_on(today()) else None


def samplings_for(user: "Person") -> QuerySet[Sampling]:
    """What was drawn in the person's branch, or came to one of their units by system; the oldest first."""
    return Sampling.objects.filter(
        reach(user, "review.decide", "turn__path")
        | reach(user, "review.decide", "submission__activity__organization__path")
    ).select_related("submission__activity__organization", "submission__activity__edition", "turn", "by")


def trusts_for(user: "Person", edition: Edition) -> QuerySet[Trust]:
    """The trusted units of the person's branch, those that hold first."""
    return (
        Trust.objects.filter(reach(user, "review.decide", "organization__path"), edition=edition)
        .select_related("organization", "given_for", "given_by", "edition")
        .order_by(F("revoked_at").desc(nulls_first=True), "organization__name", "-pk")
    )


def takedowns_for(user: "Person") -> QuerySet[Takedown]:
    """The register of takedowns in the person's branch, the newest first."""
    return Takedown.objects.filter(
        reach(user, "review.decide", "activity__organization__path")
        | reach(user, "review.decide", "organization__path")
    ).select_related("activity__organization", "activity__edition", "organization", "by", "restored_by")
