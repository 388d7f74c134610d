"""What the permission matrix asks for: one thing of each kind, near the person who asks and far from them.

"own" belongs to the unit of `owner` and `editor`, below the district of `district_reviewer`; "far" belongs to a
unit of the other district; "waiting" are things that wait for that district, "final" for the office.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.files.base import ContentFile

from kepuyue.accounts.models import User
from kepuyue.activities import content
from kepuyue.activities.actions import signing, takedown, trusting
from kepuyue.activities.models import Activity, Remark, Sampling, SavedFilter, State, Submission, Venue
from kepuyue.bookings import feedback, tickets
from kepuyue.bookings.actions import blocking, terms
from kepuyue.bookings.admission import take
from kepuyue.bookings.models import Booking, CheckIn
from kepuyue.cloud.models import CloudItem
from kepuyue.core import ciphers
from kepuyue.core.time import now, today
from kepuyue.documents import storing
from kepuyue.documents.actions import issuing
from kepuyue.documents.content import Paragraph, Picture
from kepuyue.editions.models import Booth, MainVenue, Paper, StageItem, Zone
from kepuyue.evaluation.models import Breach, Conflict, Opinion, TieDecision
from kepuyue.federation.models import Source
from kepuyue.imports.actions import staging
from kepuyue.imports.models import CalendarItem, CalendarSubscription, ImportBatch, UnitBatch
from kepuyue.insight.models import StatisticsReturn
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message
from kepuyue.messaging.tokens import unsubscribe_path
from kepuyue.organizations.actions.invitations import fingerprint
from kepuyue.organizations.models import (
    FactsChange,
    Handover,
    Invitation,
    Membership,
    Merger,
    Organization,
    Role,
)
from kepuyue.partners.models import Delivery, Endpoint, Event, Token
from kepuyue.partners.signing import new_secret
from kepuyue.publicity.models import Story
from kepuyue.resources.models import Offer, PromisedDay
from kepuyue.summaries.models import Annotation, Summary
from tests.bookings.given import asks, bookable
from tests.cast import Cast
from tests.factories import (
    ActivityFactory,
    CandidateFactory,
    CloudItemFactory,
    CoverageFactory,
    CoverFactory,
    DraftFactory,
    EditionFactory,
    ExtensionFactory,
    HighlightFactory,
    HonorFactory,
    JudgeFactory,
    LetterFactory,
    MarkFactory,
    MembershipFactory,
    NoticeFactory,
    ObjectionFactory,
    OfferFactory,
    OpeningFactory,
    OrganFactory,
    PhotoFactory,
    PictureFactory,
    PlanFactory,
    PressPictureFactory,
    ProposalFactory,
    QuestionFactory,
    ReleaseFactory,
    RequestFactory,
    RoundFactory,
    SheetFactory,
    SourceFactory,
    StoryFactory,
    SubmissionFactory,
    SummaryFactory,
    UnitFactory,
    VenueFactory,
)
from tests.factories.documents import content as letter
from tests.factories.editions import png
from tests.factories.evaluation import freeze
from tests.federation.elsewhere import gather, said


def samples(cast: Cast) -> dict[str, dict[str, Any]]:
    """{sample: arguments of the address}."""
    own, far = cast.own_unit, cast.far_unit
    draft = ActivityFactory(organization=own, sessions=1)
    far_draft = ActivityFactory(organization=far, sessions=1)
    public = ActivityFactory(organization=own, state=State.PUBLISHED, sessions=1)
    waiting, far_waiting = _pending(own), _pending(far)
    final = _pending(own)
    final.step, final.turn = 1, cast.office_unit
    final.save()
    new_unit = UnitFactory(name="新登记的单位", parent=cast.own_district, state=Organization.State.PENDING)
    Paper.objects.create(edition=cast.edition, code="notice", title="通知", body="正文")
    Paper.objects.create(edition=cast.edition, code="annex", title="附件", body="正文", is_published=False)
    here = {"edition": cast.edition.code}
    mark = MarkFactory(edition=cast.edition, code="national-day", name="全国科普日")
    mark.picture.save("mark.png", ContentFile(png()))
    PlanFactory(organization=cast.own_district, with_file=True)

    taken_down = ActivityFactory(organization=own, state=State.PUBLISHED, sessions=1)
    register = takedown.take_down(
        taken_down, by=cast.office, ground="false", source="读者来信", evidence="数据没有出处"
    )
    trust = trusting.give(own, edition=cast.edition, by=cast.office, reason="连续三年无差错", until=today())
    sampled = SubmissionFactory(
        activity=public, state=Submission.State.APPROVED, lane="fast", draw={"number": 1}
    )
    sampling = Sampling.objects.create(submission=sampled, turn=cast.own_district)
    _link, key = signing.make_link(draft, by=cast.editor, name="校长")

    def codes(activity: Activity, **more: Any) -> dict[str, Any]:
        return {"code": activity.code} | more

    def person_of(unit: Organization) -> Membership:
        return Membership.objects.filter(organization=unit).latest("pk")

    talk, screen, booked = _talk(cast), _cloud(cast), _booked(cast)
    return {
        **screen,
        **_summaries(cast),
        **_evaluation(cast),
        **_figures(cast),
        **_documents(cast),
        **_letters(cast),
        "-": {},
        **{f"feed-{form}": {"form": form} for form in ("ics", "atom", "json", "xml", "csv", "xlsx")},
        "sitemap-part": {"number": 1},
        "accent": {"colour": "1e2a6b"},
        "own-public-ics": codes(public, form="ics"),
        "own-draft-ics": codes(draft, form="ics"),
        "own-taken-down-ics": codes(taken_down, form="ics"),
        "own-draft": codes(draft),
        "own-draft-step": codes(draft, step="basics"),
        "own-draft-picture": codes(draft, pk=PictureFactory(activity=draft).pk),
        "own-public": codes(public),
        **_at_the_desk(cast),
        "bookable": {"session": booked.session_id},
        "ticket": {"code": booked.code, "seal": tickets.seal(booked.code)},
        "ticket-forged": {"code": booked.code, "seal": "wrong"},
        "ticket-code": {"code": booked.code},
        "unbookable": {"session": public.sessions.get().pk},
        "own-session": codes(public, pk=public.sessions.get().pk),
        "own-taken-down": codes(taken_down),
        "takedown": {"pk": register.pk},
        "trust": {"pk": trust.pk},
        "sampling": {"pk": sampling.pk},
        "sign-off-key": {"key": key},
        "own-waiting": codes(waiting.activity),
        "far-draft": codes(far_draft),
        "far-draft-step": codes(far_draft, step="basics"),
        "far-draft-picture": codes(far_draft, pk=PictureFactory(activity=far_draft).pk),
        "far-waiting": codes(far_waiting.activity),
        "picture-of-own-draft": {"pk": PictureFactory(activity=draft).pk},
        "picture-of-public": {"pk": PictureFactory(activity=public).pk},
        "submission-waiting": {"pk": waiting.pk},
        "submission-final": {"pk": final.pk},
        "submission-far": {"pk": far_waiting.pk},
        "unit-own": {"code": own.code},
        # The letter with which a unit sends its summaries is found by the unit
        "sent-own": {"unit": own.code},
        "unit-far": {"code": far.code},
        "unit-new": {"code": new_unit.code},
        "unit-district": {"code": cast.own_district.code},
        "person-own": {"code": own.code, "pk": person_of(own).pk},
        "person-far": {"code": far.code, "pk": _colleague_of(far).pk},
        "invitation-own": {"code": own.code, "pk": _invitation(own, cast.owner).pk},
        "invitation-far": {"code": far.code, "pk": _invitation(far, cast.office).pk},
        "invitation-link": {"token": INVITATION},
        "invitation-wrong": {"token": "no-such-token"},
        "facts-own": {"code": _asks_for_another_name(own).code},
        "merger-own": {"code": own.code, "pk": _merger(own).pk},
        "handover-own": {
            "pk": Handover.objects.create(organization=own, giver=cast.owner, taker=cast.editor).pk
        },
        "batch-own": {"pk": _batch(own, cast).pk},
        "batch-far": {"pk": _batch(far, cast).pk},
        "batch-sheet": {"pk": _sheet(cast).pk},
        "source": {"pk": _source(cast).pk},
        "calendar-own": {"pk": (own_event := _calendar_event(own, cast)).calendar_id},
        "calendar-far": {"pk": (far_event := _calendar_event(far, cast)).calendar_id},
        "calendar-item-own": {"pk": own_event.calendar_id, "item": own_event.pk},
        "calendar-item-far": {"pk": far_event.calendar_id, "item": far_event.pk},
        "program-key": {"key": "lib-7"},
        "program-picture": {"picture": 1},
        "program-session": {"key": "lib-7", "session": 1},
        "token-own": {"pk": _token(own).pk},
        "token-far": {"pk": _token(far).pk},
        "endpoint-own": {"pk": (own_delivery := _delivery(own)).endpoint_id},
        "endpoint-far": {"pk": (far_delivery := _delivery(far)).endpoint_id},
        "delivery-own": {"pk": own_delivery.endpoint_id, "delivery": own_delivery.pk},
        "delivery-far": {"pk": far_delivery.endpoint_id, "delivery": far_delivery.pk},
        "offer-own": {"code": talk["own"].code},
        "offer-own-draft": {
            "code": OfferFactory(
                organization=own, state="draft", picture=ContentFile(png(), name="offer.png")
            ).code
        },
        "offer-far": {"code": talk["far"].code},
        "offer-far-draft": {"code": OfferFactory(organization=far, state="draft").code},
        "request-own": {"code": RequestFactory(organization=own).code},
        "request-far": {"code": RequestFactory(organization=far).code},
        "request-own-declined": {"code": RequestFactory(organization=own, state="declined").code},
        "request-own-accepted": {"code": talk["agreed"].request.code},
        "request-far-private": {"code": talk["private"].request.code},
        "proposal-own-turn": {"pk": talk["turn"].pk},
        "proposal-own-answer": {"pk": talk["answer"].pk},
        "proposal-far": {"pk": talk["private"].pk},
        "opening-own": {"code": OpeningFactory(organization=own, state="filed").organization.code},
        "opening-far": {"code": OpeningFactory(organization=far, state="confirmed").organization.code},
        "opening-none": {"code": cast.other_unit.code},
        "overview-table": {"table": "offers", "form": "xlsx"},
        "filter-of-district": {"pk": _filter(cast).pk},
        "remark-of-district": {"pk": _remark(cast).pk},
        "unit-batch-own": {"pk": _unit_batch(cast.own_district).pk},
        "unit-batch-far": {"pk": _unit_batch(cast.other_district).pk},
        "paper": {"code": "notice"},
        "edition": here,
        "venue": {"pk": _venue(public).pk},
        "department": {"code": cast.department_unit.code},
        "taxonomy": here | {"code": "content"},
        "term": here | {"code": "content", "term": "frontier"},
        "mark": here | {"code": "national-day"},
        "mark-public": here | {"code": "national-day"},
        "main-venue-item": here | {"part": "items", "code": _main_venue(cast).code},
        "main-venue-item-new": here | {"part": "items"},
        "paper-edit": here | {"code": "annex"},
        "extension": here | {"pk": ExtensionFactory(edition=cast.edition).pk},
        "plan": here | {"unit": cast.own_district.code},
        "day": {"day": "2024-09-14"},
        **_press(cast, public),
        "highlight": {"pk": HighlightFactory(activity=public).pk},
        "key-own": codes(ActivityFactory(organization=own, state=State.PUBLISHED, sessions=1, is_key=True)),
        "key-far": codes(ActivityFactory(organization=far, state=State.PUBLISHED, sessions=1, is_key=True)),
        "district": {"code": "futian"},
        "token": {"token": "wrong"},
        "nothing": {"pk": 0},
        "oidc": {"provider": "oidc"},
        "message": {"pk": _message(cast).pk},
        "message-kind": {"kind": "review.turn"},
        "message-verb": {"verb": "hold"},
        "duty": {"name": "kepuyue.core.tasks.seal_the_trail"},
        "unsubscribe": {
            "token": unsubscribe_path(cast.owner.pk, "review.turn").rstrip("/").rpartition("/")[2]
        },
        "key": {"uidb36": "1", "key": "wrong"},
    }


def _at_the_desk(cast: Cast) -> dict[str, dict[str, Any]]:
    """A session of the own unit that somebody booked online, and somebody else through the own helpdesk."""
    session = bookable(5, helper=3)
    session.activity.organization = cast.own_unit
    session.activity.save()
    lots = bookable(2)
    lots.activity.organization = cast.own_unit
    lots.activity.edition = cast.edition
    lots.activity.save()
    terms.set_up(lots, by=None, opens_at=now(), quotas={"online": 2}, closes_at=lots.starts_at - timedelta(days=2),
                 draws_at=lots.starts_at - timedelta(days=1))  # fmt: skip
    online, helped = take(
        [
            asks(session, 1),
            replace(asks(session, 2, channel="helper"), by=cast.helpdesk.pk, organization=cast.own_unit.pk),
        ]
    )
    blocked = blocking.block(cast.edition, phone="+85200000009", days=3, note="倒卖", by=cast.office)
    scanned = CheckIn.objects.create(
        session=session, booking=Booking.objects.get(code=online.code), device="phone", key="1", door="东门", seats=1,
        result=CheckIn.Result.FIRST, scanned_at=now(), by=cast.check_in,
    )  # fmt: skip
    return {
        "booked-activity": {"code": session.activity.code},
        "booked-session": {"code": session.activity.code, "pk": session.pk},
        "helped-session": {"pk": session.pk},
        "door": {"pk": session.pk},
        "door-scan": {"pk": scanned.pk},
        "visit": {"pk": session.pk, "seal": feedback.seal(session.pk)},
        "visit-wrong": {"pk": session.pk, "seal": "wrong"},
        "ballot": {"pk": lots.pk},
        "ballot-desk": {"code": lots.activity.code, "pk": lots.pk},
        "unbookable-draw": {"pk": session.pk},
        "booking": {"code": online.code},
        "block": {"pk": blocked.pk},
        "booking-helped": {"code": helped.code},
    }


def _press(cast: Cast, public: Activity) -> dict[str, dict[str, Any]]:
    """A story of the office that is public and a draft of the own district; pictures; a report near and one far."""
    cleared = PressPictureFactory(picture__activity=public)
    far = ActivityFactory(organization=cast.far_unit, state=State.PUBLISHED, sessions=1)
    story = StoryFactory(edition=cast.edition, organization=cast.office_unit, picture=cleared)
    story.activities.add(public)
    draft = StoryFactory(
        edition=cast.edition, organization=cast.own_district, state=Story.State.DRAFT, appears_at=None
    )
    near = CoverageFactory(edition=cast.edition, organization=cast.own_unit)
    near.activities.add(public)
    shown = CoverageFactory(edition=cast.edition, organization=cast.own_unit, state="confirmed", reads=1200)
    shown.activities.add(public)
    return {
        "story-public": {"code": story.code},
        "story-draft": {"code": draft.code},
        "press-cleared": {"pk": cleared.picture_id},
        "press-uncleared": {"pk": PictureFactory(activity=public).pk},
        "press-far": {"pk": PictureFactory(activity=far).pk},
        "coverage-own": {"pk": near.pk},
        "coverage-shown": {"pk": shown.pk},
        "coverage-far": {"pk": CoverageFactory(edition=cast.edition, organization=cast.far_unit).pk},
        "coverage-table": {"form": "xlsx"},
    }


def _cloud(cast: Cast) -> dict[str, dict[str, Any]]:
    """Items of the own and the far unit in several states, and questions under a topic of each."""
    own, far = cast.own_unit, cast.far_unit

    def item(unit: Organization, state: str, **more: Any) -> CloudItem:
        return CloudItemFactory(edition=cast.edition, organization=unit, state=state, **more)

    live = item(own, "published", starts_at=now() - timedelta(minutes=20))
    topic, far_topic = item(own, "published", kind="topic"), item(far, "published", kind="topic")
    changing = item(own, "changing", kind="video", proposed={"title": "改过的名称"})
    draft, far_draft = item(own, "draft", kind="video"), item(far, "draft", kind="video")
    items = {
        "live": live, "topic": topic, "draft": draft, "changing": changing, "far-draft": far_draft,
        "waiting": item(own, "submitted", kind="exhibition"), "far-waiting": item(far, "submitted", kind="video"),
        "withdrawn": item(own, "withdrawn", kind="video", published_at=now(), withdraw_reason="数据没有出处"),
        "far-topic": far_topic,
    }  # fmt: skip
    questions = {
        "waiting": QuestionFactory(item=topic, text="我叫小明，在实验小学，黑洞会把太阳吃掉吗？"),
        "public": QuestionFactory(
            item=topic, state="public", nickname="爱看星星的人", answer="不会，离得太远。"
        ),
        "refused": QuestionFactory(item=topic, state="refused", reason="和话题没有关系"),
        "far": QuestionFactory(item=far_topic),
    }
    return {
        **{f"cloud-{name}": {"code": one.code} for name, one in items.items()},
        **{f"question-{name}": {"pk": one.pk} for name, one in questions.items()},
        "cloud-unit": {"pk": own.pk},
        "cover-public": {"pk": CoverFactory(item=live).pk},
        "cover-draft": {"pk": CoverFactory(item=draft).pk},
        "cover-far-draft": {"pk": CoverFactory(item=far_draft).pk},
    }


def _summaries(cast: Cast) -> dict[str, dict[str, Any]]:
    """Summaries of the own and the far unit: open, filed, given back with a remark, accepted."""

    def of(unit: Organization, state: str | None = None) -> Summary:
        activity = ActivityFactory(edition=cast.edition, organization=unit, state=State.PUBLISHED, sessions=1)
        return SummaryFactory(activity=activity, filed=state)

    returned = of(cast.own_unit, "returned")
    Annotation.objects.create(
        filing=returned.filings.get(), field="visits-count", text="签到才20人，请核对。"
    )
    made = {
        "open": of(cast.own_unit), "filed": of(cast.own_unit, "filed"), "accepted": of(cast.own_unit, "accepted"),
        "returned": returned, "far-open": of(cast.far_unit), "far-filed": of(cast.far_unit, "filed"),
    }  # fmt: skip
    photos = {
        "own": PhotoFactory(summary=made["open"]), "far": PhotoFactory(summary=made["far-open"]),
        "public": PhotoFactory(summary=made["accepted"], described_at=datetime(2024, 9, 20, tzinfo=UTC)),
    }  # fmt: skip
    return {
        **{f"summary-{name}": {"code": one.activity.code} for name, one in made.items()},
        **{f"photo-{name}": {"pk": one.pk} for name, one in photos.items()},
        "summary-letter-own": {"unit": cast.own_unit.code},
    }


def _documents(cast: Cast) -> dict[str, dict[str, Any]]:
    """The organ of the own district with a draft, one that could not be built and one that was issued with a picture; a
    draft of the other district."""
    organ, far_organ = (
        OrganFactory(organization=cast.own_district),
        OrganFactory(organization=cast.other_district),
    )
    draft, far_draft = DraftFactory(organ=organ), DraftFactory(organ=far_organ)
    failed = DraftFactory(organ=organ, state="failed", trouble="没有活动")
    picture = Picture(png(), "主场")
    stored = storing.to_json(replace(letter(), blocks=(Paragraph("请看图。"), picture)))
    issued = issuing.issue_draft(DraftFactory(organ=organ, content=stored), by=cast.district_reviewer)
    issuing.void(
        issuing.issue_draft(DraftFactory(organ=organ), by=cast.district_reviewer),
        by=cast.district_reviewer,
        reason="日期写错",
    )
    rows = {"draft": draft, "far-draft": far_draft, "failed": failed, "issued": issued}
    [name] = storing.picture_names(stored)
    return {
        **{f"document-{which}": {"pk": one.pk} for which, one in rows.items()},
        "document-picture": {"pk": issued.pk, "name": name},
        "organ-own": {"pk": organ.pk},
        "organ-far": {"pk": far_organ.pk},
        "organ-kind": {"organ": organ.pk, "kind": "no-such-kind"},
    }


def _letters(cast: Cast) -> dict[str, dict[str, Any]]:
    """Letters of the own unit, of the far one, and one of which nobody knows whose it is; one to each is a picture."""
    of = {"own": cast.own_unit, "far": cast.far_unit, "nobody": None}
    made = {name: LetterFactory(edition=cast.edition, unit=unit) for name, unit in of.items()}
    LetterFactory(edition=cast.edition, way="document", number="深龙科协〔2024〕12号")
    return {
        **{f"letter-{name}": {"code": one.code} for name, one in made.items()},
        **{
            f"letter-{name}-picture": {"code": one.code, "pk": one.parts.get(kind="picture").pk}
            for name, one in made.items()
        },
    }


def _figures(cast: Cast) -> dict[str, dict[str, Any]]:
    """Published figures that were corrected, and the correction; annual statistics of the own district."""
    first = ReleaseFactory(edition=cast.edition)
    last = ReleaseFactory(edition=cast.edition, corrects=first, reason="漏算了一场")
    StatisticsReturn.objects.create(
        edition=cast.edition, organization=cast.far_unit, typed={"science-week": 1}, by=cast.office
    )
    return {"release": {"pk": last.pk}}


def _evaluation(cast: Cast) -> dict[str, dict[str, Any]]:
    """Rounds in four states, candidates of the own and the far unit, a judge with a sheet, an objection, an honor."""
    scoring = RoundFactory(edition=cast.edition, state="scoring")
    earlier = EditionFactory(code="earlier-2023", office=cast.office_unit, is_current=False)
    later = EditionFactory(code="later-2025", office=cast.office_unit, is_current=False)
    applying = RoundFactory(edition=later)
    draft = RoundFactory(edition=earlier, line="units", state="draft")
    noticed = RoundFactory(edition=earlier, state="noticed")
    own = {"organization": cast.own_unit}
    made = {
        "draft": CandidateFactory(round=applying, **own),
        "applied": CandidateFactory(
            round=applying,
            **own,
            state="applied",
            statement="我单位承诺。",
            signed_at=now(),
            signed_by=cast.owner,
        ),
        "far-applied": CandidateFactory(round=applying, organization=cast.far_unit, state="applied"),
        "recommended": CandidateFactory(round=applying, **own, state="recommended"),
    }
    marked = CandidateFactory(round=scoring, **own, state="admitted", number=1)
    shown = CandidateFactory(round=noticed, **own, state="admitted", number=1)
    freeze(noticed)
    judge = JudgeFactory(round=scoring, user=cast.judge, number=1)
    objection = ObjectionFactory(notice=NoticeFactory(round=noticed), candidate=shown)
    TieDecision.objects.create(round=noticed, candidate=shown, is_chosen=True, reason="服务基层更广")
    Opinion.objects.create(candidate=marked, level="applying", text="情况属实。", organization=cast.own_unit)
    other = CandidateFactory(round=scoring, organization=cast.far_unit, state="admitted", number=2)
    Conflict.objects.create(judge=judge, candidate=other, reason="曾任顾问")
    HonorFactory(
        edition=cast.edition,
        organization=cast.far_unit,
        revoked_on=date(2024, 12, 9),
        revoked_because="查实数据造假",
    )
    Breach.objects.create(organization=cast.far_unit, happened_on=date(2020, 5, 1), text="行政处罚决定书")
    rounds = {"scoring": scoring, "applying": applying, "draft": draft, "noticed": noticed}
    return {
        **{f"round-{name}": {"pk": one.pk} for name, one in rounds.items()},
        **{f"candidate-{name}": {"pk": one.pk} for name, one in made.items()},
        "round-entry": {"pk": scoring.pk, "number": 1}, "judge": {"pk": judge.pk},
        "sheet": {"pk": SheetFactory(judge=judge, candidate=marked).pk}, "objection": {"pk": objection.pk},
        "honor": {"pk": HonorFactory(edition=cast.edition, **own).pk},
    }  # fmt: skip


def _main_venue(cast: Cast) -> StageItem:
    """A main venue with its plan, an item, a zone and a booth."""
    day = date(2024, 9, 14)
    venue = MainVenue.objects.create(
        edition=cast.edition, name="主场活动", place="市民广场", first_day=day, last_day=day, is_published=True,
        transport="地铁到市民中心站", plan_text="入口在南面",
    )  # fmt: skip
    venue.plan.save("plan.png", ContentFile(png()))
    zone = Zone.objects.create(edition=cast.edition, code="a", name="科普为民")
    Booth.objects.create(
        edition=cast.edition, zone=zone, code="a01", name="看懂天气图", exhibitor=cast.own_unit.name,
        organization=cast.own_unit,
    )  # fmt: skip
    return StageItem.objects.create(
        edition=cast.edition, code="opening", name="启动", part="ceremony", day=day, starts=time(10)
    )


def _venue(activity: Activity) -> Venue:
    venue = VenueFactory(
        name="少年宫天文台", district=activity.district, address="福中一路1号", lng=114.05, lat=22.54
    )
    activity.sessions.update(venue=venue)
    return venue


def _pending(unit: Organization) -> Submission:
    activity = ActivityFactory(organization=unit, state=State.SUBMITTED, sessions=1)
    return SubmissionFactory(activity=activity)


def _batch(unit: Organization, cast: Cast) -> ImportBatch:
    return ImportBatch.objects.create(
        organization=unit, edition=cast.edition, by=cast.office, file_name="表.xlsx", sha256="0" * 64
    )


def _sheet(cast: Cast) -> ImportBatch:
    """A file that waits beside its sheet: a fault with a suggestion, one without, and a row left out."""
    text = (
        "活动名称,主办单位,活动时间,活动地点,所属区\n湿地观鸟,福田区少年宫,9月14日（周日）9:00-11:00,红树林公园,福甜区\n"
        "秋夜观星,福田区少年宫,9月中旬,西涌,\n合计,2项,,,\n"
    )
    return staging.stage(
        text.encode(), file_name="九月.csv", organization=cast.own_unit, edition=cast.edition, by=cast.editor
    )


def _source(cast: Cast) -> Source:
    """A source with an activity of its own and one that it passes on, and words that wait for a decision."""
    address = "http://city.example.org"
    source = SourceFactory(
        edition=cast.edition, name="广州", address=address, passes_on=True,
        trial={"activities": 1, "is_open": True, "cities": [["广州", 1]],
               "samples": [{"title": "试读", "city": "广州", "unit": "广州科学馆", "url": address, "start": ""}]},
    )  # fmt: skip
    terms = {"audience": [{"code": "elders", "name": "老人"}]}
    passed_on = said("P1", address, known_as="X3", first="http://zhuhai.example.org", through=[address])
    gather(source, said("X2", address, terms=terms), passed_on)
    return source


def _calendar_event(unit: Organization, cast: Cast) -> CalendarItem:
    """An event that is an activity, and of which the calendar says something else now; beside it one that is new."""
    calendar = CalendarSubscription.objects.create(
        organization=unit, edition=cast.edition, by=cast.office, url=f"https://calendar.example.org/{unit.pk}.ics",
        state="active", name="科普日历", left=[["去年的", "outside", {"day": "2023-09-01"}]], left_count=1,
    )  # fmt: skip
    activity = ActivityFactory(organization=unit, sessions=1)
    stands = content.of(activity)
    taken = {
        "title": activity.title,
        "sessions": [one | {"key": "", "venue_name": ""} for one in stands["sessions"]],
    }
    calendar.items.create(
        key="new", title="新的", content=taken | {"title": "新的"}, doubts=[["private", {}]]
    )
    return calendar.items.create(
        key="known", title=activity.title, taken=taken, content=taken | {"title": "改过的名称"},
        state="taken", is_changed=True, activity=activity,
    )  # fmt: skip


def _token(unit: Organization) -> Token:
    return Token.objects.create(
        organization=unit, name="图书馆系统", start="kpy_abcdef", key_hash=f"{unit.pk:064}",
        scopes=["activities:write"], expires_at=now() + timedelta(days=30),
    )  # fmt: skip


def _delivery(unit: Organization) -> Delivery:
    """An event that an address of the unit did not take."""
    endpoint = Endpoint.objects.create(
        organization=unit, url=f"https://partner.example.org/{unit.pk}", events=["activity.changed"],
        secret=ciphers.encrypted(new_secret()),
    )  # fmt: skip
    event = Event.objects.create(
        code=f"msg_{unit.pk}", kind="activity.changed", organization=unit, data={"title": "观星"}
    )
    return Delivery.objects.create(
        endpoint=endpoint, event=event, state="dead", attempts=10, status=500, answered_at=now()
    )


def _colleague_of(unit: Organization) -> Membership:
    return MembershipFactory(organization=unit)


def _talk(cast: Cast) -> dict[str, Any]:
    """Offers of the own and the far unit, and proposals between the own unit, its neighbor and the far unit."""
    own, far = OfferFactory(organization=cast.own_unit), OfferFactory(organization=cast.far_unit)
    turn = ProposalFactory(request=RequestFactory(organization=cast.other_unit, offer=own), offer=own)
    agreed = ProposalFactory(
        request=RequestFactory(organization=cast.own_unit, offer=far, state="accepted"),
        offer=far,
        state="accepted",
    )
    # What is agreed is promised as well: the offer counts it and its day is taken
    Offer.objects.filter(pk=far.pk).update(times_promised=1)
    PromisedDay.objects.create(offer=far, proposal=agreed, day=date(2024, 9, 20), place_in_day=1)
    answer = ProposalFactory(
        request=RequestFactory(organization=cast.other_unit, state="proposed"),
        offer=own,
        organization=cast.own_unit,
    )
    private = ProposalFactory(
        request=RequestFactory(organization=cast.unit_of_department, offer=far), offer=far
    )
    return {"own": own, "far": far, "turn": turn, "agreed": agreed, "answer": answer, "private": private}


def _filter(cast: Cast) -> SavedFilter:
    return SavedFilter.objects.create(person=cast.district_reviewer, name="大型活动", query="show=large")


def _remark(cast: Cast) -> Remark:
    return Remark.objects.create(
        organization=cast.own_district, text="请写清楚在几楼集合。", field="sessions"
    )


# The token of the one link in the samples; it lets an editor in
INVITATION = "sample-invitation-token"


def _invitation(unit: Organization, by: User) -> Invitation:
    token = INVITATION if unit.name == "福田区少年宫" else f"token-of-{unit.pk}"
    return Invitation.objects.create(
        token_hash=fingerprint(token),
        organization=unit,
        role=Role.EDITOR,
        by=by,
        expires_at=now() + timedelta(days=7),
    )


def _asks_for_another_name(unit: Organization) -> Organization:
    FactsChange.objects.create(organization=unit, wanted={"name": "福田区青少年活动中心"})
    return unit


def _merger(survivor: Organization) -> Merger:
    twin = UnitFactory(
        name="被合并的单位", parent=survivor.parent, state=Organization.State.MERGED, merged_into=survivor
    )
    return Merger.objects.create(
        merged=twin, survivor=survivor, merged_facts={"state": "active", "note": "", "credit_code": ""}
    )


def _unit_batch(superior: Organization) -> UnitBatch:
    batch = UnitBatch.objects.create(organization=superior, file_name="单位.xlsx")
    batch.rows.create(number=2, values={"name": "表里的单位", "type": "other", "district": "", "credit_code": "",
                                        "person": "", "email": "", "address": ""})  # fmt: skip
    return batch


def _message(cast: Cast) -> Message:
    message = outbox.post(
        kind="review.turn", to=cast.owner.email, person=cast.owner, subject="待审核", body="请审核", key=None
    )
    assert message is not None
    return message


def _booked(cast: Cast) -> Booking:
    """A booking of a session of the cast's own unit; others can be made."""
    session = bookable(5)
    Activity.objects.filter(pk=session.activity.pk).update(organization=cast.own_unit)
    [answer] = take([asks(session, 1)])
    return Booking.objects.get(code=answer.code)
