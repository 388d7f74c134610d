"""The demonstration as a newcomer meets it."""

import csv
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kepuyue.accounts.models import User
from kepuyue.activities.models import Activity, Origin, Session, State, Submission
from kepuyue.bookings import arrivals, feedback, queries
from kepuyue.bookings.models import Booking, BookingTerms, CheckIn
from kepuyue.bookings.offers import offers
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from kepuyue.demo import accounts, source, stages
from kepuyue.demo.actions import seeding
from kepuyue.demo.actions.cast import LINKED_CITIES
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Taxonomy
from kepuyue.federation.models import Counterpart, Source
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Membership, Organization
from tests.bookings.given import counters, recount
from tests.cast import come_in
from tests.conftest import Clock
from tests.demo.conftest import load_edition
from tests.factories import EditionFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("seeded")]


def public():
    return Activity.objects.published()


def rows():
    with source.path_for(EditionFactory.build()).open(newline="") as file:
        return list(csv.DictReader(file))


def test_public_sees_the_279_with_their_titles_and_nothing_else():
    assert Counter(public().values_list("title", flat=True)) == Counter(row["title"] for row in rows())
    assert set(public().values_list("origin", flat=True)) == {Origin.DEMO}


def test_a_neighboring_city_is_there_paused_and_decided_about_and_says_that_it_is_invented(client: Client):
    found = Source.objects.get()

    assert (found.state, found.due_at, found.fault) == (Source.State.PAUSED, None, "")
    assert "演示" in found.name and found.address.endswith(".example.org")
    assert not found.held.exists()
    assert not found.counterparts.filter(state=Counterpart.State.WAITING).exists()
    assert {one.state for one in found.counterparts.all()} >= {
        Counterpart.State.SAME,
        Counterpart.State.DECIDED,
    }
    come_in(client, User.objects.get(email=accounts.ACCOUNTS[0].email))
    page = client.get(reverse("federation:sources")).content.decode()
    assert found.name in page and "1个来源" in page


def test_units_and_texts_are_as_in_the_source():
    by_title = {activity.title: activity for activity in public().prefetch_related("participations")}
    for row in rows():
        activity = by_title[row["title"]]
        hosts = [part.name for part in activity.participations.all() if part.role == "host"]
        others = [part.name for part in activity.participations.all() if part.role != "host"]
        named = [name for name in row["organizer"].split(";") if name]
        assert hosts[: len(named)] == named or "（主办）" in row["co_organizers"]
        assert hosts or others
        assert activity.summary == row["description"]


def test_linked_cities_keep_their_city_and_have_no_district():
    linked = public().exclude(city="")

    assert linked.count() == 279 - 125
    assert not linked.filter(district__isnull=False).exists()
    assert not linked.filter(is_key=True).exists()
    assert set(linked.values_list("organization__name", flat=True)) == {LINKED_CITIES}
    assert {"北京", "全国", "安徽", "其他城市"} <= set(linked.values_list("city", flat=True))


def test_own_city_has_districts_from_the_source_or_a_known_place():
    without = public().filter(city="", district__isnull=True).exclude(mode="online")

    assert public().filter(city="").count() == 125
    assert public().filter(district__name="福田区").count() >= 25
    assert not without.filter(sessions__venue__name="深圳图书馆").exists()


def test_everything_was_approved_in_time_by_those_whose_turn_it_was():
    first = datetime(2024, 8, 13, 10, tzinfo=stages.ZONE)
    last = stages.MOMENTS[Stage.MONTH]

    assert all(first <= at < last for at in public().values_list("published_at", flat=True))
    fast = Submission.objects.get(lane="fast")
    assert (fast.state, fast.kind, fast.reviews.count(), fast.sampling.state) == (
        "approved", "revision", 0, "pending",
    )  # fmt: skip
    approved = Submission.objects.filter(state="approved").exclude(pk=fast.pk)
    for submission in approved.prefetch_related("reviews"):
        assert [review.organization_id for review in submission.reviews.all()] == submission.chain


def test_trail_lies_in_the_demonstrations_own_time():
    assert not AuditEvent.objects.filter(
        subject_type="activity", at__gte=stages.MOMENTS[Stage.MONTH]
    ).exists()


def test_trail_and_messages_are_in_the_order_of_time():
    for model, moment in ((AuditEvent, "at"), (Message, "created_at")):
        moments = list(model.objects.order_by("pk").values_list(moment, flat=True))
        seeded = [at for at in moments if at <= stages.MOMENTS[Stage.MONTH]]
        assert seeded == sorted(seeded) and len(seeded) > 100, model


