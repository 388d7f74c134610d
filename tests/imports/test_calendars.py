"""Subscribed calendars: what they say becomes drafts when a person says so, and changes wait for a decision."""

import socket
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting
from kepuyue.activities.models import Activity, Origin, State, Submission
from kepuyue.core.models import AuditEvent
from kepuyue.imports.actions import committing, refreshing, settling, staging, subscribing, taking, undoing
from kepuyue.imports.models import CalendarItem, CalendarSubscription
from kepuyue.messaging.models import Message
from tests.activities.acting import draft
from tests.cast import Cast
from tests.factories import MembershipFactory
from tests.imports.test_calendar_readers import calendar as ics
from tests.imports.test_calendar_readers import event

pytestmark = pytest.mark.django_db

PUBLIC = "93.184.216.34"
URL = "http://calendar.example.org/feed.ics"
BIRDS = event(
    "DTSTART:20240914T090000",
    "DTEND:20240914T110000",
    "LOCATION:红树林公园",
    "DESCRIPTION:认识候鸟",
    uid="birds",
)
STARS = event("DTSTART:20240907T200000", "DTEND:20240907T210000", "RRULE:FREQ=WEEKLY;COUNT=3", "LOCATION:西涌",
              uid="stars", title="观星")  # fmt: skip


