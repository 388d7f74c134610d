"""The logs of both proxies in front: an address that is a key stands in neither."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import URLPattern, get_resolver

DEPLOY = Path(settings.PROJECT_ROOT) / "deploy"
# Which parts of the program's addresses open something to whoever has them, and which only say what is meant
KEYS = {"seal", "token", "key", "uidb36"}
NAMES = {"code", "colour", "day", "edition", "form", "kind", "name", "part", "picture", "provider", "session", "step", "table",
         "term", "unit", "verb"}  # fmt: skip
# Called `key` and none: the name that a program gives to an activity of its own, beside its token in a header
NO_KEYS = "api/v1/unit/activities/"


def routes(patterns: list[Any] | None = None, before: str = "") -> Iterator[str]:
    """Every address of the program, as it is written in the URL conf."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLPattern):
            yield route
        else:
            yield from routes(one.url_patterns, route)


def parts_of(route: str) -> list[str]:
    """The names of what stands in an address beside numbers."""
    return re.findall(r"<(?!int:)(?:\w+:)?(\w+)>", route)


def example(route: str) -> str:
    """An address of this route: numbers are 7, names are Name, keys are S3cret."""

    def value(found: re.Match[str]) -> str:
        kind, name = found.groups()
        return "7" if kind == "int" else "S3cret" if is_key(route, name) else "Name"

    text = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", route).replace("^", "").replace("$", "")
    return "/" + re.sub(r"<(?:(\w+):)?(\w+)>", value, text).replace("\\", "")


def is_key(route: str, name: str) -> bool:
    return name in KEYS and not route.startswith(NO_KEYS)


def logged_by() -> dict[str, Callable[[str], str]]:
    """How each of the two proxies writes a path into its log."""
    haproxy = (DEPLOY / "haproxy" / "front.cfg").read_text()
    nginx = (DEPLOY / "nginx" / "kepuyue.conf").read_text()
    [(pattern, new)] = re.findall(r"""set-var\(txn\.logged\) 'path,regsub\("(.+)","(.+)"\)'""", haproxy)
    [(other, kept)] = re.findall(r'map \$uri \$logged \{\s+default \$uri;\s+"~(.+)" "(.+)";\s+\}', nginx)
    opened = re.compile(other.replace("?<", "?P<"))

    def by_nginx(path: str) -> str:
        found = opened.search(path)
        return kept.replace("$opened", found["opened"]) if found else path

    return {"haproxy": lambda path: re.sub(pattern, new, path, count=1), "nginx": by_nginx}


@pytest.mark.parametrize("proxy", ["haproxy", "nginx"])
def test_keys_in_addresses_stand_in_no_log(proxy: str) -> None:
    """A new address with a key in it fails here until both proxies leave the key out."""
    logged = logged_by()[proxy]
    secret = [route for route in routes() if any(is_key(route, name) for name in parts_of(route))]
    examples = [example(route) for route in secret]

    assert {
        "/booking/Name/S3cret/",
        "/booking/Name/S3cret/ticket.ics",
        "/desk/invitations/S3cret/",
        "/accounts/password/reset/key/S3cret-S3cret/",
        "/accounts/address/proof/S3cret/",
        "/desk/sign-offs/S3cret/",
        "/desk/messages/unsubscription/S3cret/",
        "/visits/7/S3cret/",
    } <= set(examples)
    assert [path for path in examples if "S3cret" in logged(path)] == []
    # Written otherwise it leads to the same page
    assert "S3cret" not in logged("/booking/Name%2FS3cret/") and "S3" not in logged(
        "/desk/invitations/S3%63ret/"
    )
    # What is no key is told, or nobody could find a fault by the log
    others = [
        example(route) for route in routes() if route not in secret and not route.startswith("booking/")
    ]
    others.remove("/accounts/password/reset/key/done/")
    assert len(others) > 300 and [path for path in others if logged(path) != path] == []


def test_every_part_of_an_address_is_known_as_a_key_or_as_none() -> None:
    assert {name for route in routes() for name in parts_of(route)} - KEYS - NAMES == set()


def test_control_a_new_address_with_a_key_would_be_noticed() -> None:
    assert parts_of("gifts/<int:pk>/<str:token>/") == ["token"]
    for logged in logged_by().values():
        assert "S3cret" in logged(example("gifts/<int:pk>/<str:token>/"))
