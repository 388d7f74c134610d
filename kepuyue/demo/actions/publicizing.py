"""What the month tells the world in the demonstration: highlights, key activities, what the national platform shows.

Highlights are the real activities that the product itself proposes, some days are left to be filled. Of the openings
that units put forward as key activities most are listed, one is declined, some wait; the platform's addresses are
invented (`platform.example`), and some units have not posted yet.
"""

import re
from datetime import date, datetime, timedelta
from functools import partial

from kepuyue.accounts.models import User
from kepuyue.activities.models import Activity
from kepuyue.core import wording
from kepuyue.demo.actions import desks
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition
from kepuyue.publicity import candidates
from kepuyue.publicity.actions import highlights, key_activities, posting
from kepuyue.publicity.key_activities import is_key

# Left empty, so that the grid has something to say
LEFT = (12, 19, 24, 25, 27)
# The office sits down twice: once publicity is open for the first days, and before mid-month for the rest
SITTINGS = ((datetime(2024, 8, 23, 15), range(1, 11)), (datetime(2024, 9, 9, 15), range(11, 31)))
DECIDED_AT = datetime(2024, 8, 23, 16)
POSTED_AT = datetime(2024, 8, 26, 10)
# Of so many that are put forward one waits still; of so many that are listed one is not on the platform yet
ONE_WAITS_OF, ONE_UNPOSTED_OF = 5, 3
LINE = 30  # characters of a line that reads at a glance


def furnish(agenda: Agenda, edition: Edition, cast: Cast, until: datetime) -> None:
    """Highlights by the office's person, two at weekends, and one of an activity that is postponed afterwards."""
    person = cast.registrar(cast.office)
    for moment, numbers in SITTINGS:
        for number in numbers:
            day = edition.starts_on + timedelta(days=number - 1)
            if number not in LEFT:
                at = moment.replace(tzinfo=edition.zone) + timedelta(minutes=4 * number)
                agenda.at(at, partial(_choose, edition, day, person))
    zone = edition.zone
    agenda.at(DECIDED_AT.replace(tzinfo=zone), partial(_decide, edition, person))
    agenda.at(POSTED_AT.replace(tzinfo=zone), partial(_post, edition, person))
    agenda.at(until - timedelta(minutes=110), partial(_post_what_is_postponed, edition, person, until))
    agenda.at(until - timedelta(minutes=100), partial(_choose_what_is_postponed, edition, person, until))


def _choose(edition: Edition, day: date, person: User) -> None:
    most = 2 if day.weekday() >= 5 else 1
    for number, best in enumerate(candidates.candidates(edition, [day], most=most)[day]):
        activity = Activity.objects.select_related("district").get(edition=edition, code=best.code)
        line = _line(activity) if (day.day + number) % 4 else ""
        highlights.choose(
            edition, day, activity, by=person, line=line, line_en=_line_en(activity, day) if line else ""
        )


def _choose_what_is_postponed(edition: Edition, person: User, until: datetime) -> None:
    for activity in desks.published_by_units(edition, until)[1:]:
        session = activity.sessions.filter(starts_at__gt=until, is_cancelled=False).first()
        if session is not None:
            day = session.starts_at.astimezone(edition.zone).date()
            if edition.holds(day):
                highlights.choose(edition, day, activity, by=person)


def _put_forward(edition: Edition) -> list[Activity]:
    found = Activity.objects.of(edition).published().filter(is_key=True, city="")
    return list(found.select_related("organization", "edition", "key_decision").order_by("pk"))


def _decide(edition: Edition, person: User) -> None:
    for number, activity in enumerate(_put_forward(edition)):
        if number == 1:
            key_activities.decline(
                activity, by=person, reason="演示：和市级启动仪式内容相同，由市里统一报送。"
            )
        elif number % ONE_WAITS_OF:
            key_activities.enlist(activity, by=person)


def _post(edition: Edition, person: User) -> None:
    listed = [one for one in _put_forward(edition) if is_key(one)]
    for number, activity in enumerate(listed):
        if number % ONE_UNPOSTED_OF:
            posting.note(activity, by=person, address=f"https://platform.example/{activity.code}")


def _post_what_is_postponed(edition: Edition, person: User, until: datetime) -> None:
    for activity in desks.published_by_units(edition, until)[1:]:
        key_activities.enlist(activity, by=person)
        posting.note(activity, by=person, address=f"https://platform.example/{activity.code}")


def _line(activity: Activity) -> str:
    """The first words of the activity's own introduction."""
    words = re.split("[。！？；]", activity.summary)[0].strip()
    while len(words) > LINE and "，" in words:
        words = words.rpartition("，")[0]
    return words if 4 <= len(words) <= LINE else ""


def _line_en(activity: Activity, day: date) -> str:
    place = activity.district.name_en if activity.district else "the whole city"
    return f"Picked for {wording.EN_WEEKDAYS[day.weekday()]} in {place}"
