from datetime import date

from django import template

from kepuyue.activities.models import Admission
from kepuyue.core import wording
from kepuyue.resources import presentation, telling
from kepuyue.resources.models import Proposal, Request
from kepuyue.resources.timetable import Content

register = template.Library()
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@register.filter
def wished_days(request: Request) -> str:
    """The days between which a request should be met."""
    return wording.days_text(request.from_day, request.until_day)


@register.filter
def proposed_time(proposal: Proposal) -> str:
    """A proposed time as people write it."""
    return telling.when(proposal)


@register.filter
def week(content: Content) -> str:
    """The weekly hours of an opening, or its single days where there are no others."""
    return presentation.week_text(content) or presentation.special_text(content)


@register.filter
def admission(content: Content) -> str:
    """Free, discounted or paid, in words."""
    return str(Admission(content["admission"]).label)


@register.filter
def weekday_name(day: date) -> str:
    """The English weekday, an ending of a CSS class."""
    return WEEKDAYS[day.weekday()]