def test_people_work_by_day():
    """Nothing is done between eight in the evening and eight in the morning."""
    hours = {
        at.astimezone(stages.ZONE).hour
        for at in AuditEvent.objects.filter(subject_type="activity").values_list("at", flat=True)
    }

    assert hours <= set(range(8, 20))


def test_what_waits_lies_ahead_within_the_month_and_names_an_audience(seeded):
    waiting = Submission.objects.filter(state="pending").select_related("activity")

    for submission in waiting:
        starts = [session["starts_at"] for session in submission.content["sessions"]]
        last = datetime.fromisoformat(max(starts)).astimezone(stages.ZONE)
        assert stages.MOMENTS[Stage.MONTH] < last, submission.activity
        assert seeded.holds(last.date()), submission.activity
        assert any(term.startswith(("audience:", "form:")) for term in submission.content["terms"])


def test_every_term_that_the_demonstration_names_is_the_editions(seeded):
    known = {
        f"{taxonomy}:{term}"
        for taxonomy, term in Taxonomy.objects.filter(edition=seeded).values_list("code", "terms__code")
    }
    taxonomies = {pair.split(":")[0] for pair in known}
    folder = Path(seeding.__file__).parent.parent
    named = {
        pair
        for file in folder.rglob("*.py")
        for pair in re.findall(r"\b([a-z_]+:[a-z_]+)\b", file.read_text())
        if pair.split(":")[0] in taxonomies
    }

    assert named and named <= known


def test_some_go_on_all_year_and_are_counted_apart(seeded):
    assert public().filter(is_year_round=True, city="").count() == 2


def test_desks_have_work_that_the_public_does_not_see():
    hidden = Activity.objects.exclude(pk__in=public())

    assert Counter(hidden.values_list("state", flat=True)) == {
        "submitted": 21, "draft": 3, "returned": 1, "taken_down": 1,
    }  # fmt: skip
    assert all("（演示）" in title for title in hidden.values_list("title", flat=True))
    assert Submission.objects.filter(state="returned").get().reviews.get().comments.count() == 2
    revision = Submission.objects.get(kind="revision", state="pending")
    assert revision.activity.state == State.PUBLISHED
    assert {s.turn.level for s in Submission.objects.filter(state="pending")} == {"district", "office"}


def test_demonstration_mail_is_not_sent():
    assert not Message.objects.filter(state=Message.State.WAITING).exists()


def test_accounts_have_random_passwords_that_only_their_owner_can_read(client, capsys):
    path = accounts.path()
    drawn = accounts.passwords()

    assert path.stat().st_mode & 0o777 == 0o600
    assert len(set(drawn.values())) == len(accounts.ACCOUNTS)
    for email, password in drawn.items():
        assert client.login(username=email, password=password), email
    call_command("demo-accounts")
    assert drawn["office@demo.example"] in capsys.readouterr().out


def test_people_are_named_by_their_roles():
    people = Membership.objects.filter(user__email__endswith="@demo.example").values_list(
        "user__name", flat=True
    )

    assert all(name.startswith("演示·") for name in people)


def test_units_made_for_it_say_so():
    made = Organization.objects.filter(note__startswith="演示")

    assert made.filter(name="龙岗区水务局", parent__name="龙岗区科学技术协会").exists()
    assert made.filter(name="深圳市生态环境局福田管理局", parent__name="深圳市生态环境局").exists()


def test_seed_twice_writes_nothing_more(seeded, capsys):
    before = Activity.objects.count()

    call_command("seed", edition=seeded.code)

    assert Activity.objects.count() == before
    assert "没有重复写入" in capsys.readouterr().out


def test_terms_are_the_editions_and_a_tier_is_one(seeded):
    for activity in public().filter(city="").prefetch_related("terms__taxonomy"):
        tiers = [term for term in activity.terms.all() if term.taxonomy.code == "tier"]
        assert len(tiers) == 1, activity.title


def test_seed_without_edition_says_what_to_do():
    with pytest.raises(CommandError, match="edition load"):
        call_command("seed", edition="paris-2024")


@pytest.mark.parametrize("stage", [Stage.CALL, Stage.PUBLICITY])
def test_earlier_stages_are_built_by_stopping_earlier(stage, monkeypatch):
    """A few activities only: the way is the same for all."""
    from django.db import transaction

    whole = source.activities
    monkeypatch.setattr(source, "activities", lambda edition: whole(edition)[::6])
    CheckIn.objects.all().delete()
    Booking.objects.all().delete()
    Activity.objects.all().delete()
    edition = load_edition()

    with transaction.atomic():
        seeding.seed(edition, stage)

    states = Counter(Activity.objects.exclude(title__contains="（演示）").values_list("state", flat=True))
    if stage == Stage.CALL:
        assert states["published"] == 0 and states["submitted"] > 5
    else:
        assert states["published"] > 30 and states["published"] < 47
    assert not AuditEvent.objects.filter(subject_type="activity", at__gt=stages.MOMENTS[Stage.MONTH]).exists()
    assert settings.DEMO


