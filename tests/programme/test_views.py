import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from kepuyue.activities.models import Activity, Admission, Origin, Session, Speaker, State, Venue
from kepuyue.organizations.models import District
from tests.conftest import Clock
from tests.factories import DistrictFactory, EditionFactory, PictureFactory, SessionFactory, VenueFactory
from tests.programme.given import announce, published

pytestmark = pytest.mark.django_db
HOSTILE = "<script>alert(1)</script>&\"'`</title>{{7*7}}\u2028"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def addresses(activity: Activity) -> list[str]:
    return [
        reverse("programme:home"),
        reverse("programme:activities"),
        f"{reverse('programme:activities')}?q={activity.title[:2]}",
        reverse("programme:activity", args=[activity.code]),
        reverse("programme:calendar"),
        reverse("programme:day", args=[date(2024, 9, 14)]),
        reverse("programme:district", args=["futian"]),
    ]


PHASES = {
    "publicity": datetime(2024, 8, 25, 9), "month": datetime(2024, 9, 14, 10),
    "summary": datetime(2024, 9, 29, 9), "after": datetime(2024, 10, 20, 9),
}  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("moment", PHASES.values(), ids=PHASES)
def test_every_page_answers_in_every_open_phase(
    client: Client, clock: Clock, moment: datetime, language: str
) -> None:
    clock.set(moment)
    activity = published(title="湿地观鸟", sessions=2, host="福田区科协", terms=["audience:children"])

    for address in addresses(activity):
        response = client.get(address, headers={"accept-language": language})

        assert response.status_code == 200, address
        assert "湿地观鸟" in text(response), address
        assert '<link rel="canonical"' in text(response)


def test_before_publicity_every_page_says_when_it_opens_and_shows_nothing(
    client: Client, clock: Clock
) -> None:
    clock.set(datetime(2024, 8, 20, 23, 59))
    activity = published(title="湿地观鸟")

    for address in addresses(activity):
        page = text(client.get(address))

        assert "8月21日公布节目单" in page and "湿地观鸟" not in page.split("<main")[1]
        assert "湿地观鸟" not in page


def test_it_opens_at_midnight_of_the_edition(client: Client, clock: Clock) -> None:
    clock.set(datetime(2024, 8, 21, 0, 0))
    published(title="湿地观鸟")

    assert "湿地观鸟" in text(client.get("/"))


def test_without_an_edition_the_pages_say_so(client: Client) -> None:
    for name in ("home", "activities", "calendar"):
        assert client.get(reverse(f"programme:{name}")).status_code == 200


@pytest.mark.parametrize(
    "state", [s for s in State if s not in (State.PUBLISHED, State.CANCELLED, State.ARCHIVED)]
)
def test_what_is_not_approved_is_on_no_page(client: Client, in_the_month: datetime, state: State) -> None:
    hidden = published(title="绝密的活动", state=state, terms=["audience:children"])
    published(title="公开的活动")

    for address in addresses(hidden):
        response = client.get(address.replace("绝密", "公开"))
        assert "绝密" not in text(response), address
    assert client.get(reverse("programme:activity", args=[hidden.code])).status_code == 404


def test_the_page_of_an_activity_of_a_closed_edition_is_not_found(
    client: Client, in_the_month: datetime
) -> None:
    EditionFactory()
    coming = EditionFactory(code="shenzhen-2025", year=2025, is_current=False)

    assert client.get(reverse("programme:activity", args=[published(edition=coming).code])).status_code == 404


@pytest.mark.parametrize("address", ["/", "/activities/", "/activities/?q=课", "/calendar/", "/calendar/2024-09-14/",
                                     "/districts/futian/"])  # fmt: skip
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, in_the_month: datetime, address: str, django_assert_num_queries: Any
) -> None:
    def queries() -> int:
        client.get(address)
        # The first request after a change reads everything anew; the kept parts must not hide its cost
        from django.core.cache import cache
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        cache.clear()
        with CaptureQueriesContext(connection) as caught:
            client.get(address)
        return len(caught)

    def add(count: int) -> None:
        for number in range(count):
            one = published(
                title=f"课{number}", sessions=2, host=f"单位{number}", terms=["audience:children"]
            )
            venue = VenueFactory(name=f"馆{one.pk}")
            SessionFactory(activity=one, venue=venue)

    add(1)
    one_row = queries()
    add(2)

    assert queries() == one_row
    assert one_row < 20


