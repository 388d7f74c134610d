"""Entity tags: by them a program says which state it read."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder


def tag_of(body: dict[str, Any]) -> str:
    """The strong entity tag (RFC 9110, 8.8.3) of what an address shows."""
    text = json.dumps(body, cls=DjangoJSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def names(header: str, tag: str) -> bool:
    """Whether a condition names this state; compression on the way makes a tag weak and no other."""
    given = {one.strip().removeprefix("W/") for one in header.split(",")}
    return "*" in given or tag in given
