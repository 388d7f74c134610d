"""The public pages of the cloud month: what is shown, what plays and what never leaks."""

import json
import re
from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.core.cache import cache
from django.test import Client

from kepuyue.activities.models import Activity
from kepuyue.activities.signals import public_content_changed
from kepuyue.cloud.actions import airing
from kepuyue.cloud.models import CloudItem, Question
from kepuyue.core.time import now
from kepuyue.editions.models import KeyDate
from tests.cast import Cast
from tests.factories import ActivityFactory, CloudItemFactory, CoverFactory, QuestionFactory

pytestmark = pytest.mark.usefixtures("in_the_month")
HOSTILE = "<script>alert(1)</script>\"'&\u2028]]></script>"
TOKEN = "00000000-0000-4000-8000-00000000000a"


def item(cast: Cast, **more: Any) -> CloudItem:
    facts = {"edition": cast.edition, "organization": cast.own_unit, "state": "published"}
    return CloudItemFactory(**facts | more)


def policy(response: Any) -> dict[str, str]:
    """The page's Content-Security-Policy by directive."""
    parts = [part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";")]
    return {name: value for name, _blank, value in parts}


def text(client: Client, address: str, **options: Any) -> str:
    return client.get(address, **options).content.decode()


def test_every_public_item_stands_under_its_heading_and_no_other_does(cast: Cast, client: Client) -> None:
    item(cast, title="正在播的", starts_at=now() - timedelta(minutes=5))
    item(cast, title="将要播的", starts_at=now() + timedelta(days=1))
    item(
        cast,
        title="有回放的",
        starts_at=now() - timedelta(days=1),
        replay_url="https://v.qq.com/x/page/a1234567bcd.html",
    )
    item(cast, title="一个视频", kind="video")
    item(cast, title="一个话题", kind="topic")
    for number, state in enumerate(("draft", "submitted", "returned", "withdrawn")):
        item(cast, title=f"不公开{number}", state=state, kind="video")

    page = text(client, "/cloud/")

    sections = re.findall(r'<section id="(\w+)">(.*?)</section>', page, re.S)
    found = {name: re.findall(r'card__title"><a[^>]*>(.*?)</a>', body) for name, body in sections}
    assert found == {
        "live": ["正在播的"], "coming": ["将要播的"], "topics": ["一个话题"], "videos": ["一个视频"], "replays": ["有回放的"],
    }  # fmt: skip
    assert "不公开" not in page


def test_front_page_shows_what_is_live_as_soon_as_the_unit_presses(cast: Cast, client: Client) -> None:
    found = item(cast, starts_at=now() + timedelta(minutes=20))
    assert f"/cloud/{found.code}/" not in text(client, "/")

    airing.go_live(found, by=cast.owner)
    assert f"/cloud/{found.code}/" in text(client, "/")

    airing.end(found, by=cast.owner)
    assert f"/cloud/{found.code}/" not in text(client, "/")


def test_filters_choose_by_kind_subject_audience_and_age(cast: Cast, client: Client) -> None:
    item(cast, title="孩子看的", kind="video", terms=["audience:children"], suits_minors=True)
    item(cast, title="大家看的", kind="video")
    item(cast, title="大家问的", kind="topic")

    def titles(query: str) -> set[str]:
        return set(re.findall(r'card__title"><a[^>]*>(.*?)</a>', text(client, f"/cloud/?{query}")))

    assert titles("kind=topic") == {"大家问的"}
    assert titles("audience=children") == {"孩子看的"}
    assert titles("minors=1") == {"孩子看的"}
    assert titles("audience=children&kind=topic") == set()
    assert titles("kind=nonsense&minors=x&audience=") == {"孩子看的", "大家看的", "大家问的"}


def test_nothing_of_another_house_is_on_the_page_before_the_reader_asks(cast: Cast, client: Client) -> None:
    found = item(cast, kind="video")

    response = client.get(f"/cloud/{found.code}/")
    page = response.content.decode()

    assert "<iframe" not in page
    assert not re.search(r'(?:src|srcset|poster)="https?://', page)
    assert not re.search(r'rel="(?:preconnect|dns-prefetch|preload|prefetch)"', page)
    assert 'data-player="https://player.bilibili.com/player.html?bvid=BV1xx411c7mD' in page
    assert (
        'href="https://www.bilibili.com/video/BV1xx411c7mD" target="_blank" rel="noopener noreferrer"' in page
    )


def test_frames_are_let_in_from_the_one_player_and_only_on_its_page(cast: Cast, client: Client) -> None:
    playing = item(cast, kind="video")
    linked = item(cast, kind="video", url="https://www.kepuchina.cn/")
    scheduled = item(cast, starts_at=now() + timedelta(days=1))

    assert policy(client.get(f"/cloud/{playing.code}/"))["frame-src"] == "https://player.bilibili.com"
    for address in (
        f"/cloud/{linked.code}/",
        f"/cloud/{scheduled.code}/",
        "/cloud/",
        "/",
        "/cloud/questions/",
    ):
        assert "frame-src" not in policy(client.get(address)), address


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "https://player.bilibili.com@evil.cn/", "https://10.0.0.1/x"],
)
def test_hostile_address_that_got_into_a_row_is_text_and_never_a_link(
    cast: Cast, client: Client, url: str
) -> None:
    found = item(cast, kind="video", url=url)

    response = client.get(f"/cloud/{found.code}/")
    page = response.content.decode()

    assert not re.search(rf'(?:href|src|data-player)="{re.escape(url)}', page)
    assert "frame-src" not in policy(response)


