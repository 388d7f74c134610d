"""What a rush is run on, and how its rows are counted: run in a process of its own with the site's environment."""

import json
import sys
from collections import Counter
from datetime import timedelta
from typing import Any


def prepare(sessions: int, seats: int) -> dict[str, Any]:
    """Published activities with sessions whose booking opens in a while: seats spread evenly. Their numbers."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from kepuyue.activities.models import Activity, BookingMode, Session, State
    from kepuyue.bookings.models import BookingTerms, Channel, Quota
    from kepuyue.editions.models import Edition
    from kepuyue.organizations.models import Organization

    call_command("edition", "load", "editions/shenzhen-2024", verbosity=0)
    edition = Edition.objects.get(is_current=True)
    unit = Organization.objects.order_by("pk").first()
    moment = timezone.now()
    made = []
    for number in range(sessions):
        activity = Activity.objects.create(
            edition=edition, organization=unit, title=f"清晨的场馆 {number + 1}", state=State.PUBLISHED,
            booking_mode=BookingMode.FIRST_COME, published_at=moment,
        )  # fmt: skip
        # Each on a day of its own, as far as there are days, so that the cap per day is looked at and does not decide
        starts = moment + timedelta(days=30 + number % 30)
        session = Session.objects.create(
            activity=activity, starts_at=starts, ends_at=starts + timedelta(hours=2)
        )
        terms = BookingTerms.objects.create(session=session, opens_at=moment, most_seats=3, per_day=2)
        capacity = seats // sessions + (number < seats % sessions)
        Quota.objects.create(terms=terms, channel=Channel.ONLINE, capacity=capacity)
        made.append(session.pk)
    return {"sessions": made}


def count(answers: dict[str, Any]) -> dict[str, Any]:
    """What the rows say of what the clients saw: seats beyond capacity, confirmations that are no rows, wrong
    counters.
    """
    from kepuyue.bookings.models import HOLDING, Booking, Quota

    mine = Booking.objects.filter(session__in=answers["sessions"])
    rows = dict(mine.values_list("code", "state"))
    held: Counter[int] = Counter()
    for session, seats in mine.filter(state__in=HOLDING).values_list("session_id", "seats"):
        held[session] += seats
    oversold = wrong = 0
    for quota in Quota.objects.filter(terms__session__in=answers["sessions"]).select_related("terms"):
        oversold += max(0, held[quota.terms.session_id] - quota.capacity)
        wrong += held[quota.terms.session_id] != quota.taken
    confirmed, waiting = answers["confirmed"], answers["waitlisted"]
    lost = sum(rows.get(code) not in HOLDING for code in confirmed) + sum(
        rows.get(code) != "waitlisted" for code in waiting
    )
    return {
        "oversold": oversold,
        "lost": lost,
        "twice": len(confirmed) - len(set(confirmed)),
        "unseen": len(rows) - len(set(confirmed) | set(waiting)),
        "wrong_counters": wrong,
    }


def transaction(terms: list[int]) -> str:
    """The statements of one booking as pgbench's script: those of `admission.ledger`, for one person."""
    chosen = "(array[" + ",".join(str(pk) for pk in terms) + "])[:n]"
    return f"""\\set n random(1, {len(terms)})
\\set person random(1, 9000000000000)
\\set key random(1, 9000000000000)
BEGIN;
SELECT t.session_id, t.id, t.opens_at, s.starts_at, a.state, e.time_zone FROM bookings_bookingterms t
 JOIN activities_session s ON s.id = t.session_id JOIN activities_activity a ON a.id = s.activity_id
 JOIN editions_edition e ON e.id = a.edition_id WHERE t.id = {chosen} FOR UPDATE OF t \\gset
SELECT capacity, taken, waiting FROM bookings_quota WHERE terms_id = {chosen};
SELECT code FROM bookings_booking WHERE session_id = :session_id AND key = md5(:key::text)
 UNION SELECT code FROM bookings_booking WHERE session_id = :session_id AND person = md5(:person::text)
 AND state IN ('confirmed', 'offered', 'waitlisted');
SELECT nth FROM bookings_booking WHERE person = md5(:person::text) AND day = current_date AND nth IS NOT NULL;
SELECT edition_id, max(until) FROM bookings_block WHERE person = md5(:person::text) AND lifted_at IS NULL
 AND until > now() GROUP BY edition_id;
INSERT INTO bookings_booking (session_id, channel, code, state, seats, person, key, asked, name, phone, day, nth,
 arrived_at, created_at, end_reason, consent, children, school, adults, roster)
 VALUES (:session_id, 'online', substr(md5(random()::text), 1, 8), 'confirmed', 1,
 md5(:person::text), md5(:key::text), md5(:key::text), repeat('n', 60), repeat('p', 60), current_date, 1, now(),
 now(), '', '', 0, '', 0, '')
 ON CONFLICT DO NOTHING;
UPDATE bookings_quota SET taken = taken + 1 WHERE terms_id = {chosen} AND channel = 'online';
INSERT INTO core_auditevent (at, actor_name, action, subject_type, subject_id, subject_name, organization_path, changes,
 reason, is_quiet) VALUES (now(), '公众', 'booking.create', 'booking', 'x', 'x', '', '{{}}', '', true);
COMMIT;
"""


def main() -> None:
    import django

    django.setup()
    if sys.argv[1] == "prepare":
        print(json.dumps(prepare(int(sys.argv[2]), int(sys.argv[3]))))
    else:
        print(json.dumps(count(json.load(sys.stdin))))


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
    main()
