"""One result seen as a list, on the map and in the calendar."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from kepuyue.activities.models import Mode, State
from tests.factories import SessionFactory
from tests.programme.given import announce, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
VIEWS = ("list", "map", "calendar")


def main(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers=headers or None)
    assert response.status_code == 200, address
    return re.sub(r"\s+", " ", response.content.decode()).partition("<main")[2]


def count(page: str) -> int:
    found = re.search(r"<b>(\d+)</b>项活动", page)
    assert found
    return int(found[1])


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_counts_the_same_and_leads_to_the_others_with_every_filter(
    client: Client, view: str
) -> None:
    published(title="湿地观鸟", terms=["audience:children"])
    published(title="湿地摄影", terms=["audience:adults"])
    page = main(
        client,
        f"/activities/?q=湿地&audience=children&district=futian&date_from=2024-09-01&page=1&view={view}",
    )

    assert count(page) == 1
    links = re.findall(r'<a href="\?([^"]*)"', page.split('class="tabs"')[1].split("</nav>")[0])
    asked = [parse_qs(link.replace("&amp;", "&")) for link in links]
    assert [one.pop("view", ["list"])[0] for one in asked] == list(VIEWS)
    assert all(
        one == {"q": ["湿地"], "audience": ["children"], "district": ["futian"], "date_from": ["2024-09-01"]}
        for one in asked
    )
    assert page.split('class="tabs"')[1].split("</nav>")[0].count('aria-current="page"') == 1


def test_a_filter_that_is_turned_on_stays_in_the_view(client: Client) -> None:
    published(title="湿地观鸟")
    for view in ("map", "calendar"):
        page = main(client, f"/activities/?view={view}")
        chips = re.findall(r'<a class="chip" href="(\?[^"]*|/activities/[^"]*)"', page)

        assert chips and all(
            parse_qs(urlsplit(one).query.replace("&amp;", "&"))["view"] == [view] for one in chips
        )
        # The search field and the dates carry it along too
        assert page.count(f'<input type="hidden" name="view" value="{view}"') == 2


def test_an_unknown_view_is_the_list(client: Client) -> None:
    published(title="湿地观鸟")

    assert 'class="card__title"' in main(client, "/activities/?view=telepathy")


def test_without_scripts_the_map_is_the_list_by_district(client: Client) -> None:
    published(title="湿地观鸟")
    published(title="云上讲座", mode=Mode.ONLINE, district=None)
    published(title="广州科技周", city="广州", district=None)
    published(title="某处", district=None)
    page = main(client, "/activities/?view=map&q=")

    assert re.search(r'href="\?[^"]*district=futian"><span>福田区</span><span class="way__count">1项', page)
    assert re.search(
        r'href="\?[^"]*city=linked[^"]*"><span>联动城市</span><span class="way__count">1项', page
    )
    assert re.search(r"<span>线上活动</span><span class=\"way__count\">1项", page)
    assert "另有1项活动没有写明所在区" in page
    assert "view=map" not in re.findall(r'href="(\?[^"]*district=futian)"><span>', page)[0]


def test_the_calendar_counts_each_day_and_a_day_shows_its_hours(client: Client) -> None:
    activity = published(title="湿地观鸟", sessions=2)
    published(title="别的事")
    page = main(client, "/activities/?view=calendar&q=湿地")

    cell = re.search(r'href="(\?[^"]*date_from=2024-09-15[^"]*)"', page)
    assert cell and "湿地观鸟" in page and "别的事" not in page
    asked = parse_qs(cell[1].replace("&amp;", "&")[1:])
    assert (asked["view"], asked["q"], asked["date_to"]) == (["calendar"], ["湿地"], ["2024-09-15"])
    day = main(client, f"/activities/{cell[1].replace('&amp;', '&')}")
    assert "10:00–11:00" in day and activity.code in day and "别的事" not in day


def test_midnight_whole_days_and_weeks_stand_where_they_belong_in_the_calendar(client: Client) -> None:
    stars = published(title="夜观星空", sessions=0)
    SessionFactory(activity=stars, starts_at=moment(14, 22), ends_at=moment(15, 1))
    until_midnight = published(title="灯光秀", sessions=0)
    SessionFactory(activity=until_midnight, starts_at=moment(14, 20), ends_at=moment(15, 0))
    all_day = published(title="开放日", sessions=0)
    SessionFactory(activity=all_day, starts_at=moment(15, 0), ends_at=moment(16, 0), is_all_day=True)
    show = published(title="恐龙展", sessions=0)
    SessionFactory(activity=show, starts_at=moment(1, 0), ends_at=moment(29, 0), is_all_day=True)
    for one in (stars, until_midnight, all_day, show):
        announce(one)

    day = main(client, "/activities/?view=calendar&date_from=2024-09-15&date_to=2024-09-15")
    agenda, _sep, exhibitions = day.partition("长期展览")
    assert "至01:00" in agenda and "全天" in agenda and "夜观星空" in agenda and "开放日" in agenda
    assert "灯光秀" not in day  # over at midnight, which belongs to the day before
    assert "恐龙展" not in agenda and "恐龙展" in exhibitions
    month = main(client, "/activities/?view=calendar")
    cell = re.search(r'date_from=2024-09-15[^"]*">(.*?)</a>', month)
    assert cell and "2场" in cell[1] and "另有1个展览" in cell[1] and "恐龙展" not in cell[1]
    assert "22:00–次日01:00" in main(client, "/activities/?date_from=2024-09-14&date_to=2024-09-14")


def test_cancelled_activities_are_not_counted_as_sessions_of_a_day(client: Client) -> None:
    published(title="取消了的课", state=State.CANCELLED)
    page = main(client, "/activities/?view=calendar")

    assert "1项已取消的活动不算在内" in page and "取消了的课" not in page
    day = main(client, "/activities/?view=calendar&date_from=2024-09-14&date_to=2024-09-14")
    assert "取消了的课" in day and "已取消" in day and "0场" in day


@pytest.mark.parametrize(
    "dates", ["date_from=0001-01-01", "date_to=0001-01-01", "date_from=9999-12-31", "date_to=9999-12-31&date_from=9999-12-30",
              "date_from=2025-01-01", "date_to=2023-01-01"],
)  # fmt: skip
def test_days_at_the_end_of_the_calendar_are_answered(client: Client, dates: str) -> None:
    published(title="湿地观鸟")
    for view in VIEWS:
        main(client, f"/activities/?view={view}&{dates}")


def test_all_is_said_in_english_too(client: Client) -> None:
    published(title="湿地观鸟", title_en="Birds of the wetland")
    for view in ("map", "calendar", "calendar&when=today"):
        page = main(client, f"/activities/?view={view}", **{"accept-language": "en"})
        assert not re.search(
            r"[\u4e00-\u9fff]",
            re.sub(r'lang="zh[^>]*>[^<]*|<script.*?</script>', "", page)
            .split("</main>")[0]
            .split('id="results"')[1],
        )


def moment(day: int, hour: int) -> datetime:
    return datetime(2024, 9, day, hour, tzinfo=ZoneInfo("Asia/Shanghai"))
