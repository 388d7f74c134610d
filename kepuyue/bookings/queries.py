"""What is read across bookings."""

from collections.abc import Iterable

from kepuyue.bookings.models import Channel, Quota


def free_online(sessions: Iterable[int]) -> dict[int, int]:
    """Seats that somebody who comes now can book online, by session that is booked here; none while parties wait for
    them, since nobody passes those.
    """
    rows = Quota.objects.filter(terms__session__in=list(sessions), channel=Channel.ONLINE)
    return {
        session: 0 if waiting else capacity - taken
        for session, capacity, taken, waiting in rows.values_list(
            "terms__session_id", "capacity", "taken", "waiting"
        )
    }
