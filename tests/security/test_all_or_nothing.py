"""What a form does, it does wholly or not at all, whichever of its writes fails; and it leaves a line in the trail.

Forms are found by opening every page, so that a new action is tried as soon as a page presses it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import resolve

from kepuyue.core.models import AuditEvent
from tests import turns
from tests.architecture.world import World, a_world
from tests.cast import Cast
from tests.security import planting
from tests.security.filling import all_forms, typed_into
from tests.security.half_done import chosen, failing_at, half_done, undone

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    def prepare(cast: Cast) -> dict[str, Any]:
        planting.something_everywhere(cast)
        return {}

    with django_db_blocker.unblock(), a_world(prepare) as found:
        yield found


# What they keep is a person's own, or comes back by itself: nobody asks later who did it
WITHOUT_TRAIL = {
    "account_reset_password",
    "account_proof_mail",
    "activities:filters",
    "activities:filter-removal",
}
# One small transaction per row, so that an import that was stopped goes on where it stood
ROW_BY_ROW = {"imports:commit", "imports:unit-commit"}


def test_forms_do_all_or_nothing_and_leave_a_trail(world: World, is_long: bool) -> None:
    complaints: list[str] = []
    pressed = set()

    forms = list(all_forms(world))
    for person, target, _page, form in forms if is_long else turns.share(forms, 4):
        fields = typed_into(form, "一段话", seriously=True)
        name = resolve(target).view_name

        def act(person: str = person, target: str = target, fields: Any = fields) -> int:
            answer = world.client(person).post(target, dict(fields))
            return int(answer.status_code)

        with undone(), failing_at(0) as writes:
            trail = AuditEvent.objects.count()
            status = act()
            recorded = AuditEvent.objects.count() - trail
        if status >= 400 or not writes:
            continue
        pressed.add(name)
        if not recorded and name not in WITHOUT_TRAIL:
            complaints.append(f"{name}: wrote without a line in the trail: {writes[:3]}")
        if name not in ROW_BY_ROW:
            complaints += [f"{name}: {fault}" for fault in half_done(act, chosen(is_long))]

    assert len(pressed) > (8 if is_long else 4), pressed
    assert not complaints, "\n".join(complaints)
