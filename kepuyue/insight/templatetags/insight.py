from collections.abc import Mapping
from typing import Any

from django import template

from kepuyue.core import wording

register = template.Library()


@register.filter
def in_reader(row: Mapping[str, Any], name: str) -> str:
    """A word of a row that is kept in both languages, in the reader's; Chinese where English is missing."""
    return str((wording.is_english() and row.get(f"{name}_en")) or row.get(name, ""))
