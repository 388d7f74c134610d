"""`python -m kepuyue.programme.handbook < JSON of typesetter.typeset`: PDF on standard output, progress beside it."""

import json
import logging
import resource
import sys

from pylopdf_fonts_zh_cn import sans_path, serif_path

from kepuyue.programme.handbook.numbering import numbered

MEMORY_BYTES = 3_000_000_000
SECONDS = 600
FACES = f"""
@font-face {{ font-family: "Booklet Sans"; src: url("{sans_path().as_uri()}") }}
@font-face {{ font-family: "Booklet Serif"; src: url("{serif_path().as_uri()}") }}
"""


class Progress(logging.Handler):
    """Writes the share that is done, a line beginning with @. Pages are laid out several times over, so that the
    numbers in the contents come true: the share nears its end and never goes back."""

    def __init__(self, pages: int) -> None:
        super().__init__()
        self.pages, self.seen = max(1, pages), 0

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage()
        if "- Page" in text:
            self.seen += 1
            self._say(0.9 - 0.85 / (1 + self.seen / self.pages))
        elif text.startswith("Step 6"):
            self._say(0.92)

    def _say(self, share: float) -> None:
        sys.stderr.write(f"@{share:.3f}\n")
        sys.stderr.flush()


def main() -> None:
    """Set the pages. Nothing is fetched: pictures stand in the text itself, faces come as a package."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given = json.load(sys.stdin)
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    inside = URLFetcher(allowed_protocols=("data",))
    log = logging.getLogger("weasyprint.progress")
    log.setLevel(logging.INFO)
    log.addHandler(Progress(given["pages"]))
    fonts = FontConfiguration()
    styles = [
        CSS(string=FACES, font_config=fonts),
        CSS(string=given["style"], font_config=fonts, url_fetcher=inside),
    ]
    html = HTML(string=given["html"], base_url=given["base"], url_fetcher=inside)
    document = numbered(html.etree_element, lambda: html.render(stylesheets=styles, font_config=fonts))
    document.write_pdf(sys.stdout.buffer)


if __name__ == "__main__":
    main()