def test_hostile_text_stays_text_everywhere(cast: Cast, client: Client) -> None:
    found = item(cast, kind="topic", title=HOSTILE, summary=HOSTILE, description=HOSTILE, expert=HOSTILE[:80])
    QuestionFactory(
        item=found, state="public", text=HOSTILE, nickname="<b>", answer=HOSTILE, answered_as="<i>"
    )
    live = item(cast, title=HOSTILE, summary=HOSTILE, platform="<u>")

    for address in ("/cloud/", f"/cloud/{found.code}/", f"/cloud/{live.code}/"):
        page = text(client, address)
        assert "<script>alert" not in page
        assert "<b>爱" not in page and "<i></p>" not in page and "<u>" not in page
    block = re.search(
        r'<script type="application/ld\+json">(.*?)</script>', text(client, f"/cloud/{found.code}/"), re.S
    )
    assert block is not None
    assert json.loads(block[1])["mainEntity"][0]["acceptedAnswer"]["text"] == HOSTILE
    calendar = icalendar.Calendar.from_ical(client.get(f"/cloud/{live.code}.ics").content)
    assert len(calendar.walk("VEVENT")) == 1


def test_broadcast_is_told_to_search_engines_messengers_and_calendars(cast: Cast, client: Client) -> None:
    found = item(cast, starts_at=now() + timedelta(days=1), title_en="The moon")
    CoverFactory(item=found)

    page = text(client, f"/cloud/{found.code}/")
    block = json.loads(re.findall(r'ld\+json">(.*?)</script>', page, re.S)[0])
    (event,) = icalendar.Calendar.from_ical(client.get(f"/cloud/{found.code}.ics").content).walk("VEVENT")

    assert (block["@type"], block["eventStatus"]) == ("BroadcastEvent", "https://schema.org/EventScheduled")
    assert block["workPerformed"]["@type"] == "VideoObject"
    assert 'property="og:image" content="http' in page and "/cloud/covers/" in page
    assert event["DTSTART"].dt == found.starts_at.replace(microsecond=0)
    assert event["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert event["UID"] == f"cloud-{found.code}@{cast.edition.code}"


def test_video_is_a_video_object(cast: Cast, client: Client) -> None:
    found = item(cast, kind="video", duration=3)

    block = json.loads(
        re.findall(r'ld\+json">(.*?)</script>', text(client, f"/cloud/{found.code}/"), re.S)[0]
    )

    assert (block["@type"], block["duration"]) == ("VideoObject", "PT3M")
    assert block["embedUrl"].startswith("https://player.bilibili.com/")


def test_page_of_the_activity_shows_its_items_and_the_item_leads_back(cast: Cast, client: Client) -> None:
    activity = ActivityFactory(organization=cast.own_unit, state="published", sessions=1, title="观星夜")
    public_content_changed.send(sender=Activity, activity=activity)
    shown, _draft = (
        item(cast, activity=activity),
        item(cast, activity=activity, state="draft", title="还没公开"),
    )

    assert f"/cloud/{shown.code}/" in text(client, f"/activities/{activity.code}/")
    assert "还没公开" not in text(client, f"/activities/{activity.code}/")
    assert f"/activities/{activity.code}/" in text(client, f"/cloud/{shown.code}/")


def test_activity_that_is_not_public_is_not_named(cast: Cast, client: Client) -> None:
    activity = ActivityFactory(organization=cast.own_unit, state="draft", title="还在写的活动")
    found = item(cast, activity=activity)

    assert "还在写的活动" not in text(client, f"/cloud/{found.code}/")


def test_nothing_is_open_before_publicity_is(cast: Cast, client: Client, clock: Any) -> None:
    found, topic = item(cast), item(cast, kind="topic")
    KeyDate.objects.update_or_create(
        edition=cast.edition,
        kind=KeyDate.Kind.PUBLICITY_OPENS,
        defaults={"day": now().date() + timedelta(days=3)},
    )
    cast.edition.starts_on = now().date() + timedelta(days=5)
    cast.edition.save()
    cache.clear()

    for address in ("/cloud/", f"/cloud/{found.code}/", f"/cloud/{found.code}.ics"):
        assert found.title not in text(client, address)
    client.post(f"/cloud/{topic.code}/questions/", {"text": "黑洞是什么？", "token": TOKEN})
    assert Question.objects.count() == 0


# Questions


def asked(client: Client, topic: CloudItem, **more: str) -> Any:
    return client.post(
        f"/cloud/{topic.code}/questions/", {"text": "黑洞会把太阳吃掉吗？", "token": TOKEN} | more
    )


def test_question_is_taken_and_its_state_seen_by_the_code_alone(cast: Cast, client: Client) -> None:
    topic = item(cast, kind="topic")

    response = asked(client, topic)
    code = re.findall(r'data-question-code="(\w+)"', response.content.decode())[0]

    assert response.headers["Cache-Control"] == "no-store"
    mine = client.post("/cloud/questions/", {"code": code}).content.decode()
    assert "黑洞会把太阳吃掉吗？" in mine and "等待审看" in mine
    assert "黑洞" not in client.post("/cloud/questions/", {"code": "23456789BCDF"}).content.decode()
    client.post("/cloud/questions/withdrawal/", {"code": code})
    assert Question.objects.get().text == ""


def test_what_leads_to_a_person_is_shown_masked_and_asked_for_again(cast: Cast, client: Client) -> None:
    topic = item(cast, kind="topic")

    response = asked(client, topic, text="我的电话13800000000，黑洞是什么？")
    page = response.content.decode()

    assert response.status_code == 422
    assert "我的电话［已隐去］，黑洞是什么？</textarea>" in page
    assert "13800000000" not in page
    assert Question.objects.count() == 0


def test_question_that_is_too_long_is_told_and_stays_whole(cast: Cast, client: Client) -> None:
    topic = item(cast, kind="topic")

    # A browser would cut off what is pasted, without a word
    assert not re.search(r"<textarea[^>]*maxlength", text(client, f"/cloud/{topic.code}/"))
    answer = asked(client, topic, text="为什么" * 200)

    assert answer.status_code == 422 and not Question.objects.exists()
    page = answer.content.decode()
    assert "最多500字，现在有600字" in page and "为什么" * 200 in page


def test_code_that_was_typed_wrong_stays_to_be_mended(cast: Cast, client: Client) -> None:
    page = client.post("/cloud/questions/", {"code": "23456789bcdf"}).content.decode()

    assert 'value="23456789bcdf"' in page


def test_program_that_fills_every_field_leaves_nothing(cast: Cast, client: Client) -> None:
    topic = item(cast, kind="topic")

    response = asked(client, topic, website="https://buy.example/")

    assert response.status_code == 302
    assert Question.objects.count() == 0


def test_what_was_typed_stays_where_the_question_was_not_taken(cast: Cast, client: Client) -> None:
    topic = item(cast, kind="topic", starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))

    response = asked(client, topic)

    assert response.status_code == 422
    assert Question.objects.count() == 0


