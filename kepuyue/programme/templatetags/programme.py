from datetime import date

from django import template

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.programme import cards

register = template.Library()


@register.simple_tag
def localized(chinese: str, english: str) -> str:
    """The text in the page's language where there is one, else the Chinese."""
    return cards.localized(chinese, english)[0]


@register.filter
def plain_day(day: date) -> str:
    """9月14日."""
    return wording.day_text(day, weekday=False)


@register.filter
def month_text(edition: Edition) -> str:
    """2024年9月1日 – 9月30日."""
    return wording.days_text(edition.starts_on, edition.ends_on, year=True)
