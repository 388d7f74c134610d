"""Pages that are the same for everybody, answered from memory for a moment: never stale, never somebody else's."""

import gzip
from threading import Event, Thread
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from kepuyue.core import audit
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now
from tests.cast import Cast
from tests.factories import ActivityFactory
from tests.programme.given import published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]
ONE_LOOK = 1  # whether anything changed


def told(answer: Any) -> dict[str, str]:
    """All headers but the number that each request has."""
    return {name: value for name, value in answer.headers.items() if name != "X-Request-ID"}


def test_second_visitor_costs_one_look(client: Client, django_assert_num_queries: Any) -> None:
    activity = published(title="湿地观鸟")
    for address in ("/", "/activities/", "/calendar/", f"/activities/{activity.code}/"):
        first = client.get(address)
        with django_assert_num_queries(ONE_LOOK):
            second = Client().get(address)

        assert second.content == first.content and told(second) == told(first), address


def test_kept_page_is_compressed_once_and_plain_for_who_takes_no_other(client: Client) -> None:
    published(title="湿地观鸟")
    takes = {"accept-encoding": "gzip"}
    first, plain = client.get("/activities/", headers=takes), client.get("/activities/")
    second = Client().get("/activities/", headers=takes)

    # A page compressed anew would differ by the bytes that are added by chance
    assert second.content == first.content and told(second) == told(first)
    assert "湿地观鸟" in gzip.decompress(second.content).decode() and "湿地观鸟" in plain.content.decode()
    assert second["Content-Encoding"] == "gzip" and not plain.has_header("Content-Encoding")
    assert "Accept-Encoding" in plain["Vary"] and "Accept-Encoding" in second["Vary"]


def test_whatever_is_published_or_recorded_ends_it_at_once(client: Client, cast: Cast) -> None:
    activity = published(title="湿地观鸟")
    assert "湿地观鸟" in client.get("/activities/").content.decode()

    activity.title = "森林观鸟"
    activity.save()
    assert "森林观鸟" in client.get("/activities/").content.decode()

    # Another record of the house, told of by its audit row alone
    cast.own_unit.name = "新的名字"
    cast.own_unit.save()
    before = client.get(f"/units/{cast.own_unit.code}/").content
    cast.own_unit.name = "更新的名字"
    cast.own_unit.save()
    assert client.get(f"/units/{cast.own_unit.code}/").content == before
    audit.record("unit.change", cast.own_unit, by=None)
    assert "更新的名字" in client.get(f"/units/{cast.own_unit.code}/").content.decode()


def test_change_with_a_smaller_number_that_comes_later_ends_it_too(client: Client, cast: Cast) -> None:
    """Numbers are given when a row is written, and transactions end in an order of their own."""
    newest = audit.record("unit.change", cast.own_unit, by=None).pk
    for late in (newest + 3, newest + 2, newest + 1):
        client.get(f"/units/{cast.own_unit.code}/")
        cast.own_unit.name = f"名字{late}"
        cast.own_unit.save()
        AuditEvent.objects.bulk_create(
            [AuditEvent(pk=late, action="unit.change", actor_name="系统", subject_id="1")]
        )

        assert f"名字{late}" in client.get(f"/units/{cast.own_unit.code}/").content.decode()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite lets one transaction write at a time")
def test_cancellation_that_is_committed_after_a_later_change_shows_at_once(client: Client) -> None:
    late, other = published(title="湿地观鸟"), published(title="森林漫步")
    written, may_end = Event(), Event()

    def cancel_slowly() -> None:
        with transaction.atomic():
            late.title = "已取消的观鸟"
            late.save()
            audit.record("activity.cancel", late, by=None)
            written.set()
            may_end.wait(30)
        connection.close()

    slow = Thread(target=cancel_slowly)
    slow.start()
    assert written.wait(30)
    other.save()
    audit.record("activity.change", other, by=None)
    assert "湿地观鸟" in client.get("/activities/").content.decode()
    may_end.set()
    slow.join()

    assert "已取消的观鸟" in client.get("/activities/").content.decode()


@pytest.mark.parametrize(
    "other",
    [
        {"cookies": {"theme": "dark"}}, {"cookies": {"print": "large"}}, {"headers": {"accept-language": "en"}},
        {"cookies": {"django_language": "en"}}, {"headers": {"hx-request": "true"}}, {"query": {"free": "1"}},
    ],
    ids=str,
)  # fmt: skip
def test_each_way_of_looking_has_its_own_page(client: Client, other: dict[str, Any]) -> None:
    published(title="湿地观鸟")
    plain = client.get("/activities/").content
    visitor = Client(headers=other.get("headers", {}))
    visitor.cookies.load(other.get("cookies", {}))

    assert visitor.get("/activities/", other.get("query", {})).content != plain
    assert client.get("/activities/").content == plain


def test_nobody_is_shown_the_page_of_one_who_signed_in(client: Client, cast: Cast) -> None:
    published(title="湿地观鸟")
    signed_in = Client()
    signed_in.force_login(cast.owner)
    theirs = signed_in.get("/activities/").content.decode()
    plain = client.get("/activities/").content.decode()

    assert plain != theirs and "单位登录" in plain and "单位登录" not in theirs
    assert "单位登录" not in signed_in.get("/activities/").content.decode()


def test_what_holds_a_forms_token_or_sets_a_cookie_is_not_kept(client: Client) -> None:
    cache.clear()
    published(title="湿地观鸟")
    for address in ("/cloud/questions/", "/accounts/login/"):
        answers = [Client().get(address) for _n in range(2)]
        tokens = {answer.cookies["csrftoken"].value for answer in answers if "csrftoken" in answer.cookies}
        assert len(tokens) == 2, address


def test_a_missing_page_is_not_kept(client: Client) -> None:
    hidden = ActivityFactory(state="draft")
    assert client.get(f"/activities/{hidden.code}/").status_code == 404

    hidden.state, hidden.published_at = "published", now()
    # Not even told of: a page that was not there is looked for again
    type(hidden).objects.filter(pk=hidden.pk).update(state="published", published_at=hidden.published_at)
    assert client.get(f"/activities/{hidden.code}/").status_code == 200


def test_a_browser_that_has_the_page_is_told_so_from_memory_too(client: Client) -> None:
    published(title="湿地观鸟")
    tag = client.get("/map/places/").headers["ETag"]

    assert client.get("/map/places/", headers={"if-none-match": tag}).status_code == 304
    assert client.get("/map/places/", headers={"if-none-match": '"other"'}).status_code == 200


def test_without_the_setting_every_visitor_has_it_made(client: Client, settings: Any) -> None:
    settings.KEPT_PAGES_SECONDS = 0
    activity = published(title="湿地观鸟")
    client.get(f"/activities/{activity.code}/")
    type(activity).objects.filter(pk=activity.pk).update(title="森林观鸟")

    assert "森林观鸟" in client.get(f"/activities/{activity.code}/").content.decode()