def test_hostile_text_is_shown_and_never_run(client: Client, in_the_month: datetime) -> None:
    EditionFactory(theme=HOSTILE[:120], name=f"月{HOSTILE}"[:120])
    DistrictFactory()
    activity = published(title=HOSTILE, summary=HOSTILE, description=HOSTILE * 3, host=HOSTILE, sessions=0)
    for field in ("audience_note", "accessibility", "admission_note", "booking_note", "dates_as_written", "languages",
                  "public_phone", "contact_name", "cancel_reason"):  # fmt: skip
        setattr(activity, field, HOSTILE[:60])
    activity.version += 1
    activity.save()
    venue = Venue.objects.create(name=HOSTILE, address=HOSTILE, district=DistrictFactory())
    Session.objects.create(
        activity=activity,
        starts_at=in_the_month + timedelta(hours=1),
        venue=venue,
        place=HOSTILE,
        note=HOSTILE,
    )
    Speaker.objects.create(activity=activity, name=HOSTILE[:60], introduction=HOSTILE)
    District.objects.update(name="福田<b>", name_en="<b>")
    announce(activity)

    for address in [*addresses(activity), f"/activities/?q={HOSTILE}&district={HOSTILE}&date_from={HOSTILE}"]:
        page = client.get(address).content.decode()

        assert "<script>alert" not in page, address
        assert "</title>{{" not in page, address


def test_the_data_block_is_json_that_cannot_end_its_element(client: Client, in_the_month: datetime) -> None:
    activity = published(title=HOSTILE, sessions=2, host="福田区科协")

    page = client.get(reverse("programme:activity", args=[activity.code])).content.decode()
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    data = json.loads(block)

    assert data["name"] == HOSTILE
    assert data["startDate"] == "2024-09-14T10:00:00+08:00" and len(data["subEvent"]) == 2
    assert data["organizer"] == [{"@type": "Organization", "name": "福田区科协"}]


def test_an_activity_without_any_date_has_no_event_block(client: Client, in_the_month: datetime) -> None:
    activity = published(sessions=0, dates_as_written="2006年2月")

    page = text(client.get(reverse("programme:activity", args=[activity.code])))

    assert "ld+json" not in page and "2006年2月" in page


def test_a_cancelled_activity_says_so_loudly(client: Client, in_the_month: datetime) -> None:
    activity = published(state=State.CANCELLED, cancel_reason="台风“贝碧嘉”", booking_mode="external")

    page = text(client.get(reverse("programme:activity", args=[activity.code])))

    assert "这项活动已经取消" in page and "台风“贝碧嘉”" in page and "EventCancelled" in page
    assert "去预约" not in page
    assert "已取消" in text(client.get("/activities/"))
    assert "已取消" in text(client.get("/calendar/2024-09-14/"))


def test_personal_facts_are_masked_or_absent(client: Client, in_the_month: datetime) -> None:
    activity = published(
        contact_name="赵丽丽", contact_phone="13900001111", emergency_contact="陈刚 13800000000",
        content_lead="李明", content_signoff="王芳", safety_plan="疏散路线", public_phone="0755-1",
    )  # fmt: skip

    page = text(client.get(reverse("programme:activity", args=[activity.code])))

    assert "赵＊＊" in page and "0755-1" in page
    for secret in ("赵丽", "13900001111", "陈刚", "李明", "王芳", "疏散路线"):
        assert secret not in page

    activity.public_phone = ""
    activity.save()
    announce(activity)
    alone = text(client.get(reverse("programme:activity", args=[activity.code])))
    assert "赵＊＊" not in alone, "a name that nobody can turn to"


def test_seats_and_booking_are_said_as_they_are(client: Client, in_the_month: datetime) -> None:
    activity = published(booking_mode="first_come", sessions=0)
    SessionFactory(activity=activity, capacity=30, starts_at=in_the_month + timedelta(days=1), ends_at=None)

    page = text(client.get(reverse("programme:activity", args=[activity.code])))

    assert "名额30人" in page and "预约开放后，入口会出现在这里" in page


def test_a_link_to_book_leads_to_the_host(client: Client, in_the_month: datetime) -> None:
    activity = published(booking_mode="external", booking_url="https://example.org/book")

    assert 'href="https://example.org/book"' in text(client.get(f"/activities/{activity.code}/"))


