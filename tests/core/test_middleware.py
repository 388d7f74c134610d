import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from kepuyue.core.middleware import WritableQueryMiddleware


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
