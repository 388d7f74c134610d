"""By what a report in the media is known again, however its link was passed on.

The same page is sent around with another scheme, with marks of whoever shared it, and with a jump inside the page.
What names the page itself stays: host, path, and the other parameters in order.
"""

import re
import unicodedata
from datetime import date
from urllib.parse import parse_qsl, urlencode, urlsplit

# Parameters that say who passed a link on, not what it leads to (campaign marks; those that WeChat and browsers add)
PASSED_ON = re.compile(
    r"^(utm_\w+|spm|from|isappinstalled|scene|chksm|share\w*|source|src|sharer_\w+|pass_ticket|clicktime|enterid"
    r"|nwr_flag|fbclid|gclid|mpshare|srcid|tt_from|wxshare_count)$"
)
MOST = 300


def key_of(*, link: str, outlet: str, title: str, published_on: date) -> str:
    """The key of a report: its link without what was added on the way; without a link, outlet, day and title."""
    if link:
        parts = urlsplit(link)
        host = (parts.hostname or "").removeprefix("www.")
        kept = sorted(
            (name, value)
            for name, value in parse_qsl(parts.query, keep_blank_values=True)
            if not PASSED_ON.match(name.lower())
        )
        query = f"?{urlencode(kept)}" if kept else ""
        return f"{host}{parts.path.rstrip('/')}{query}"[:MOST]
    return f"{published_on.isoformat()} {_plain(outlet)} {_plain(title)}"[:MOST]


def _plain(text: str) -> str:
    """Without blanks, signs and differences of width that people type one way or the other."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(sign for sign in folded if sign.isalnum())
