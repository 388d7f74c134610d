"""What the pages of evaluations say of rules."""

from typing import Any

from django import template

from kepuyue.evaluation import presentation
from kepuyue.evaluation.models import Round

register = template.Library()


@register.filter
def scheme_lines(round: Round) -> Any:
    """The criteria of a round, for reading."""
    return presentation.scheme_lines(round.scheme)


@register.filter
def quota_words(round: Round) -> Any:
    """The caps of a round, for reading."""
    return presentation.quota_words(round.scheme)
