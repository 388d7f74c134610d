"""The stages that the demonstration clock jumps to, and where it stands for a visitor."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ZONE = ZoneInfo("Asia/Shanghai")


class Stage(StrEnum):
    CALL = "call"
    PUBLICITY = "publicity"
    MONTH = "month"
    SUMMARY = "summary"
    AFTER = "after"


MOMENTS = {
    Stage.CALL: datetime(2024, 8, 12, 10, tzinfo=ZONE),
    Stage.PUBLICITY: datetime(2024, 8, 24, 10, tzinfo=ZONE),
    Stage.MONTH: datetime(2024, 9, 14, 10, tzinfo=ZONE),
    Stage.SUMMARY: datetime(2024, 9, 28, 10, tzinfo=ZONE),
    Stage.AFTER: datetime(2024, 10, 8, 10, tzinfo=ZONE),
}
LABELS: dict[Stage, Any] = {
    Stage.CALL: pgettext_lazy("stage", "申报"),
    Stage.PUBLICITY: _("宣传"),
    Stage.MONTH: _("科普月"),
    Stage.SUMMARY: _("总结"),
    Stage.AFTER: _("结束后"),
}
DEFAULT = Stage.MONTH
STARTED_AT = timezone.now()

COOKIE = "demo_clock"
COOKIE_AGE = 60 * 60 * 24
_SALT = "kepuyue.demo.clock"


def _kept_in() -> Path:
    return settings.DATA_DIR / "demo-stage"


def keep(stage: Stage) -> None:
    """From the next start on the clock of who has not jumped stands at the stage that the content was built up to."""
    _kept_in().write_text(stage.value)


@cache
def standing() -> Stage:
    """The stage of visitors who have not jumped, and of the work behind them."""
    try:
        return Stage(_kept_in().read_text().strip())
    except (OSError, ValueError):
        return DEFAULT


def shift_to(stage: Stage, since: datetime | None = None) -> timedelta:
    """How far the clock is moved for somebody who jumped to the stage at `since` (default: now)."""
    return MOMENTS[stage] - (since or timezone.now())


def default_shift() -> timedelta:
    """For visitors who have not jumped: the day of the stage began when this process did."""
    return shift_to(standing(), STARTED_AT)


def cookie_for(stage: Stage) -> str:
    """A signed note of the jump, so that the clock runs on from it."""
    return signing.dumps([stage.value, int(timezone.now().timestamp())], salt=_SALT)


def read_cookie(value: str) -> tuple[Stage, timedelta] | None:
    """The stage and shift that a cookie states; None where it is forged, old or of another version."""
    try:
        stage, since = signing.loads(value, salt=_SALT, max_age=COOKIE_AGE)
        return Stage(stage), shift_to(Stage(stage), datetime.fromtimestamp(since, UTC))
    except (signing.BadSignature, ValueError, TypeError):
        return None
