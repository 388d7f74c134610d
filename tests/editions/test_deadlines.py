"""Deadlines lock and unlock by themselves; exceptions hold for a branch or a tier, until a day, with a reason."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kepuyue.activities import content
from kepuyue.activities.actions import drafting, submission
from kepuyue.activities.models import Activity
from kepuyue.core import audit
from kepuyue.core.time import shifted
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.actions import extending
from kepuyue.editions.models import Extension, KeyDate
from kepuyue.editions.queries import is_open, window
from tests.cast import Cast
from tests.factories import complete_content

pytestmark = pytest.mark.django_db
DUE = date(2024, 8, 20)


def on(day: int, hour: int = 4) -> Any:
    """A moment of August 2024, in UTC."""
    return shifted(datetime(2024, 8, day, hour, tzinfo=UTC) - datetime.now(UTC))


@pytest.fixture(autouse=True)
def due(cast: Cast) -> None:
    KeyDate.objects.create(edition=cast.edition, kind="registration_due", day=DUE)
    KeyDate.objects.create(edition=cast.edition, kind="plan_due", day=DUE)


@pytest.fixture
def activity(cast: Cast) -> Activity:
    return drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, content=complete_content()
    )


def extend(cast: Cast, **values: Any) -> Extension:
    given = {"kind": "registration_due", "until": date(2024, 8, 25), "reason": "换届"} | values
    return extending.extend(cast.edition, given.pop("kind"), by=cast.office, **given)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [((5, 15), False), ((5, 16), True), ((20, 15), True), ((20, 16), False)],
    ids=["evening before it opens", "midnight when it opens", "last minute", "midnight after"],
)
def test_registration_opens_and_closes_with_the_day_of_the_city(
    cast: Cast, moment: tuple[int, int], expected: bool
) -> None:
    from django.utils import timezone

    with on(*moment), timezone.override(cast.edition.zone):
        assert is_open(cast.edition, "registration", cast.own_unit) is expected


def test_late_submission_is_refused_with_what_to_do_and_nothing_is_lost(
    cast: Cast, activity: Activity
) -> None:
    with on(22), pytest.raises(NotPossibleNow, match="延期"):
        submission.submit(activity, by=cast.editor)

    activity.refresh_from_db()
    assert activity.state == "draft"
    assert content.of(activity)["title"] == complete_content()["title"]


def test_extension_lets_its_branch_in_and_no_other(cast: Cast, activity: Activity) -> None:
    extend(cast, organization=cast.own_district)

    with on(22):
        assert submission.submit(activity, by=cast.editor).state == "pending"
        assert not is_open(cast.edition, "registration", cast.far_unit)
    with on(26):
        assert not is_open(cast.edition, "registration", cast.own_unit)


def test_extension_of_a_tier_holds_for_its_activities(cast: Cast) -> None:
    extend(cast, tier="district")

    with on(22):
        assert is_open(cast.edition, "registration", cast.far_unit, tiers=["district"])
        assert not is_open(cast.edition, "registration", cast.far_unit, tiers=["main_venue"])


def test_what_was_handed_in_once_may_come_again(cast: Cast, activity: Activity) -> None:
    with on(19):
        submission.submit(activity, by=cast.editor)
    with on(22):
        submission.withdraw(activity, by=cast.editor)

        assert submission.submit(activity, by=cast.editor).state == "pending"


def test_extension_is_on_record_with_its_reason(cast: Cast) -> None:
    made = extend(cast, organization=cast.own_district)

    event = audit.trail(made)[0]
    assert (event.action, event.reason, event.actor_id) == ("extension.grant", "换届", cast.office.pk)
    assert extend(cast, organization=cast.own_district, until=date(2024, 8, 28)).pk == made.pk


@pytest.mark.parametrize("wrong", [{"until": DUE}, {"reason": " "}, {"kind": "summary_due", "until": DUE}])
def test_extension_that_extends_nothing_is_refused(cast: Cast, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        extend(cast, organization=cast.own_district, **wrong)

    assert not Extension.objects.exists()


def test_only_the_office_extends(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        extending.extend(
            cast.edition, "plan_due", until=date(2024, 8, 25), reason="忙", by=cast.district_reviewer,
            organization=cast.own_district,
        )  # fmt: skip


def test_office_grants_and_ends_on_the_page(cast: Cast, client: Client) -> None:
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    here = f"/desk/edition/{cast.edition.code}/"
    sent = {
        "kind": "plan_due",
        "scope": f"unit:{cast.own_district.code}",
        "until": "2024-08-27",
        "reason": "台风",
    }

    assert client.post(f"{here}extensions/", sent).status_code == 302
    assert "台风" in client.get(f"{here}dates/").content.decode()
    assert window(cast.edition, "plan", cast.own_district).due == date(2024, 8, 27)

    client.post(f"{here}extensions/{Extension.objects.get().pk}/end/")
    assert window(cast.edition, "plan", cast.own_district).due == DUE