def test_the_press_finds_stories_pictures_and_coverage_that_say_they_are_invented(seeded, client):
    from kepuyue.publicity.models import Coverage, PressPicture, Story

    shown = Story.objects.shown().filter(edition=seeded)
    assert len(shown) >= 5 and all("演示" in one.title and one.is_demonstration for one in shown)
    assert PressPicture.objects.usable().filter(edition=seeded).count() == 6
    reports = Coverage.objects.filter(edition=seeded)
    assert reports.confirmed().count() >= 20
    assert {"recorded", "declined"} <= set(reports.values_list("state", flat=True))
    for one in reports:
        assert "演示" in one.outlet and one.is_demonstration
        assert not one.link or one.link.startswith("https://news.example/")
        assert one.activities.get().is_public


def test_every_filter_of_the_public_has_something_and_leaves_something_out():
    public = Activity.objects.published().filter(city="")
    all_ = public.count()

    for some in (
        public.filter(age_min__isnull=False),
        public.filter(admission="free"),
        public.exclude(languages=""),
        public.exclude(accessibility_items=[]),
    ):
        assert 10 < some.count() < 0.7 * all_
    assert Client().get("/api/v1/activities", {"seats": "1"}).json()["count"] > 0


def test_what_is_set_for_show_says_so():
    shown = Activity.objects.published().exclude(languages="")
    access = Activity.objects.published().exclude(accessibility_items=[])

    assert {text.startswith("演示：") for text in shown.values_list("languages", flat=True)} == {True}
    assert {text.startswith("演示：") for text in access.values_list("accessibility", flat=True)} == {True}


def test_some_sessions_are_full_and_their_activities_have_others():
    full = Session.objects.filter(is_full=True, activity__in=Activity.objects.published())
    by_activity = Counter(full.values_list("activity", flat=True))

    assert 5 <= len(by_activity) <= 40
    assert set(by_activity.values()) == {1}
    assert not full.filter(capacity=None).exists()
    assert all(Session.objects.filter(activity=pk, is_full=False).exists() for pk in by_activity)


def test_booking_can_be_tried_open_soon_full_and_with_a_class(clock: Clock) -> None:
    clock.set(stages.MOMENTS[Stage.MONTH])
    found = offers(BookingTerms.objects.values_list("session", flat=True))
    states = Counter(one.state(now()) for one in found.values())
    bookings = Booking.objects.all()

    assert states["open"] and states["waitlist"] == 1 and states["not-open"] >= 2
    soon = {one.opens_at - now() for one in found.values() if one.state(now()) == "not-open"}
    assert all(timedelta(0) < left <= timedelta(minutes=1) for left in soon)
    assert bookings.filter(state="waitlisted").count() >= 3 and any(one.is_class for one in bookings)
    assert {one.plain_phone[:9] for one in bookings} == {"+86138000"}
    assert all(one.plain_name.startswith("演示") for one in bookings)
    assert counters_agree()


def test_doors_of_the_last_days_have_let_people_in_and_one_of_today_can_be_tried(clock: Clock) -> None:
    clock.set(stages.MOMENTS[Stage.MONTH])
    office_account = User.objects.get(email="office@demo.example")
    sessions = [terms.session for terms in arrivals.doors(office_account)]
    came = queries.attendances([one.pk for one in sessions])
    over = [came[one.pk] for one in sessions if one.is_over]

    assert len(over) == 2 and all(one.checked_in > 8 and one.missing and one.walk_in == 2 for one in over)
    assert all(one.conflicts == 1 for one in over)
    said = [feedback.results([one.pk], one.activity.edition) for one in sessions if one.is_over]
    assert all(not one.is_few and one.answers < one.booked for one in said)
    [to_come] = [one for one in sessions if not one.is_over]
    assert timezone.localdate(to_come.starts_at) == timezone.localdate(now())
    assert came[to_come.pk].booked > 8 and not came[to_come.pk].is_known


def counters_agree() -> bool:
    """What the counters of every quota say is what its bookings hold."""
    return all(recount(one.session) == counters(one.session) for one in BookingTerms.objects.all())
