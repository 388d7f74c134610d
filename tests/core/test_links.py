"""Only an address of the web becomes a link."""

import pytest

from kepuyue.core.links import web_address


@pytest.mark.parametrize(
    "address",
    [
        "https://kp.example",
        "http://kp.example:8080/a/b?c=d&e=%E7%A7%91#f",
        "HTTPS://Kp.Example/",
        "https://科普.example/报名",
        "http://[2001:db8::1]/",
    ],
)
def test_an_address_of_the_web_stays_as_it_is(address: str) -> None:
    assert web_address(address) == address
    assert web_address(f" {address} ") == address


@pytest.mark.parametrize(
    "address",
    [
        "",
        None,
        "javascript:kpx()//",
        " jAvAsCrIpT:kpx()",
        "java\tscript:kpx()",
        "\x01javascript:kpx()",
        "data:text/html,<script>kpx()</script>",
        "vbscript:kpx()",
        "file:///etc/passwd",
        "ftp://kp.example/",
        "mailto:kp@kp.example",
        "//kp.example/",
        "\\\\kp.example\\",
        "https:\\\\kp.example",
        "https:kp.example",
        "https:///kp.example",
        "/own/path",
        "kp.example",
        "https://",
        "https://known.example@kp.example/",
        "https://kp.example:no/",
        "https://kp.example/\r\nX-Kp: 1",
        "https://kp.example/\u202egnp.exe",
        "https://kp\u200b.example/",
        "https://kp.example/\"'><kp-x onfocus=kpx()>",
        "http://[::1",
    ],
)
def test_everything_else_is_text(address: str | None) -> None:
    assert web_address(address) == ""
