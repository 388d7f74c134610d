from datetime import timedelta

from kepuyue.bookings.actions import ballots, blocking, changing, erasing, reminding
from kepuyue.core.duties import duty


@duty(every=timedelta(minutes=1))
def expire_offers() -> int:
    """End offers that nobody took up in time; their seats go to the next."""
    return changing.expire_offers()


@duty(every=timedelta(minutes=10))
def remind() -> int:
    """Tell who comes tomorrow."""
    return reminding.remind()


@duty(every=timedelta(hours=1))
def erase_old() -> int:
    """Erase names and numbers whose time is over."""
    return erasing.erase_old()


@duty(every=timedelta(hours=1))
def count_no_shows() -> int:
    """Pause online booking of those who did not come too often."""
    return blocking.count_no_shows()


@duty(every=timedelta(minutes=1))
def draw_ballots() -> int:
    """Hold the draws whose time has come."""
    return ballots.draw_due()


@duty(every=timedelta(minutes=1))
def tell_drawn() -> int:
    """Tell those who entered how it ended."""
    return ballots.tell_drawn()