SECRET = "不许看见的提问文字"


def test_question_that_nobody_let_through_leaks_nowhere(cast: Cast, client: Client) -> None:
    """Public pages, search, feeds, site map, interface: with one public question beside it that could be seen."""
    topic = item(cast, kind="topic")
    activity = ActivityFactory(organization=cast.own_unit, state="published", sessions=1)
    CloudItem.objects.filter(pk=topic.pk).update(activity=activity)
    public_content_changed.send(sender=Activity, activity=activity)
    for state in ("waiting", "refused", "merged", "withdrawn"):
        QuestionFactory(item=topic, state=state, text=SECRET, nickname=SECRET, reason=SECRET, original=SECRET)
    edited = QuestionFactory(item=topic, state="public", text="可以看见的提问", original=SECRET)

    addresses = [
        "/", "/cloud/", f"/cloud/{topic.code}/", "/cloud/questions/", f"/activities/{activity.code}/", "/activities/",
        f"/activities/?q={SECRET}", f"/suggestions/?q={SECRET}", "/sitemap.xml", "/sitemap/0.xml", f"/units/{cast.own_unit.code}/",
        f"/api/v1/activities?q={SECRET}", f"/api/v1/activities/{activity.code}",
        *(f"/feeds/activities.{form}" for form in ("ics", "atom", "json", "xml", "csv")),
    ]  # fmt: skip
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code == 200, address
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        shown = body.decode("utf-8", "replace").replace(f'value="{SECRET}"', "").replace(f"“{SECRET}”", "")
        if f"q={SECRET}" not in address:
            assert SECRET not in shown, address
    assert edited.text in text(client, f"/cloud/{topic.code}/")
    for found in (f"/activities/?q={SECRET}", f"/api/v1/activities?q={SECRET}"):
        assert topic.title not in text(client, found)


def test_topic_that_is_withdrawn_takes_its_questions_with_it(cast: Cast, client: Client) -> None:
    topic = item(cast, kind="topic")
    QuestionFactory(item=topic, state="public", text="可以看见的提问")
    CloudItem.objects.filter(pk=topic.pk).update(state="withdrawn")

    response = client.get(f"/cloud/{topic.code}/")

    assert response.status_code == 410
    assert "可以看见的提问" not in response.content.decode()


def test_waiting_change_and_its_picture_are_not_public(cast: Cast, client: Client) -> None:
    found = item(cast, state="changing", proposed={"title": "还没审核的名称"})
    waiting = CoverFactory(item=found, is_shown=False)

    assert "还没审核的名称" not in text(client, f"/cloud/{found.code}/")
    assert client.get(waiting.get_absolute_url()).status_code == 404
