"""Which address counts, and what people are shown of it."""

from typing import Any

import pytest
from django.test import RequestFactory

from kepuyue.accounts import network
from kepuyue.accounts.browsers import browser_name


@pytest.mark.parametrize(
    ("hops", "forwarded", "found"),
    [
        (0, "9.9.9.9", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "9.9.9.9", "9.9.9.9"),
        (1, "1.1.1.1, 9.9.9.9", "9.9.9.9"),
        (2, "1.1.1.1, 9.9.9.9, 8.8.8.8", "9.9.9.9"),
        (2, "9.9.9.9", "192.0.2.1"),
        (1, "<script>", "192.0.2.1"),
    ],
)
def test_only_the_configured_hop_counts(settings: Any, hops: int, forwarded: str, found: str) -> None:
    settings.TRUSTED_PROXIES = hops
    headers = {"x-forwarded-for": forwarded} if forwarded else {}

    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=headers)

    assert network.client_address(request) == found


def test_request_without_an_address_is_nowhere() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="")

    assert network.client_address(request) == network.NOWHERE


@pytest.mark.parametrize(
    ("address", "counted", "shown"),
    [
        ("113.88.12.34", "113.88.12.34", "113.88.*.*"),
        ("::ffff:113.88.12.34", "113.88.12.34", "113.88.*.*"),
        ("240e:3b7:1:2:3:4:5:6", "240e:3b7:1:2::/64", "240e:3b7::…"),
        ("127.0.0.1", "127.0.0.1", "本机"),
    ],
)
def test_network_is_counted_whole_and_shown_in_part(address: str, counted: str, shown: str) -> None:
    assert (network.counted(address), network.shown(address)) == (counted, shown)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Windows · Chrome"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Windows · Edge"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) MicroMessenger/8.0", "iPhone · 微信"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) Version/18.0 Safari/605.1", "Mac · Safari"),
        ("Mozilla/5.0 (Phone; OpenHarmony 5.0) Chrome/114.0", "鸿蒙 · Chrome"),
        ("curl/8.0", "没有说明自己的浏览器"),
    ],
)
def test_browser_is_named_in_plain_words(agent: str, name: str) -> None:
    assert browser_name(agent) == name
