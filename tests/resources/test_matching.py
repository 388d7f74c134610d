"""Which offer fits which request, and what is said about it."""

import pytest

from kepuyue.resources.matching import match, offers_for
from tests.cast import Cast
from tests.factories import OfferFactory, RequestFactory
from tests.resources.acting import asked, fresh, offered

pytestmark = pytest.mark.usefixtures("in_the_month")


def test_match_says_why_in_plain_words(cast: Cast) -> None:
    offer = offered(cast, terms=["content:frontier", "audience:children"], weekdays=[0, 1])
    request = RequestFactory(organization=cast.other_unit, terms=["content:frontier", "audience:children"])

    found = match(offer, request)

    assert found is not None
    assert found.reasons == (
        "主题相同：高阶前沿科普", "同在福田区", "人群相同：少年儿童", "4天可约，最早9月16日（周一）",
    )  # fmt: skip
    assert (found.points, found.doubts) == (4 + 3 + 3 + 2 + 1 + 1, ())


def test_what_speaks_against_a_match_is_said_and_costs_points(cast: Cast) -> None:
    offer = offered(cast, people_max=30, age_max=6)
    request = RequestFactory(organization=cast.far_unit, head_count=60, age_min=10)

    found = match(offer, request)

    assert found is not None
    assert found.doubts == ("主题没有直接对上", "每次最多30人，需求是60人", "适合的年龄不同")
    assert found.points == 2 + 2


@pytest.mark.parametrize(
    ("offer", "request_"),
    [
        ({"kind": "venue"}, {}),
        ({"state": "paused"}, {}),
        ({"times_at_most": 1, "times_promised": 1}, {}),
        ({"last_day": "2024-09-10"}, {}),
        ({}, {"is_online": True}),
    ],
)
def test_what_cannot_work_is_no_match(
    offer: dict[str, object], request_: dict[str, object], cast: Cast
) -> None:
    given = fresh(offered(cast, **offer))

    assert match(given, RequestFactory(organization=cast.other_unit, **request_)) is None


def test_offer_that_does_not_serve_the_district_fits_only_online(cast: Cast) -> None:
    request = RequestFactory(organization=cast.other_unit)
    elsewhere = [cast.far_unit.district]

    assert match(offered(cast, districts=elsewhere), request) is None
    online = match(offered(cast, districts=elsewhere, is_online=True), request)
    assert online is not None and online.reasons[0] == "可以线上进行"


def test_own_offer_is_no_match(cast: Cast) -> None:
    assert match(offered(cast), RequestFactory(organization=cast.own_unit)) is None


def test_a_promised_day_is_not_offered_again(cast: Cast) -> None:
    proposal = asked(cast)
    proposal.offer.promised_days.create(proposal=proposal, day="2024-09-20", place_in_day=1)
    request = RequestFactory(organization=cast.far_unit, from_day="2024-09-20", until_day="2024-09-20")

    assert match(proposal.offer, fresh(request)) is None


def test_best_comes_first_and_ties_in_the_order_of_age(cast: Cast) -> None:
    request = RequestFactory(organization=cast.other_unit, terms=["content:frontier"])
    plain = [OfferFactory(organization=cast.own_unit) for _ in range(2)]
    fitting = OfferFactory(organization=cast.far_unit, terms=["content:frontier"])

    assert [one.offer for one in offers_for(request, [plain[1], plain[0], fitting])] == [fitting, *plain]
