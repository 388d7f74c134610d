"""Several programs at the same moment; real threads, on whichever database the run is on."""

import pytest
from django.http import HttpResponse

from kepuyue.activities.models import State
from kepuyue.api.actions import keeping
from kepuyue.api.models import KeptAnswer
from kepuyue.organizations.models import Organization
from kepuyue.programme.actions import following
from kepuyue.programme.models import PublicChange
from tests.api.partner import Partner
from tests.cast import Cast
from tests.factories import ActivityFactory
from tests.racing import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_of_two_that_are_sent_with_one_key_at_once_one_is_done_and_both_are_answered_alike(
    cast: Cast,
) -> None:
    token = Partner(cast.own_unit).token
    answers: list[bytes] = []

    def work() -> HttpResponse:
        # What it does grows with each time that it is done
        unit = Organization.objects.select_for_update().get(pk=cast.own_unit.pk)
        unit.note += "x"
        unit.save(update_fields=["note"])
        return HttpResponse(f'{{"done": "{unit.note}"}}', content_type="application/json")

    def ask() -> None:
        answers.append(keeping.once(token, "key", "the same", work).content)

    ends = at_once(ask, ask, ask)

    assert ends == ["done"] * 3 and set(answers) == {b'{"done": "x"}'}
    assert Organization.objects.get(pk=cast.own_unit.pk).note == "x" and KeptAnswer.objects.count() == 1


def test_readers_at_once_give_every_change_one_number(cast: Cast) -> None:
    activities = [
        ActivityFactory(organization=cast.own_unit, edition=cast.edition, state=State.PUBLISHED)
        for _one in range(6)
    ]
    for activity in activities:
        following.note(activity)

    at_once(*[lambda: following.number(cast.edition)] * 3)
    at_once(lambda: following.number(cast.edition))

    numbers = PublicChange.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == [1, 2, 3, 4, 5, 6] and not PublicChange.objects.filter(is_noted=True).exists()
