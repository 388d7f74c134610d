"""Which addresses an item may have, and which play inside a page."""

from typing import Any

import pytest

from kepuyue.cloud import addresses

REFUSED = [
    "javascript:alert(1)", " JavaScript:alert(1)", "data:text/html,<script>", "vbscript:x", "file:///etc/passwd",
    "http://www.bilibili.com/", "//www.bilibili.com/", "/cloud/", "www.bilibili.com", "https://", "https:// a.cn",
    "https://user:word@www.bilibili.com/", "https://player.bilibili.com@evil.cn/", "https://evil.cn\\@player.bilibili.com/",
    "https://127.0.0.1/", "https://10.0.0.8/live", "https://[::1]/", "https://2130706433/", "https://0x7f.1/", "https://127.1/",
    "https://localhost/", "https://intranet/", "https://nas.local/", "https://kepu.internal/", "https://a.corp/",
    "https://a.cn:8443/", "https://a.cn:abc/",
    "https://player.bilibili.com.evil.cn/", "https://player-bilibili-com.top/", "https://bi1ibili.com/", "https://biIibili.com.cn/",
    "https://b\u0456libili.com/", "https://xn--blibili-jsf.com/", "https://d0uyin.com/", "https://\uff45vil.cn/",
]  # fmt: skip
ACCEPTED = [
    "https://www.bilibili.com/video/BV1xx411c7mD", "https://live.bilibili.com/1", "https://v.qq.com/x/page/a1234567bcd.html",
    "https://www.kepuchina.cn/", "https://科普.中国/", "https://xn--fiqs8s.xn--fiqs8s/", "https://museum.example.org:443/vr/",
]  # fmt: skip


@pytest.mark.parametrize("address", REFUSED)
def test_hostile_address_is_refused_with_a_reason_and_never_plays(address: str) -> None:
    assert addresses.fault(address) != ""
    assert addresses.player(address) is None


@pytest.mark.parametrize("address", ACCEPTED)
def test_plain_address_of_the_web_is_accepted(address: str) -> None:
    assert addresses.fault(address) == ""


@pytest.mark.parametrize(
    ("address", "src"),
    [
        (
            "https://www.bilibili.com/video/BV1xx411c7mD/?p=2&spm=x",
            "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&p=2&autoplay=0",
        ),
        (
            "https://www.bilibili.com/video/BV1xx411c7mD?p=%3Cscript%3E",
            "https://player.bilibili.com/player.html?bvid=BV1xx411c7mD&p=1&autoplay=0",
        ),
        (
            "https://v.qq.com/x/page/a1234567bcd.html",
            "https://v.qq.com/txp/iframe/player.html?vid=a1234567bcd",
        ),
        ("https://v.qq.com/txp/iframe/player.html?vid=1", "https://v.qq.com/txp/iframe/player.html?vid=1"),
    ],
)
def test_address_of_a_watching_page_plays_by_its_player(address: str, src: str) -> None:
    found = addresses.player(address)

    assert found is not None
    assert found.src == src


@pytest.mark.parametrize(
    "address",
    [
        "https://live.bilibili.com/1", "https://www.kepuchina.cn/", "https://v.qq.com/other/iframe.html",
        "https://v.qq.com/txp/iframe/../../x", "https://v.qq.com/txp/iframe%2f..%2fx", "https://v.qq.com/txp/iframes/x",
        "https://sub.player.bilibili.com/x", "https://www.bilibili.com/video/BV1",
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_a_link_only(address: str) -> None:
    assert addresses.player(address) is None


def test_list_is_the_operators(settings: Any) -> None:
    settings.CLOUD_EMBED_HOSTS = []

    assert addresses.player("https://www.bilibili.com/video/BV1xx411c7mD") is None


def test_inner_name_plays_nowhere_whatever_the_list_says(settings: Any) -> None:
    settings.CLOUD_EMBED_HOSTS = ["vr.museum.local"]

    assert addresses.player("https://vr.museum.local/show") is None


def test_operators_host_plays_below_its_path_only(settings: Any) -> None:
    settings.CLOUD_EMBED_HOSTS = ["vr.kepu-museum.cn/show"]

    found = addresses.player("https://vr.kepu-museum.cn/show/1")

    assert found is not None
    assert found.origin == "https://vr.kepu-museum.cn"
    assert addresses.player("https://vr.kepu-museum.cn/admin") is None


@pytest.mark.parametrize(
    "entry",
    ["*", "*.bilibili.com", "https://player.bilibili.com", "localhost", "a b.cn", "a.cn;script-src *"],
)
def test_entry_that_names_no_host_stops_the_start(entry: str) -> None:
    with pytest.raises(addresses.WrongHost):
        addresses.parse_rules([entry])


def test_platform_is_named_as_people_know_it() -> None:
    assert addresses.platform_of("https://mp.weixin.qq.com/s/1") == "微信"
    assert addresses.platform_of("https://v.qq.com/x") == "腾讯视频"
    assert addresses.platform_of("https://museum.cn/vr") == "museum.cn"