def test_small_letters_in_the_code_find_the_page(client: Client, in_the_month: datetime) -> None:
    assert client.get(f"/activities/{published().code.lower()}/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/activities/NOPE22/",
        "/calendar/2024-13-01/",
        "/calendar/x/",
        "/calendar/0001-01-01/",
        "/calendar/20240914/",
        "/districts/nope/",
    ],
)
def test_what_does_not_exist_is_not_found(client: Client, in_the_month: datetime, path: str) -> None:
    EditionFactory()

    assert client.get(path).status_code == 404


@pytest.mark.parametrize("address", ["?page=99", "?page=x", "?date_from=x", "?district=火星", "?q=%00", "?mode=%FF",
                                     "?when=weekend&when=x", "?terms[]=1"])  # fmt: skip
def test_a_broken_address_is_answered_kindly(client: Client, in_the_month: datetime, address: str) -> None:
    published(title="湿地观鸟")

    assert client.get(f"/activities/{address}").status_code == 200


def test_a_fragment_is_only_the_results(client: Client, in_the_month: datetime) -> None:
    published(title="湿地观鸟")

    response = client.get("/activities/?q=湿地", headers={"hx-request": "true"})
    page = text(response)

    assert "HX-Request" in response.headers["vary"]
    assert "湿地观鸟" in page and "<html" not in page and page.strip().startswith('<div id="results"')


def test_searching_keeps_the_filters_that_are_on(client: Client, in_the_month: datetime) -> None:
    published(title="湿地观鸟", terms=["audience:children"])

    page = text(client.get("/activities/?q=湿地&audience=children&date_from=2024-09-14"))

    assert '<input type="hidden" name="audience" value="children" form="list-search">' in page
    assert '<input type="hidden" name="date_from" value="2024-09-14" form="list-search">' in page
    assert "?q=%E6%B9%BF%E5%9C%B0&amp;date_from=2024-09-14" in page


def test_nothing_found_offers_a_way_on(client: Client, in_the_month: datetime) -> None:
    published()

    page = text(client.get("/activities/?q=恐龙"))

    assert "没有找到这样的活动" in page and "看全部活动" in page


def test_linked_cities_stay_out_of_the_home_page_and_are_marked_in_the_list(
    client: Client, in_the_month: datetime
) -> None:
    published(title="广州的活动", city="广州", district=None)
    published(title="深圳的活动")

    assert "广州的活动" not in text(client.get("/")) and "另有联动城市<b>1</b>项" in text(client.get("/"))
    listed = text(client.get("/activities/"))
    assert "广州的活动" in listed and "联动城市" in listed


def test_exhibitions_over_weeks_stand_apart(client: Client, in_the_month: datetime) -> None:
    show = published(title="恐龙展", sessions=0)
    SessionFactory(
        activity=show, is_all_day=True, starts_at=in_the_month.replace(day=1, hour=0),
        ends_at=in_the_month.replace(day=30, hour=0),
    )  # fmt: skip
    published(title="讲座")

    page = text(client.get("/calendar/2024-09-14/"))
    agenda = page.split('<ol class="agenda">')[1]

    assert agenda.index("讲座") < agenda.index("长期展览") < agenda.index("恐龙展")
    assert "本市1场" in page and "1个长期展览" in page


def test_an_all_day_session_ends_on_its_last_day(client: Client, in_the_month: datetime) -> None:
    one = published(title="开放日", sessions=0)
    SessionFactory(
        activity=one, is_all_day=True, starts_at=in_the_month.replace(hour=0),
        ends_at=in_the_month.replace(day=15, hour=0),
    )  # fmt: skip

    assert "开放日" in text(client.get("/calendar/2024-09-14/"))
    assert "开放日" not in text(client.get("/calendar/2024-09-15/")).split("<main")[1]


def test_demonstration_content_says_so(client: Client, in_the_month: datetime) -> None:
    activity = published(origin=Origin.DEMO)

    assert "演示数据" in text(client.get(f"/activities/{activity.code}/"))
    assert "演示数据" in text(client.get("/activities/")) and "演示数据" in text(
        client.get("/calendar/2024-09-14/")
    )


def test_english_shows_english_where_it_exists_and_marks_what_is_chinese(
    client: Client, in_the_month: datetime
) -> None:
    both = published(title="湿地观鸟", title_en="Birds of the wetland")
    published(title="只有中文")

    listed = text(client.get("/activities/", headers={"accept-language": "en"}))
    page = text(client.get(f"/activities/{both.code}/", headers={"accept-language": "en"}))

    assert "Birds of the wetland" in listed and 'lang="zh-Hans">只有中文' in listed
    assert "Birds of the wetland" in page and "湿地观鸟" in page


