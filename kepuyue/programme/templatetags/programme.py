from datetime import date
from typing import Any

from django import template
from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.editions.models import Edition
from kepuyue.programme import cards

register = template.Library()


@register.simple_tag
def localized(chinese: str, english: str) -> str:
    """The text in the page's language where there is one, else the Chinese."""
    return cards.localized(chinese, english)[0]


@register.filter(expects_localtime=True)
def plain_day(day: date) -> str:
    """9月14日."""
    return wording.day_text(day, weekday=False)


@register.filter
def month_text(edition: Edition) -> str:
    """2024年9月1日 – 9月30日."""
    return wording.days_text(edition.starts_on, edition.ends_on, year=True)


# Formats in the order in which people look for them; the first is for every visitor
FEEDS = ("ics", "xlsx", "csv", "atom", "json", "xml")


@register.inclusion_tag("programme/_reuse.html")
def reuse(filters: QueryDict | None = None) -> dict[str, Any]:
    """Where the activities of these filters can be subscribed to or downloaded, in the language of the page."""
    kept = filters.copy() if filters else QueryDict(mutable=True)
    for name in ("page", "view", "lang", "edition"):
        kept.pop(name, None)
    is_whole = not kept
    if wording.is_english():
        kept["lang"] = "en"
    query = f"?{urlencode(kept, doseq=True)}" if kept else ""
    labels = {
        "ics": _("日历文件"), "xlsx": _("Excel表格"), "csv": _("CSV表格"),
        "atom": _("Atom订阅"), "json": _("JSON数据"), "xml": _("日程XML"),
    }  # fmt: skip
    links = [(labels[form], reverse("programme:feed", args=[form]) + query) for form in FEEDS]
    host = settings.PUBLIC_URL.partition("://")[2]
    return {"links": links, "calendar": f"webcal://{host}{links[0][1]}", "is_whole": is_whole}
