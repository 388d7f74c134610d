"""Building a demonstration by pressing the real actions, each at its own moment of August 2024."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from kepuyue.activities.actions import drafting, review, submission
from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.models import Activity, BookingMode, Mode, Origin, Submission, UnitRole
from kepuyue.activities.signals import public_content_changed
from kepuyue.core.time import shifted
from kepuyue.demo import classification, moving, particulars, source, stages
from kepuyue.demo.actions import (
    booking,
    branches,
    counting,
    desks,
    doors,
    evaluating,
    exchange,
    issuing,
    linking,
    mailing,
    neighborhood,
    publicizing,
    reporting,
    reviewing,
    scattering,
    screening,
    summing_up,
)
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition, Taxonomy
from kepuyue.imports import conversion
from kepuyue.imports.entries import Entry
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Organization
from kepuyue.organizations.queries import office
from kepuyue.programme import receivers
from kepuyue.programme.actions import indexing

UNSTATED_HOST = "原资料未注明"
# Everybody is asked for these before handing in; the sources do not tell them
ANSWERS = {
    "content_lead": "演示·内容负责人",
    "content_signoff": "演示·内容审定人",
    "contact_name": "演示·联系人",
    "contact_phone": "0755-00000000",
    "emergency_contact": "演示·现场负责人 0755-00000000",
    "safety_plan": "演示：按场地核定人数控制入场，安排专人值守，备急救包，遇恶劣天气改期并提前告知。",
    "safety_items": {
        "staff": "演示：出入口各两人，戴红色袖标",
        "flow": "演示：单向参观，排队区设引导绳",
        "rescue": "演示：急救包在服务台，最近的医院步行十分钟",
    },
}
NEWS = timedelta(days=6)  # so long a message counts as unread at a desk
LATE_ENTRIES = 8  # one of so many is registered when the programme is already public


class AlreadySeeded(Exception):
    """The edition holds demonstration activities; a second seed would double them."""


class NoOffice(Exception):
    """The edition's units are not loaded."""


@dataclass(frozen=True)
class _Step:
    """One press of a button."""

    at: datetime
    entry: Entry
    verb: str


def seed(edition: Edition, stage: Stage, *, progress: Callable[[], Any] | None = None) -> int:
    """Fill the edition up to the moment of the stage; returns how many real activities there are."""
    if Activity.objects.of(edition).filter(origin=Origin.DEMO).exists():
        raise AlreadySeeded
    top = office()
    if top is None:
        raise NoOffice
    entries = source.activities(edition)
    until = stages.MOMENTS[stage]
    # One transaction: half a demonstration is of no use, and it is ten times faster
    with transaction.atomic(), _indexed_at_the_end(edition), shifted(_beginning() - timezone.now()):
        agenda = Agenda()
        players = _Players(edition, Cast.assemble(top), _terms(edition))
        for step in (step for entry in entries for step in _steps(entry)):
            agenda.at(step.at, partial(players.press, step, progress))
        drawn = reporting.illustrated(entries)
        for entry in (entry for entry in entries if entry.row in drawn):
            agenda.at(_steps(entry)[0].at + timedelta(minutes=20), partial(players.illustrate, entry))
        # After the month nothing new comes in: what waits then has waited since
        busy = min(until, stages.MOMENTS[Stage.MONTH])
        desks.furnish(agenda, edition, players.cast, busy)
        linking.link(agenda, edition, players.cast)
        branches.set_up(agenda, edition, players.cast)
        exchange.furnish(agenda, edition, players.cast, busy)
        screening.furnish(agenda, edition, players.cast, until)
        neighborhood.settle(agenda, players.cast, busy)
        reviewing.furnish(agenda, edition, players.cast, busy)
        publicizing.furnish(agenda, edition, players.cast, busy)
        reporting.furnish(agenda, edition, players.cast)
        booking.furnish(agenda, edition, players.cast, busy)
        doors.furnish(agenda, edition, players.cast, busy)
        summing_up.furnish(agenda, edition, players.cast)
        evaluating.furnish(agenda, edition, players.cast)
        mailing.furnish(agenda, edition, players.cast)
        issuing.furnish(agenda, edition, players.cast)
        counting.furnish(agenda, edition, players.cast)
        agenda.play(until)
        scattering.scatter(edition)
        # What is long done is no news at the desks; only the present work is
        Message.objects.filter(to__endswith="@demo.example", created_at__lt=busy - NEWS).update(
            read_at=timezone.now()
        )
        # Nobody reads mail at these addresses
        Message.objects.filter(state=Message.State.WAITING, to__endswith="@demo.example").update(
            state=Message.State.SENT, sent_at=timezone.now()
        )
    return len(players.activities)


@contextmanager
def _indexed_at_the_end(edition: Edition) -> Iterator[None]:
    """The search index is written once for all instead of at each publication: a fifth of the time."""
    public_content_changed.disconnect(receivers.follow_change)
    try:
        yield
    finally:
        public_content_changed.connect(receivers.follow_change)
    indexing.rebuild(edition)


def _beginning() -> datetime:
    return stages.MOMENTS[Stage.CALL] - timedelta(days=8)


