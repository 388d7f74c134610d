"""What the booklet's templates need beyond Django's own."""

import re

from django import template

from kepuyue.programme.handbook.pages import code_of

register = template.Library()


@register.filter
def qr(address: str) -> str:
    """The QR code of an address, as the address of a picture."""
    return code_of(address, 3)


@register.filter
def phrases(text: str) -> list[str]:
    """A theme in the pieces that stay together on a line."""
    return [piece.strip() for piece in re.split("(?<=[，、；,;])", text) if piece.strip()]
