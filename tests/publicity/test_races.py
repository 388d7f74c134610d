"""Two people of the office at the same moment; real threads, on whichever database the run is on."""

from datetime import date

import pytest

from kepuyue.core import audit
from kepuyue.publicity.actions import highlights
from kepuyue.publicity.models import Highlight
from tests.cast import Cast
from tests.publicity.test_highlights import activity
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]
DAY = date(2024, 9, 20)
ROUNDS = 3


def test_of_two_who_fill_the_same_empty_day_one_looks_again(cast: Cast) -> None:
    for _round in range(ROUNDS):
        Highlight.objects.all().delete()
        one, other = activity(cast), activity(cast)

        ends = at_once(
            lambda one=one: highlights.choose(cast.edition, DAY, one, by=cast.office, seen=""),
            lambda other=other: highlights.choose(cast.edition, DAY, other, by=cast.office, seen=""),
        )

        assert ends == ["NotPossibleNow", "done"]
        left = Highlight.objects.get()
        assert left.position == 1 and audit.trail(left).count() == 1


def test_of_two_who_add_to_a_day_without_looking_both_get_a_place(cast: Cast) -> None:
    for _round in range(ROUNDS):
        Highlight.objects.all().delete()
        one, other = activity(cast), activity(cast)

        ends = at_once(
            lambda one=one: highlights.choose(cast.edition, DAY, one, by=cast.office),
            lambda other=other: highlights.choose(cast.edition, DAY, other, by=cast.office),
        )

        assert ends == ["done", "done"]
        assert list(Highlight.objects.values_list("position", flat=True)) == [1, 2]
