"""Hostile texts. Each kind has variants from long to short, so that it fits whatever a field holds.

What comes out of them on a page is told by the names `kp-x` (an element, an attribute), `kpx` (a call), `evil.example`
(a link) and 640127 (a template that was evaluated).
"""

from collections.abc import Iterator

ELEMENT, CALL, HOST, EVALUATED = "kp-x", "kpx", "evil.example", "640127"

KINDS: dict[str, tuple[str, ...]] = {
    "markup": (
        "\"'></option></select></textarea></title></style></script>--><kp-x onfocus=kpx()>",
        "\"'></textarea></title></script>--><kp-x>",
        "\"'></script><kp-x>",
        "\"'><kp-x>",
        "<kp-x>",
        "\"'<",
    ),
    "script": (
        "<script>kpx()</script><img src=x onerror=kpx()><svg/onload=kpx()><iframe srcdoc='<script>kpx()</script>'>",
        "<script>kpx()</script><svg/onload=kpx()>",
        "<img src onerror=kpx()>",
        "<svg onload=kpx()>",
        "</script>",
        "'<!--",
    ),
    "attribute": (
        '" autofocus onfocus="kpx()" kp-x="1\' onfocus=\'kpx()\' kp-x=\'1` onfocus=kpx() kp-x=1 \\" kp-x=\\"',
        "\" onfocus=kpx() kp-x=\"' kp-x='",
        "\" kp-x=\"' kp-x='",
        '" kp-x="',
        "\\\"'",
    ),
    "template": (
        "{{ 640123|add:4 }}{% debug %}{{ settings.SECRET_KEY }}{640123}%(kp)s%s%d{0}{kp.__class__}${7*7}%00%",
        "{{ 640123|add:4 }}%(kp)s{0}%s%",
        "{{ 640123|add:4 }}",
        "%(kp)s{0}%s",
        "{0}%s%",
    ),
    "link": (
        "[点](javascript:kpx()) ![x](http://evil.example/kp) <http://evil.example/kp> https://evil.example/kp www.evil.example",
        "[点](http://evil.example) evil.example",
        "http://evil.example/kp",
        "//evil.example",
        "[a](//b)",
    ),
    "lines": (
        "题\r\nBcc: kp@evil.example\r\nContent-Type: text/html\r\n\r\n<kp-x>\r\nEND:VEVENT\r\nBEGIN:VTODO",
        "题\r\nBcc: kp@evil.example",
        "题\r\nX-Kp: 1\r\n",
        "a\r\nb",
    ),
    "marks": (
        "\u202ekp‮\u2066⁩\u200b\u200d\ufeff\u00ad\u2028\u2029𠮷🧪👩🏽‍🔬Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A\x07\x1b[31m\x7f\x85",
        "\u202e𠮷🧪\u2028\u200b\x07\x85",
        "\u202e𠮷🧪",
        "𠮷\u2028",
    ),
    "formula": (
        '=HYPERLINK("http://evil.example/kp","点")',
        "=HYPERLINK(A1)",
        "+cmd|' /C calc'!A0",
        "@SUM(1+1)",
        "=1+1",
    ),
    "tab formula": ("\t=cmd|' /C calc'!A0", "\r=1+1", "-2+3"),
    "query": ("'; DROP TABLE kp; -- %_\\", "' OR 1=1 --", "'--%_\\"),
    "entities": (
        "]]>&lt;kp-x&gt;&#60;kp-x&#62;&#x3c;kp-x&#x3e;\\u003ckp-x\\u003e<![CDATA[<kp-x>]]>",
        "]]>&lt;kp-x&gt;",
        "&lt;kp-x&gt;",
        "&lt;",
    ),
    "word": ("我" * 4_000, "W" * 400, "W" * 120, "W" * 60, "W" * 30, "W" * 9),
    "space": (" \u3000\u00a0\t ", "\u3000", " "),
}

ADDRESSES = (
    "javascript:kpx()//",
    " jAvAsCrIpT:kpx()",
    "data:text/html,<script>kpx()</script>",
    "https://kp.example/\"'><kp-x onfocus=kpx()>",
    "//kp.example/\r\nX-Kp: 1",
)
# One for each kind, whatever the database numbers its rows: what runs comes first, and with the gate's kinds
ADDRESS_OF_KIND = {kind: ADDRESSES[place % len(ADDRESSES)] for place, kind in enumerate(KINDS)} | {
    "lines": ADDRESSES[2]
}
MAILBOXES = ('"\'><kp-x>"@kp.example', "kp@kp.example")


def fitting(variants: tuple[str, ...], room: int | None) -> str:
    """The longest variant that fits into so many characters; the beginning of the shortest where none does."""
    return next(
        (text for text in variants if room is None or len(text) <= room), variants[-1][: room or None]
    )


def names() -> Iterator[str]:
    """The kinds, the one that finds most first."""
    yield from KINDS
