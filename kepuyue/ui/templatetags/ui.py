import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.template import Context, RequestContext
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django_vite.core.asset_loader import DjangoViteAssetLoader

from kepuyue.core import links, wording
from kepuyue.ui import changes, covers, moons, tones

register = template.Library()


@register.filter
def listed(items: Iterable[object]) -> str:
    """Things in a row as the reader's language lists them."""
    return wording.listed(items)


@register.filter
def labelled(label: object, text: object) -> str:
    """名称：内容 · Label: text, in the reader's language; either alone where the other is empty."""
    return wording.labelled(label, text)


@register.filter
def coded(text: object) -> SafeString:
    """A text whose words between backticks are code: `terms.tier`."""
    pieces = str(text).split("`")
    if not len(pieces) % 2:
        return format_html("{}", text)
    return format_html_join(
        "",
        "{}",
        [
            (format_html("<code>{}</code>", piece) if place % 2 else piece,)
            for place, piece in enumerate(pieces)
        ],
    )


@register.simple_tag
def edition_name(edition: Any) -> SafeString:
    """The site's name as a narrow page may break it: after 2024年, not within what it is the name of."""
    name = render_to_string("ui/_edition_name.html", {"edition": edition, "LANGUAGE_CODE": get_language()})
    return mark_safe(re.sub(r"(?<=\d年)", "<wbr>", name))  # noqa: S308 -- escaped where it was rendered


@register.filter
def web_address(text: object) -> str:
    """A stored address where it may become a link, else nothing: then show it as text."""
    return links.web_address(text)


@register.filter
def day_in_full(day: date) -> str:
    """A day with its year: 2024年9月14日 · Sept 14, 2024."""
    return wording.day_text(day, weekday=False, year=True)


@register.filter
def day_of_month(day: date) -> str:
    """A day within the month that is spoken of: 9月14日 · Sept 14."""
    return wording.day_text(day, weekday=False)


@register.filter
def moment(when: datetime) -> str:
    """A day and time: 2024年9月14日 10:00 · Sept 14, 2024, 10:00."""
    return wording.moment_text(when)


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite (frontend/icons.json). Without a label it is decoration."""
    sprite = DjangoViteAssetLoader.instance().generate_vite_asset_url("frontend/icons.svg")
    if label:
        drawing = '<svg class="icon" role="img" aria-label="{}"><use href="{}#{}"></use></svg>'
        return format_html(drawing, label, sprite, name)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sprite, name)


@register.simple_tag
def cover(seed: object, kind: str = "", title: str = "") -> SafeString:
    """A drawn cover for what has no picture; decoration unless it has a title."""
    return mark_safe(covers.cover(str(seed), kind, str(title)))  # noqa: S308 -- drawn by us, title escaped


@register.inclusion_tag("ui/components/status.html")
def status(code: str, label: str) -> dict[str, Any]:
    """A pill that tells a state by colour, icon and word."""
    return {"tone": tones.tone_of(code), "label": label}


@register.simple_tag
def tone(code: str) -> tones.Tone:
    """The look of a state, for components that draw it themselves."""
    return tones.tone_of(code)


@register.inclusion_tag("ui/components/moon_strip.html")
def moon_strip(
    days: Iterable[moons.DayInput],
    current: date | None = None,
    today: date | None = None,
    arc: bool = False,
    label: str = "",
) -> dict[str, Any]:
    """The days of the month as moons, each a link."""
    return {"moons": moons.moons(days, current=current, today=today), "arc": arc, "label": label}


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, Any]:
    """What has to be corrected, each fault a link to its field; nothing while all is well."""
    faults = [
        (form[name], wording.beginning(form[name].label), errors)
        for name, errors in form.errors.items()
        if name in form.fields
    ]
    return {"form": form, "faults": faults, "general": form.non_field_errors()}


@register.inclusion_tag("ui/components/pagination.html", takes_context=True)
def pagination(context: RequestContext, page: Page[Any]) -> dict[str, Any]:
    """Links to the neighbouring pages; the other query parameters stay."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": numbers, "gap": page.paginator.ELLIPSIS, "request": context["request"]}


@register.inclusion_tag("ui/components/diff.html")
def diff(old: object, new: object) -> dict[str, Any]:
    """Two versions of a text in one, what went and what came marked."""
    before, after = ("" if text is None else str(text) for text in (old, new))
    return {"pieces": changes.changes(before, after)}


@register.inclusion_tag("ui/components/nav_link.html", takes_context=True)
def nav_link(
    context: RequestContext, href: str, label: str, icon: str = "", prefix: str = "", badge: int = 0
) -> dict[str, Any]:
    """A link of a menu that knows when it leads to where we are; nothing without an address."""
    request = context.get("request")
    here = request.path if request else ""
    is_current = here == href or bool(prefix and here.startswith(prefix))
    return {"href": href, "label": label, "icon_name": icon, "is_current": is_current, "badge": badge}


@register.simple_tag(takes_context=True)
def title_alone(context: Context) -> SafeString:
    """The page's title without the site's name, once more for an attribute: what its block `title` says."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks else None
    text = " ".join(block.render(context).split()) if block else ""
    return mark_safe(text.replace('"', "&quot;"))  # noqa: S308 -- a rendered block, escaped where it was written


@register.simple_tag
def whole_address(path: str) -> str:
    """The whole address of a path of ours."""
    return links.whole(path)
