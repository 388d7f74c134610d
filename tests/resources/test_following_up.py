"""What time does by itself, and what the office sees and takes home."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from openpyxl import load_workbook

from kepuyue.core import tables
from kepuyue.messaging.models import Message
from kepuyue.resources import queries
from kepuyue.resources.actions import agreeing
from kepuyue.resources.actions.following_up import follow_up
from tests.cast import Cast
from tests.factories import OfferFactory, RequestFactory
from tests.resources.acting import answered, asked, asked_openly, fresh, offered

pytestmark = pytest.mark.usefixtures("in_the_month")


def reminded(person: Any) -> int:
    return Message.objects.filter(person=person, subject__startswith="还等您答复").count()


def test_side_that_does_not_answer_is_reminded_after_three_days_and_once_in_three(
    cast: Cast, clock: Any
) -> None:
    asked(cast)
    follow_up()
    assert reminded(cast.owner) == 0

    clock.set(datetime(2024, 9, 17, 11))
    follow_up()
    follow_up()

    assert (reminded(cast.owner), reminded(cast.colleague)) == (1, 0)


def test_requester_is_reminded_of_an_answer(cast: Cast, clock: Any) -> None:
    answered(cast)

    clock.set(datetime(2024, 9, 18, 11))
    follow_up()

    assert (reminded(cast.owner), reminded(cast.colleague)) == (0, 1)


def test_request_expires_when_its_days_are_over_and_both_are_told_once(cast: Cast, clock: Any) -> None:
    proposal = answered(cast)

    clock.set(datetime(2024, 9, 28, 0, 30))
    follow_up()
    follow_up()

    assert (fresh(proposal).state, fresh(proposal.request).state) == ("lapsed", "expired")
    for person in (cast.owner, cast.colleague):
        assert Message.objects.filter(person=person, subject="需求已过期：星空走进图书馆").count() == 1


def test_agreement_is_kept_when_its_time_is_over(cast: Cast, clock: Any) -> None:
    proposal = asked(cast)
    activity = agreeing.accept(proposal, by=cast.owner, registrar=cast.own_unit)

    clock.set(datetime(2024, 9, 20, 16))
    follow_up()

    assert (fresh(proposal.request).state, fresh(activity).state) == ("fulfilled", "draft")


def test_overview_shows_what_lies_idle_in_ones_branch(cast: Cast) -> None:
    idle, far = OfferFactory(organization=cast.own_unit), OfferFactory(organization=cast.far_unit)
    agreed = asked(cast)
    agreeing.accept(agreed, by=cast.owner, registrar=cast.own_unit)
    lonely = asked_openly(cast)
    RequestFactory(organization=cast.far_unit)

    mine = queries.overview(cast.district_reviewer, cast.edition)
    all_ = queries.overview(cast.office, cast.edition)

    assert (mine.unasked, mine.unanswered, mine.agreed) == ([idle], [lonely], [agreed.request])
    assert ({*all_.unasked}, len(all_.unanswered)) == ({idle, far}, 2)
    assert mine.by_kind[0] == ("专家讲座", 2, 2, 1)


@pytest.mark.parametrize("sign", ["=1+1", "+1", "-1", "@cmd", "\t=1", "＝1"])
def test_text_that_would_be_a_formula_is_text_in_both_files(sign: str, cast: Cast, sign_in: Any) -> None:
    offered(cast, title=sign)
    client = sign_in(cast.office)

    csv = client.get("/desk/resources/overview/offers.csv").content.decode("utf-8-sig")
    book = load_workbook(BytesIO(client.get("/desk/resources/overview/offers.xlsx").content))

    assert f"'{sign}" in csv
    assert (book.active["B2"].value, book.active["B2"].data_type) == (f"'{sign}", "s")


def test_numbers_stay_numbers() -> None:
    assert [tables.neutral(value) for value in (3, -2, 1.5, None, True)] == [3, -2, 1.5, "", "True"]


@pytest.mark.parametrize(("table", "form"), [("people", "csv"), ("offers", "pdf")])
def test_other_files_are_not_found(table: str, form: str, cast: Cast, sign_in: Any) -> None:
    assert sign_in(cast.office).get(f"/desk/resources/overview/{table}.{form}").status_code == 404
