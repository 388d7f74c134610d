from datetime import UTC, date, datetime, timedelta
from threading import Thread
from zoneinfo import ZoneInfo

from django.utils import timezone

from kepuyue.core.time import now, shifted, today
from tests.conftest import Clock


def test_now_unshifted_is_the_machines_clock() -> None:
    before = timezone.now()

    assert before <= now() <= timezone.now()


def test_shifted_moves_the_clock_within_the_block_only() -> None:
    with shifted(timedelta(days=-3)):
        moved = timezone.now() - now()

    assert timedelta(days=3) - timedelta(seconds=1) < moved <= timedelta(days=3, seconds=1)
    assert timezone.now() - now() < timedelta(seconds=1)


def test_shifted_after_an_error_is_taken_back() -> None:
    try:
        with shifted(timedelta(days=400)):
            raise RuntimeError
    except RuntimeError:
        pass

    assert abs(timezone.now() - now()) < timedelta(seconds=1)


def test_shifted_holds_for_its_own_thread_only() -> None:
    seen: list[datetime] = []
    with shifted(timedelta(days=400)):
        other = Thread(target=lambda: seen.append(now()))
        other.start()
        other.join()

    assert abs(seen[0] - timezone.now()) < timedelta(seconds=5)


def test_today_is_the_day_of_the_active_zone(clock: Clock) -> None:
    clock.set(datetime(2024, 9, 13, 17, tzinfo=UTC))

    with timezone.override(ZoneInfo("Asia/Shanghai")):
        in_shenzhen = today()
    with timezone.override(UTC):
        in_greenwich = today()

    assert (in_shenzhen, in_greenwich) == (date(2024, 9, 14), date(2024, 9, 13))
