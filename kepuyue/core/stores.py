"""Where media are kept: a folder of this machine, or a store of objects that speaks S3."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

KNOWN = {"endpoint", "region", "prefix"}
FOLDER = {"BACKEND": "django.core.files.storage.FileSystemStorage"}


class WrongStore(ValueError):
    """The address names no store; the text says what to write."""


def store(address: str) -> dict[str, Any]:
    """The storage for `s3://[key:secret@]bucket?endpoint=https://…&region=…&prefix=…`; "" is the folder.

    Without key and secret those of the machine count (AWS_ACCESS_KEY_ID, a role, …). Raises `WrongStore`.
    """
    if not address:
        return FOLDER
    parts = urlsplit(address)
    asked = parse_qs(parts.query)
    endpoint = asked.get("endpoint", [""])[0]
    is_wrong = parts.scheme != "s3" or not parts.hostname or parts.path.strip("/") or set(asked) - KNOWN
    if is_wrong or (endpoint and not endpoint.startswith(("https://", "http://"))):
        raise WrongStore("MEDIA_URL: write s3://key:secret@bucket?endpoint=https://…&region=…&prefix=…")
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": parts.netloc.rpartition("@")[2],
            "endpoint_url": endpoint or None,
            "region_name": asked.get("region", ["us-east-1" if endpoint else ""])[0] or None,
            "location": asked.get("prefix", [""])[0].strip("/"),
            "access_key": unquote(parts.username or "") or None,
            "secret_key": unquote(parts.password or "") or None,
            # Nothing in the store is public: the program answers for every file, and asks who wants it
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
            "signature_version": "s3v4",
            "addressing_style": "path" if endpoint else "auto",
        },
    }