def _steps(entry: Entry) -> list[_Step]:
    """When an activity is registered, handed in, passed by its district or department, and by the office."""
    number = moving.draw(entry, "timeline")
    day = datetime(2024, 8, 6, 9, tzinfo=stages.ZONE) + timedelta(days=number % 9, minutes=number % 480)
    first = moving.plan(entry).slots[0].start
    if number % LATE_ENTRIES == 0 and first.day >= 15:
        day += timedelta(days=14)
    handed_in = day + timedelta(hours=2 + number % 22)
    passed = handed_in + timedelta(hours=20 + number % 30)
    decided = max(passed + timedelta(hours=16 + number % 40), stages.MOMENTS[Stage.CALL] + timedelta(days=1))
    moments = {"create": day, "submit": handed_in, "pass": passed, "decide": decided}
    return [_Step(_office_hours(at), entry, verb) for verb, at in moments.items()]


def _office_hours(moment: datetime) -> datetime:
    """Nobody works at night: to the following morning."""
    if moment.hour >= 18:
        return (moment + timedelta(days=1)).replace(hour=9)
    return moment.replace(hour=9) if moment.hour < 9 else moment


def _terms(edition: Edition) -> set[str]:
    pairs = Taxonomy.objects.filter(edition=edition).values_list("code", "terms__code")
    return {f"{taxonomy}:{term}" for taxonomy, term in pairs}


@dataclass
class _Players:
    """Who presses what; remembers activities and submissions by their row."""

    edition: Edition
    cast: Cast
    terms: set[str]

    def __post_init__(self) -> None:
        self.vocabulary = conversion.Vocabulary.of(None)
        self.activities: dict[int, Activity] = {}
        self.submissions: dict[int, Submission] = {}

    def press(self, step: _Step, progress: Callable[[], Any] | None) -> None:
        if step.verb == "create":
            self.create(step.entry)
            if progress:
                progress()
            return
        if step.verb == "submit":
            activity = self.activities[step.entry.row]
            registrar = self.cast.registrar(activity.organization)
            self.submissions[step.entry.row] = submission.submit(activity, by=registrar)
            return
        under_way = self.submissions[step.entry.row]
        # A unit right below the office has one reviewer only: the last step
        if step.verb == "decide" or under_way.step + 1 < len(under_way.chain):
            assert under_way.turn is not None
            reviewer = self.cast.reviewer(under_way.turn)
            self.submissions[step.entry.row] = review.approve(under_way, by=reviewer)

    def create(self, entry: Entry) -> None:
        owner = self.cast.owner_of(entry)
        self.activities[entry.row] = drafting.create(
            edition=self.edition,
            organization=owner,
            by=self.cast.registrar(owner),
            content=self.content(entry, owner),
            origin=Origin.DEMO,
            outside_key=f"demo:{entry.row}",
        )

    def illustrate(self, entry: Entry) -> None:
        activity = self.activities[entry.row]
        reporting.illustrate(activity, self.cast.registrar(activity.organization))

    def content(self, entry: Entry, owner: Organization) -> Content:
        """What the source says, unchanged, and what the rules of `moving` and `classification` add."""
        plan = moving.plan(entry)
        content = conversion.raw_content(entry, self.vocabulary)
        district = self._district(entry)
        content |= {
            "description": "",
            "district": district,
            "dates_as_written": "",
            "audience_note": entry.audience.replace(";", "、"),
            "terms": classification.terms_of(entry, owner, self.terms),
            "sessions": self._sessions(entry, plan, district),
            "booking_mode": plan.booking,
            "booking_note": entry.booking_note or _booking_note(entry, plan),
            # The source itself says which projects it only launched then and went on with all year
            "is_year_round": "全年" in entry.summary and not entry.city,
            "is_key": plan.kind == "opening" and not entry.city,
            **particulars.particulars(entry, plan),
            **ANSWERS,
        }
        if entry.mode != Mode.ONLINE:
            content["expected_crowd"] = plan.crowd
        if not entry.named(UnitRole.HOST):
            content["participations"].insert(0, {"role": UnitRole.HOST, "name": UNSTATED_HOST})
        return content

    def _district(self, entry: Entry) -> str:
        if entry.city:
            return ""
        named = self.cast.districts.get(entry.district) or self.cast.district_of_place(entry.venue)
        return named.code if named else ""

    def _sessions(self, entry: Entry, plan: moving.Plan, district: str) -> list[Content]:
        places = [place.strip() for place in entry.venue.split(";") if place.strip()]
        venue = None
        if len(places) == 1:
            venue = drafting.venue_named(
                places[0],
                city=entry.city,
                district=next((d for d in self.cast.districts.values() if d.code == district), None),
                address=entry.address,
            ).pk
        several = "、".join(places) + (f"（{entry.address}）" if entry.address else "")
        return [
            {
                "id": None,
                "starts_at": iso_utc(slot.start),
                "ends_at": iso_utc(slot.end) if slot.end else None,
                "is_all_day": slot.all_day,
                "venue": venue,
                "place": several if len(places) > 1 else "",
                "online_url": "",
                "capacity": plan.capacity,
                "note": plan.note,
                "is_full": particulars.is_full(entry, plan, number),
                "is_cancelled": False,
            }
            for number, slot in enumerate(plan.slots)
        ]


def _booking_note(entry: Entry, plan: moving.Plan) -> str:
    if plan.booking != BookingMode.EXTERNAL:
        return ""
    return "由当地主办单位组织" if entry.city else "由学校或单位统一组织参加"
