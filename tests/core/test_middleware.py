import gzip

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from kepuyue.activities.actions import takedown
from kepuyue.core.middleware import CompressionMiddleware, GoneForNowMiddleware, WritableQueryMiddleware
from tests.activities import acting
from tests.cast import Cast


@pytest.mark.parametrize(
    ("query", "read"),
    [("q=a%00b", "a\ufffdb"), ("q=a\0b", "a\ufffdb"), ("q=%2500", "%00"), ("q=%E6%98%9F", "星")],
)
def test_what_is_no_text_is_read_as_the_replacement_sign(query: str, read: str) -> None:
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(request.GET["q"])
        return HttpResponse()

    WritableQueryMiddleware(view)(RequestFactory().get("/", QUERY_STRING=query))

    assert seen == [read]


@pytest.mark.parametrize(("status", "kept"), [(410, "no-store"), (404, None), (200, None)])
def test_no_browser_keeps_what_is_gone_for_now(status: int, kept: str | None) -> None:
    answer = GoneForNowMiddleware(lambda _request: HttpResponse(status=status))(RequestFactory().get("/"))

    assert answer.headers.get("Cache-Control") == kept


@pytest.mark.django_db
def test_page_of_what_was_taken_down_is_asked_for_again(cast: Cast, client: Client) -> None:
    published = acting.published(cast)
    takedown.take_down(published, by=cast.office, ground="false", source="读者来信", evidence="把昆虫说成鸟")

    answer = client.get(f"/activities/{published.code}/")

    assert (answer.status_code, answer["Cache-Control"]) == (410, "no-store")


@pytest.mark.parametrize(
    ("kind", "packed"),
    [
        ("text/html; charset=utf-8", True),
        ("application/json", True),
        ("text/calendar", True),
        ("image/jpeg", False),
        ("application/pdf", False),
    ],
)
def test_text_is_sent_compressed_to_whoever_takes_it(kind: str, packed: bool) -> None:
    text = b"kepu" * 200
    for takes in ("gzip, br", ""):
        ask = RequestFactory().get("/", headers={"accept-encoding": takes})
        answer = CompressionMiddleware(lambda _request: HttpResponse(text, content_type=kind))(ask)

        if packed and takes:
            assert answer["Content-Encoding"] == "gzip" and gzip.decompress(answer.content) == text
            assert int(answer["Content-Length"]) == len(answer.content) < len(text)
        else:
            assert not answer.has_header("Content-Encoding") and answer.content == text
        assert packed == ("Accept-Encoding" in answer.get("Vary", ""))