def test_a_change_shows_at_once_although_parts_are_kept(client: Client, in_the_month: datetime) -> None:
    activity = published(title="湿地观鸟")
    client.get("/")

    activity.title, activity.version = "森林观鸟", 2
    activity.save()
    announce(activity)

    assert "森林观鸟" in text(client.get("/")) and "森林观鸟" in text(client.get("/activities/"))


def test_a_picture_takes_the_place_of_the_drawn_cover(
    client: Client, in_the_month: datetime, tmp_path: Any
) -> None:
    activity = published()
    for alt in ("孩子们在看望远镜", "望远镜"):
        PictureFactory(activity=activity, alt=alt)

    page, home = (text(client.get(address)) for address in (f"/activities/{activity.code}/", "/"))

    assert 'alt="孩子们在看望远镜"' in page
    shown = re.findall(r'<img src="([^"]+)"', page + home)
    assert len(shown) == 3
    for address in shown:
        response: Any = client.get(address)
        assert (response.status_code, response.getvalue()[:2]) == (200, b"\xff\xd8")
    assert f'property="og:image" content="{django_settings.PUBLIC_URL}{shown[0]}"' in page


def test_a_picture_is_not_shown_before_the_programme_is(client: Client, clock: Clock) -> None:
    picture: Any = PictureFactory(activity=published())
    clock.set(datetime(2024, 8, 1, 10))

    assert client.get(picture.get_absolute_url()).status_code == 404


def test_an_address_with_a_null_character_is_not_found(client: Client, in_the_month: datetime) -> None:
    published()

    assert client.get("/activities/%00/").status_code == 404


def test_signing_in_is_never_asked_for(client: Client, in_the_month: datetime) -> None:
    for address in addresses(published()):
        assert client.get(address).status_code == 200
        assert client.post(address).status_code in (403, 405)


@pytest.mark.usefixtures("in_the_month")
def test_home_leads_to_free_activities_only_where_the_own_city_has_some(client: Client) -> None:
    published(title="外地免费", city="广州", district=None, admission=Admission.FREE)
    assert "free=1" not in client.get("/").content.decode()

    cache.clear()
    published(title="本市免费", admission=Admission.FREE)
    assert "city=own&amp;free=1" in client.get("/").content.decode()


def test_a_day_with_very_many_sessions_shows_the_first_and_leads_to_the_list(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kepuyue.programme.agenda.LINES_A_DAY", 2)
    for number in range(3):
        published(title=f"观鸟{number}")

    page = client.get("/calendar/2024-09-14/").content.decode()

    assert "本市3场" in page and sum(f"观鸟{number}" in page for number in range(3)) == 2
    assert "还有1项，到列表里看" in page and "?date_from=2024-09-14&amp;date_to=2024-09-14" in page


def test_day_that_a_list_was_filtered_by_stands_first_on_the_activity_s_page(
    client: Client, in_the_month: datetime
) -> None:
    activity = published(title="天天有场次", sessions=0)
    for day in range(15, 29):
        start = datetime(2024, 9, day, 10, tzinfo=activity.edition.zone)
        SessionFactory(activity=activity, starts_at=start, ends_at=start + timedelta(hours=1))
    announce(activity)
    filtered = text(client.get("/activities/?date_from=2024-09-28&date_to=2024-09-28"))
    address = f"/activities/{activity.code}/"

    assert f'href="{address}?day=2024-09-28"' in filtered
    assert f'href="{address}?day=2024-09-28"' in text(client.get("/calendar/2024-09-28/"))
    first = client.get(f"{address}?day=2024-09-28").context["sessions"][0]
    assert first["start"].day == 28
    for other in ("", "?day=x", "?day=2024-13-40"):
        assert client.get(address + other).context["sessions"][0]["start"].day == 15


def test_session_that_can_no_longer_be_booked_says_so(client: Client, in_the_month: datetime) -> None:
    activity = published(title="要预约的课", sessions=0, booking_mode="first_come")
    SessionFactory(
        activity=activity, starts_at=in_the_month - timedelta(hours=1), ends_at=in_the_month + timedelta(hours=1),
        capacity=300,
    )  # fmt: skip
    announce(activity)

    page = text(client.get(f"/activities/{activity.code}/")).split("<main")[1]

    assert "预约已截止" in page and "名额300人" not in page
