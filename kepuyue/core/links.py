"""Which of the addresses that people typed may become a link.

Forms ask for them (`WebAddressField`), yet a row may come from an import, an older version or a fault. So whatever
makes a link of a stored address asks here once more; the rest is shown as the text that it is.
"""

from urllib.parse import urlsplit

from django.conf import settings

SCHEMES = ("http", "https")


def web_address(text: object) -> str:
    """The address, if it is one of the web that a browser opens as it reads: http or https with a name; else "".

    Never one that runs (``javascript:``, ``data:``), leans on the page (``//host``, ``/path``), carries a password
    (``https://known.site@elsewhere``) or holds blanks, line breaks or other signs that browsers read past.
    """
    address = str(text or "").strip(" ")
    if not address.isprintable() or any(sign in address for sign in ' \\<>"`'):
        return ""
    try:
        parts = urlsplit(address)
        known = parts.scheme in SCHEMES and bool(parts.hostname) and "@" not in parts.netloc
        _port = parts.port  # a port that is no number raises
    except ValueError:
        return ""
    return address if known else ""


def whole(path: str) -> str:
    """The whole address of a page of ours, from its path."""
    return f"{settings.PUBLIC_URL}{path}"
