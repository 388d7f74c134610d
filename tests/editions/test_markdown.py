import pytest

from kepuyue.editions.markdown import to_html


def test_headings_and_strong_text_become_tags() -> None:
    assert to_html("## 一、时间\n\n**（一）主场**。正文") == (
        "<h2>一、时间</h2>\n<p><strong>（一）主场</strong>。正文</p>\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[按](javascript:alert(1))",
        "<img src=x onerror=alert(1)>",
        '<a href="https://example.org" onclick="x()">链接</a>',
        "![图](https://example.org/x.png)",
    ],
)
def test_nothing_that_runs_or_loads_survives(text: str) -> None:
    html = to_html(text)

    assert not any(f"<{tag}" in html for tag in ("script", "img", "svg", "iframe"))
    assert 'href="javascript' not in html
    assert "<a onclick" not in html