class Site:
    """A calendar at a public address, served from this machine."""

    def __init__(self) -> None:
        self.body = ics(BIRDS, STARS)
        self.status = 200
        self.headers: dict[str, str] = {}
        self.asked: list[dict[str, str]] = []
        self.addresses = [PUBLIC]
        self.port = 0

    def resolve(self, host: str, port: int) -> list[str]:
        return self.addresses

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=seconds)

    def door(self) -> dict[str, Any]:
        return {"resolve": self.resolve, "dial": self.dial}


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append(dict(self.headers.items()))
            is_known = (
                found.headers.get("ETag") and self.headers.get("If-None-Match") == found.headers["ETag"]
            )
            self.send_response(304 if is_known else found.status)
            for name, value in found.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if not is_known:
                self.wfile.write(found.body)

        def log_message(self, *_args: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found.port = server.server_address[1]
    Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def before_the_month(clock: Any) -> None:
    clock.set(datetime(2024, 8, 20, 9))


def subscribed(cast: Cast, site: Site) -> CalendarSubscription:
    found = subscribing.subscribe(organization=cast.own_unit, edition=cast.edition, url=URL, by=cast.editor)
    assert refreshing.refresh_due(**site.door()) == 1
    found.refresh_from_db()
    return found


def again(calendar: CalendarSubscription, site: Site, *events: str) -> CalendarSubscription:
    """The calendar says something else now, and is read."""
    site.body = ics(*events)
    calendar.refresh_from_db()
    CalendarSubscription.objects.filter(pk=calendar.pk).update(due_at=calendar.due_at - timedelta(days=1))
    assert refreshing.refresh_due(**site.door()) == 1
    calendar.refresh_from_db()
    return calendar


def taken(cast: Cast, site: Site) -> CalendarSubscription:
    found = subscribed(cast, site)
    taking.choose(found, None, by=cast.editor)
    taking.take(found, by=cast.editor)
    return found


def item(calendar: CalendarSubscription, key: str = "birds") -> CalendarItem:
    return calendar.items.get(key=key)


def test_first_reading_offers_events_and_makes_nothing(cast: Cast, site: Site) -> None:
    found = subscribed(cast, site)

    assert (found.state, found.format, found.fault) == ("active", "ical", "")
    assert found.due_at == found.checked_at + refreshing.EVERY
    assert [(one.title, one.state, len(one.content["sessions"])) for one in found.items.all()] == [
        ("观鸟", "new", 1), ("观星", "new", 3),
    ]  # fmt: skip
    assert not Activity.objects.exists()
    assert not Message.objects.exists()


def test_chosen_events_become_drafts_once(cast: Cast, site: Site) -> None:
    found = subscribed(cast, site)
    assert taking.choose(found, [item(found).pk], by=cast.editor) == 1
    taking.take(found, by=cast.editor)
    taking.take(found, by=cast.editor)

    activity = Activity.objects.get()
    assert (activity.title, activity.summary, activity.state) == ("观鸟", "认识候鸟", State.DRAFT)
    assert activity.origin == Origin.CALENDAR
    assert activity.sessions.get().venue.name == "红树林公园"  # type: ignore[union-attr]
    assert [one.name for one in activity.participations.all()] == [cast.own_unit.name]
    assert item(found, "stars").state == CalendarItem.State.NEW


def test_same_event_in_another_calendar_file_or_import_is_the_same_activity(cast: Cast, site: Site) -> None:
    taken(cast, site)
    other = subscribing.keep_file(
        ics(BIRDS), file_name="导出.ics", organization=cast.own_unit, edition=cast.edition, by=cast.editor
    )
    batch = staging.stage(
        ics(BIRDS), file_name="导出.ics", organization=cast.own_unit, edition=cast.edition, by=cast.editor
    )
    committing.commit(batch, by=cast.editor)

    assert Activity.objects.filter(title="观鸟").count() == 1
    assert item(other).activity == Activity.objects.get(title="观鸟")


def test_event_whose_import_is_taken_back_is_offered_again(cast: Cast, site: Site) -> None:
    batch = staging.stage(
        ics(BIRDS), file_name="导出.ics", organization=cast.own_unit, edition=cast.edition, by=cast.editor
    )
    committing.commit(batch, by=cast.editor)
    found = subscribed(cast, site)
    assert item(found).state == CalendarItem.State.TAKEN

    undoing.undo(batch, by=cast.editor)

    assert item(found).state == CalendarItem.State.NEW
    taking.choose(found, [item(found).pk], by=cast.editor)
    taking.take(found, by=cast.editor)
    assert Activity.objects.get().title == "观鸟"


def test_address_twice_is_one_subscription(cast: Cast) -> None:
    both = [
        subscribing.subscribe(organization=cast.own_unit, edition=cast.edition, url=url, by=cast.editor)
        for url in ("webcal://calendar.example.org/a.ics", "https://calendar.example.org/a.ics")
    ]

    assert both[0] == both[1]


def test_change_waits_and_is_told_once(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    moved = BIRDS.replace("T090000", "T100000").replace("红树林公园", "福田河")
    again(found, site, moved, STARS)
    again(found, site, moved.replace("认识候鸟", "认识鸟"), STARS)

    activity = Activity.objects.get(title="观鸟")
    assert activity.version == 1
    assert item(found).is_changed and not item(found, "stars").is_changed
    assert [message.kind for message in Message.objects.filter(person=cast.editor)] == ["calendar.news"]
    shown = settling.shown(item(found))
    assert [change.field for change in shown.changes] == ["summary", "sessions"]
    assert "10:00" in shown.changes[1].new and "福田河" in shown.changes[1].new

    settling.accept(item(found), by=cast.editor)

    session = activity.sessions.get()
    assert session.venue.name == "福田河"  # type: ignore[union-attr]
    assert session.starts_at.isoformat() == "2024-09-14T02:00:00+00:00"
    assert not found.items.proposed().exists()
    assert AuditEvent.objects.filter(action="calendar.accept").exists()


def test_what_the_unit_typed_since_stays(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    activity = Activity.objects.get(title="观鸟")
    present = contents.of(activity)
    sessions = [present["sessions"][0] | {"capacity": 20, "note": "请带水"}]
    drafting.change(activity, {"title": "湿地观鸟", "sessions": sessions}, by=cast.editor)

    again(found, site, BIRDS.replace("观鸟", "看鸟").replace("T090000", "T100000"), STARS)
    shown = settling.shown(item(found))
    assert [(change.field, change.is_own) for change in shown.changes] == [
        ("sessions", False),
        ("title", True),
    ]
    settling.accept(item(found), by=cast.editor)

    activity.refresh_from_db()
    session = activity.sessions.get()
    assert activity.title == "湿地观鸟"
    assert (session.pk, session.capacity, session.note) == (sessions[0]["id"], 20, "请带水")
    assert session.starts_at.hour == 2


def test_own_text_is_given_up_only_where_the_person_says_so(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    activity = Activity.objects.get(title="观鸟")
    drafting.change(activity, {"title": "湿地观鸟"}, by=cast.editor)
    again(found, site, BIRDS.replace("观鸟", "看鸟"), STARS)

    settling.accept(item(found), by=cast.editor, over_own=["title"])

    activity.refresh_from_db()
    assert activity.title == "看鸟"


def test_session_that_the_unit_moved_stays_and_is_named(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    activity = Activity.objects.get(title="观星")
    present = contents.of(activity)["sessions"]
    own = present[1] | {"starts_at": "2024-09-14T11:00:00Z"}
    drafting.change(activity, {"sessions": [present[0], own, present[2]]}, by=cast.editor)

    again(found, site, BIRDS, STARS.replace("西涌", "东涌").replace("COUNT=3", "COUNT=4"))
    assert settling.shown(item(found, "stars")).keeps_own_sessions
    settling.accept(item(found, "stars"), by=cast.editor)

    after = [(f"{one.starts_at:%d %H}", one.venue.name) for one in activity.sessions.order_by("starts_at")]  # type: ignore[union-attr]
    assert after == [("07 12", "东涌"), ("14 11", "西涌"), ("21 12", "东涌"), ("28 12", "东涌")]


def test_session_that_the_calendar_drops_goes_unless_the_unit_has_changed_it(cast: Cast, site: Site) -> None:
    found = taken(cast, site)

    again(found, site, BIRDS, STARS.replace("COUNT=3", "COUNT=3\nEXDATE:20240914T200000"))
    settling.accept(item(found, "stars"), by=cast.editor)

    activity = Activity.objects.get(title="观星")
    assert [one.starts_at.day for one in activity.sessions.order_by("starts_at")] == [7, 21]


def test_published_activity_gets_a_revision(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    activity = Activity.objects.get(title="观鸟")
    Activity.objects.filter(pk=activity.pk).update(state=State.PUBLISHED, published_at=activity.created_at)
    again(found, site, BIRDS.replace("T090000", "T100000"), STARS)
    assert settling.shown(item(found)).is_published

    settling.accept(item(found), by=cast.editor)

    assert activity.sessions.get().starts_at.hour == 1
    revision = Submission.objects.get(activity=activity, state=Submission.State.OPEN)
    assert revision.content["sessions"][0]["starts_at"] == "2024-09-14T02:00:00Z"


def test_change_while_in_review_waits_on(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    activity = Activity.objects.get(title="观鸟")
    Activity.objects.filter(pk=activity.pk).update(state=State.SUBMITTED)
    again(found, site, BIRDS.replace("T090000", "T100000"), STARS)

    assert [one.pk for one, _why in settling.accept_all(found, by=cast.editor)] == [item(found).pk]
    assert item(found).is_changed


def test_declined_change_does_not_come_again_but_the_next_does(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    again(found, site, BIRDS.replace("T090000", "T100000"), STARS)
    settling.decline(item(found), by=cast.editor)
    again(found, site, BIRDS.replace("T090000", "T100000"), STARS, event("DTSTART:20240915T090000", uid="c"))
    assert not item(found).is_changed

    again(found, site, BIRDS.replace("T090000", "T103000"), STARS)

    assert item(found).is_changed


def test_change_that_the_unit_has_made_itself_is_no_proposal(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    activity = Activity.objects.get(title="观鸟")
    drafting.change(activity, {"title": "看鸟"}, by=cast.editor)

    again(found, site, BIRDS.replace("观鸟", "看鸟"), STARS)

    assert not item(found).is_changed


def test_vanished_event_is_flagged_and_nothing_is_deleted(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    again(found, site, STARS)

    assert [one.key for one in found.items.vanished()] == ["birds"]
    assert Activity.objects.filter(title="观鸟", state=State.DRAFT).exists()
    settling.keep(item(found), by=cast.editor)
    assert not found.items.vanished().exists()

    again(found, site, BIRDS, STARS)
    assert item(found).vanished_at is None


def test_past_events_may_leave_the_calendar(cast: Cast, site: Site, clock: Any) -> None:
    found = taken(cast, site)
    clock.set(datetime(2024, 9, 20, 9))
    again(found, site, STARS)

    assert not found.items.vanished().exists()


def test_event_that_is_called_off_cancels_by_proposal_only(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    again(found, site, BIRDS.replace("UID:birds", "UID:birds\nSTATUS:CANCELLED"), STARS)

    activity = Activity.objects.get(title="观鸟")
    assert not activity.sessions.get().is_cancelled
    settling.accept(item(found), by=cast.editor)
    assert activity.sessions.get().is_cancelled


def test_nothing_newer_is_asked_for_and_read_again(
    cast: Cast, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.headers = {"ETag": '"one"', "Last-Modified": "Tue, 20 Aug 2024 00:00:00 GMT"}
    found = subscribed(cast, site)
    monkeypatch.setattr("kepuyue.imports.calendars.opening.read", lambda *_args: pytest.fail("read again"))

    again(found, site, STARS)

    assert (site.asked[1]["If-None-Match"], site.asked[1]["If-Modified-Since"]) == (
        '"one"', "Tue, 20 Aug 2024 00:00:00 GMT",
    )  # fmt: skip
    assert found.items.count() == 2 and found.fault == ""


def test_unchanged_calendar_is_read_anew_where_the_edition_has_other_days(cast: Cast, site: Site) -> None:
    site.headers = {"ETag": '"one"'}
    found = subscribed(cast, site)
    titles = {one.title for one in found.items.all()}
    cast.edition.starts_on, cast.edition.ends_on = date(2024, 9, 21), date(2024, 10, 10)
    cast.edition.save()

    again(found, site, BIRDS, STARS)

    assert "If-None-Match" not in site.asked[-1]
    assert {one.title for one in found.items.all()} == titles - {"观鸟"}
    again(found, site, BIRDS, STARS)
    assert site.asked[-1]["If-None-Match"] == '"one"'


@pytest.mark.parametrize("inner", ["127.0.0.1", "10.0.0.8", "169.254.169.254", "100.100.100.200", "::1"])
def test_inner_addresses_are_never_asked(cast: Cast, site: Site, inner: str) -> None:
    site.addresses = [PUBLIC, inner]
    found = subscribed(cast, site)

    assert not site.asked
    assert (found.fault, found.state) == ("inner-address", "reading")


@pytest.mark.parametrize(
    ("status", "body", "fault"),
    [(404, b"", "http-status"), (500, b"", "http-status"), (200, b"hello", "no-calendar"),
     (200, b"BEGIN:VCALENDAR\r\n" + b"x" * 5_100_000, "too-big")],
)  # fmt: skip
def test_failed_reading_keeps_what_is_known_and_is_tried_less_often(
    cast: Cast, site: Site, status: int, body: bytes, fault: str
) -> None:
    found = taken(cast, site)
    pauses = []
    for _reading in range(2):
        again(found, site)
        site.status, site.body = status, body
        CalendarSubscription.objects.filter(pk=found.pk).update(due_at=found.checked_at)
        refreshing.refresh_due(**site.door())
        found.refresh_from_db()
        pauses.append(found.due_at - found.checked_at)
        if fault == "http-status":
            site.status = 503

    assert found.fault == fault
    assert found.items.filter(state=CalendarItem.State.TAKEN).count() == 2
    assert not found.items.vanished().exists() or fault != "http-status"


def test_paused_calendar_is_not_read(cast: Cast, site: Site) -> None:
    found = subscribed(cast, site)
    subscribing.pause(found, by=cast.editor)

    assert refreshing.refresh_due(**site.door()) == 0
    subscribing.resume(found, by=cast.editor)
    assert refreshing.refresh_due(**site.door()) == 1


def test_after_the_month_nothing_is_read(cast: Cast, site: Site, clock: Any) -> None:
    found = subscribed(cast, site)
    clock.set(datetime(2024, 10, 2, 9))
    refreshing.refresh_due(**site.door())

    found.refresh_from_db()
    assert (found.state, found.due_at, len(site.asked)) == ("paused", None, 1)


def test_late_answer_does_not_undo_a_newer_one(cast: Cast, site: Site) -> None:
    from kepuyue.imports import calendar_content
    from kepuyue.imports.calendars import opening

    found = subscribed(cast, site)
    old = opening.read(ics(STARS), calendar_content.window_of(cast.edition))

    refreshing.take_in(found.pk, old, asked_at=found.checked_at - timedelta(seconds=1))

    assert found.items.count() == 2


def test_removal_keeps_the_activities(cast: Cast, site: Site) -> None:
    found = taken(cast, site)
    subscribing.remove(found, by=cast.editor)

    assert Activity.objects.count() == 2
    assert AuditEvent.objects.filter(action="calendar.remove").count() == 1


def test_file_is_renewed_by_hand(cast: Cast) -> None:
    found = subscribing.keep_file(
        ics(BIRDS), file_name="八月.ics", organization=cast.own_unit, edition=cast.edition, by=cast.editor
    )
    taking.choose(found, None, by=cast.editor)
    taking.take(found, by=cast.editor)

    subscribing.renew_file(
        found, ics(BIRDS.replace("T090000", "T100000")), file_name="九月.ics", by=cast.editor
    )

    found.refresh_from_db()
    assert (found.file_name, found.due_at, item(found).is_changed) == ("九月.ics", None, True)
    with pytest.raises(ValidationError, match="没有认出"):
        subscribing.renew_file(found, b"x", file_name="x", by=cast.editor)


@pytest.mark.parametrize("person", ["colleague", "district_reviewer", "other_reviewer", "office", "check_in"])
def test_only_those_who_register_for_the_unit_may_do_anything(cast: Cast, site: Site, person: str) -> None:
    found = taken(cast, site)
    by = getattr(cast, person)

    for act in (
        lambda: subscribing.subscribe(organization=cast.own_unit, edition=cast.edition, url=URL + "2", by=by),
        lambda: subscribing.pause(found, by=by),
        lambda: subscribing.remove(found, by=by),
        lambda: subscribing.refresh_soon(found, by=by),
        lambda: taking.choose(found, None, by=by),
        lambda: taking.take(found, by=by),
        lambda: settling.accept(item(found), by=by),
        lambda: settling.decline(item(found), by=by),
        lambda: settling.keep(item(found), by=by),
    ):
        with pytest.raises(PermissionDenied):
            act()


# The desk


def test_desk_from_the_address_to_the_drafts(cast: Cast, site: Site, sign_in: Any) -> None:
    desk = sign_in(cast.editor)
    response = desk.post(
        reverse("imports:calendar-new"),
        {"organization": cast.own_unit.pk, "url": URL},
    )
    found = CalendarSubscription.objects.get()
    assert response["Location"] == reverse("imports:calendar", args=[found.pk])
    assert "正在读取" in desk.get(response["Location"]).content.decode()
    refreshing.refresh_due(**site.door())

    page = desk.get(response["Location"]).content.decode()
    assert "观鸟" in page and "9月14日（周六） 09:00–11:00" in page and "红树林公园" in page

    desk.post(reverse("imports:calendar-events", args=[found.pk]), {"act": "all"})
    assert Activity.objects.count() == 2

    again(
        found,
        site,
        BIRDS.replace("T090000", "T100000"),
        event("DTSTART:20240922T090000", uid="new", title="新的"),
    )
    page = desk.get(response["Location"]).content.decode()
    assert "有变动" in page and "不见了" in page and "可以导入" in page
    desk.post(reverse("imports:calendar-changes", args=[found.pk]), {"act": "accept"})
    assert Activity.objects.get(title="观鸟").sessions.get().starts_at.hour == 2


def test_upload_at_the_desk_and_bad_files(cast: Cast, sign_in: Any) -> None:
    desk = sign_in(cast.editor)

    def upload(data: bytes, **more: Any) -> Any:
        file = SimpleUploadedFile("日历.ics", data)
        return desk.post(
            reverse("imports:calendar-new"), {"organization": cast.own_unit.pk, "file": file} | more
        )

    for data, says in ((b"", "空的"), (b"junk", "没有认出"), (b"x" * 5_000_001, "最多5 MB")):
        response = upload(data)
        assert response.status_code == 422 and says in response.content.decode()
    assert upload(ics(BIRDS), url=URL).status_code == 422
    assert not CalendarSubscription.objects.exists()
    assert upload(ics(BIRDS)).status_code == 302


def test_table_upload_takes_a_calendar_too(cast: Cast) -> None:
    batch = staging.stage(
        ics(BIRDS, event("DTSTART:20250914T090000", uid="c", title="明年的")),
        file_name="x.ics", organization=cast.own_unit, edition=cast.edition, by=cast.editor,
    )  # fmt: skip

    waiting, skipped = batch.rows.all()
    assert (waiting.content["title"], skipped.state) == ("观鸟", "skipped")
    assert "不在本届期间" in skipped.why
    committing.commit(batch, by=cast.editor)
    assert Activity.objects.get().origin == Origin.CALENDAR


def test_superior_looks_and_cannot_act(cast: Cast, site: Site, sign_in: Any) -> None:
    found = taken(cast, site)
    desk = sign_in(cast.district_reviewer)

    page = desk.get(reverse("imports:calendar", args=[found.pk])).content.decode()
    assert "观鸟" in page and "订阅设置" not in page
    assert desk.post(reverse("imports:calendar-removal", args=[found.pk])).status_code == 403


def test_drafts_of_a_calendar_are_completed_and_handed_in_together(cast: Cast, sign_in: Any) -> None:
    other = draft(cast)
    found = subscribing.keep_file(
        ics(BIRDS, STARS),
        file_name="月.ics",
        organization=cast.own_unit,
        edition=cast.edition,
        by=cast.editor,
    )
    taking.choose(found, None, by=cast.editor)
    taking.take(found, by=cast.editor)
    address = reverse("activities:together") + f"?of=calendar-{found.pk}"

    page = sign_in(cast.editor).get(reverse("imports:calendar", args=[found.pk]), {"show": "taken"})
    assert "补全并提交2项草稿" in page.content.decode()
    assert address in page.content.decode()
    listed = sign_in(cast.editor).get(address).content.decode()
    assert ["观鸟" in listed, "观星" in listed, other.title in listed] == [True, True, False]
    stranger = sign_in(MembershipFactory(organization=cast.far_unit, role="editor").user)
    assert stranger.get(address).status_code == 404
