"""The cloud month: what is live, what comes, replays, videos, exhibitions, topics; one item; its calendar."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from csp.decorators import csp_update
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kepuyue.cloud import queries
from kepuyue.cloud.forms.questions import AskForm
from kepuyue.cloud.models import CloudItem, Kind
from kepuyue.core import wording
from kepuyue.core.links import whole
from kepuyue.core.time import now
from kepuyue.editions.queries import is_open_to_public, taxonomies
from kepuyue.programme import cloud_cards
from kepuyue.programme.cards import localized, unit_href
from kepuyue.programme.cloud_cards import card, watching
from kepuyue.programme.feeds import broadcast
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.structured_cloud import json_ld

SHOWN = 6
# Filters besides the kind: taxonomies of the edition, in this order
SUBJECTS = ("field", "content", "audience")


@public_page
def cloud(request: PublicRequest) -> HttpResponse:
    """Everything by heading, or what the filters in the address choose of it."""
    at = now().astimezone(request.edition.zone)
    everything = list(queries.public_items(request.edition))
    wanted = _wanted(request.GET)
    chosen = [item for item in everything if _fits(item, wanted)]
    found = queries.sections(chosen, at)
    is_whole = not wanted
    headings = (
        ("live", _("正在直播"), found.live, Kind.LIVE),
        ("coming", _("直播预告"), found.coming, Kind.LIVE),
        ("topics", _("话题：问问科学家"), found.topics, Kind.TOPIC),
        ("videos", _("短视频"), found.videos, Kind.VIDEO),
        ("exhibitions", _("云展览"), found.exhibitions, Kind.EXHIBITION),
        ("replays", _("直播回放"), found.replays, Kind.LIVE),
        ("over", _("已结束的直播"), found.over, Kind.LIVE),
    )
    context = {
        "sections": [
            {
                "id": name,
                "title": title,
                "cards": [card(item, at=at) for item in (rows[:SHOWN] if is_whole else rows)],
                "href": f"?kind={kind}" if is_whole and len(rows) > SHOWN else "",
            }
            for name, title, rows, kind in headings
            if rows
        ],
        "kinds": _chips(request.GET, "kind", _kinds(everything), wanted),
        "groups": _groups(request, everything, wanted),
        "is_filtered": not is_whole,
        "count": len(chosen),
        "total": len(everything),
        "canonical": canonical(request),
    }
    return render(request, "programme/cloud.html", context)


def _wanted(address: QueryDict) -> dict[str, str]:
    """The filters that were asked for; what is odd is passed over."""
    found = {name: address.get(name, "")[:40] for name in ("kind", "minors", *SUBJECTS)}
    if found["kind"] not in Kind.values:
        found["kind"] = ""
    if found["minors"] != "1":
        found["minors"] = ""
    return {name: value for name, value in found.items() if value}


def _fits(item: CloudItem, wanted: dict[str, str]) -> bool:
    codes = {(term.taxonomy.code, term.code) for term in item.terms.all()}
    return (
        wanted.get("kind", item.kind) == item.kind
        and (item.suits_minors or "minors" not in wanted)
        and all((name, wanted[name]) in codes for name in SUBJECTS if name in wanted)
    )


def _kinds(items: Iterable[CloudItem]) -> list[tuple[str, str]]:
    present = {item.kind for item in items}
    return [(code, str(label)) for code, label in Kind.choices if code in present]


def _chips(
    address: QueryDict, name: str, choices: Iterable[tuple[str, str]], wanted: dict[str, str]
) -> list[dict[str, Any]]:
    """Each choice as a link that turns it on or off and leaves the others."""
    chips = []
    for code, label in choices:
        is_on = wanted.get(name) == code
        left = QueryDict(mutable=True)
        left.update({key: value for key, value in wanted.items() if key != name})
        if not is_on:
            left[name] = code
        chips.append({"label": label, "href": f"?{left.urlencode()}", "on": is_on})
    return chips


def _groups(request: PublicRequest, items: list[CloudItem], wanted: dict[str, str]) -> list[dict[str, Any]]:
    """Subject and audience, as far as some item has them."""
    present = {term.pk for item in items for term in item.terms.all()}
    found = []
    known = {taxonomy.code: taxonomy for taxonomy in taxonomies(request.edition)}
    for name in SUBJECTS:
        if taxonomy := known.get(name):
            choices = [(term.code, str(term)) for term in taxonomy.terms.all() if term.pk in present]
            chips = _chips(request.GET, name, choices, wanted)
            if name == "audience" and any(item.suits_minors for item in items):
                chips += _chips(request.GET, "minors", [("1", _("适合未成年人"))], wanted)
            if chips:
                found.append({"label": str(taxonomy), "chips": chips})
    return found


@public_page
def item(request: PublicRequest, code: str) -> HttpResponse:
    """One item of this edition, or of an earlier one that is open."""
    found = find(request, code)
    if not isinstance(found, CloudItem):
        return found
    return page(request, found)


def find(request: PublicRequest, code: str) -> CloudItem | HttpResponse:
    """The public item; the page that says it was withdrawn, where it once was public; else not found."""
    found = CloudItem.objects.public().with_facts().filter(code=code.upper()).first()
    if found is None:
        gone = CloudItem.objects.filter(code=code.upper(), published_at__isnull=False).select_related(
            "edition"
        )
        if any(is_open_to_public(one.edition) for one in gone):
            return render(request, "programme/cloud_gone.html", status=410)
        raise Http404(_("没有找到这个云上节目。"))
    if found.edition_id != request.edition.pk and not is_open_to_public(found.edition):
        raise Http404(_("没有找到这个云上节目。"))
    return found


def page(
    request: PublicRequest, found: CloudItem, *, form: AskForm | None = None, status: int = 200
) -> HttpResponse:
    """The item's page. Frames are let in from the one host of its player, and on no page without one."""
    at = now().astimezone(found.edition.zone)
    way = watching(found, at)
    title, language = localized(found.title, found.title_en)
    summary, summary_language = localized(found.summary, found.summary_en)
    is_topic = found.kind == Kind.TOPIC
    questions = list(queries.public_questions(found)) if is_topic else []
    address = whole(reverse("programme:cloud-item", args=[found.code]))
    activity = found.shown_activity
    context: dict[str, Any] = {
        "item": found,
        "title": title,
        "language": language,
        "other_title": found.title if title != found.title else "",
        "summary": summary,
        "summary_language": summary_language,
        "text_language": "zh-Hans" if wording.is_english() else "",
        "flags": cloud_cards.flags(found, at),
        "is_demo": cloud_cards.is_demo(found),
        "cover": found.cover,
        "cover_kind": card(found, at=at).cover_kind,
        "og_image": whole(found.cover.get_absolute_url()) if found.cover else "",
        "way": way,
        "when": cloud_cards.when(found),
        "has_calendar": found.kind == Kind.LIVE and found.starts_at is not None and found.starts_at > at,
        "host": localized(found.organization.name, found.organization.name_en)[0],
        "host_href": unit_href(found.organization),
        "activity": activity,
        "activity_title": localized(activity.title, activity.title_en)[0] if activity else "",
        "facts": _facts(found),
        "is_topic": is_topic,
        "is_open": is_topic and not cloud_cards.is_over(found, at),
        "questions": questions,
        "form": form or (AskForm() if is_topic else None),
        "json_ld": json_ld(
            found, url=address, language=get_language() or "zh-Hans", at=at, way=way, questions=questions
        ),
        "others": _others(found, at),
        "canonical": address,
        "crumbs": [(_("云上科普月"), reverse("programme:cloud")), (title, "")],
    }
    response = render(request, "programme/cloud_item.html", context, status=status)
    if way.player:
        return csp_update({"frame-src": [way.player.origin]})(lambda _request: response)(request)  # type: ignore[return-value]
    return response


def _facts(item: CloudItem) -> list[tuple[str, str]]:
    """The plain facts; what is not known is left out."""
    accessible = [
        label
        for is_so, label in ((item.has_captions, _("有字幕")), (item.has_sign_language, _("有手语")))
        if is_so
    ]
    return [
        (_("平台"), item.platform),
        (_("时长"), _("%(count)s分钟") % {"count": item.duration} if item.duration else ""),
        (_("语言"), item.languages),
        (_("答疑专家"), item.expert),
        (_("无障碍"), wording.clauses([*accessible, *filter(None, [item.accessibility])])),
        (_("适合人群"), _("适合未成年人") if item.suits_minors else ""),
        (_("主题和人群"), wording.listed(item.terms.all())),
    ]


def _others(item: CloudItem, at: datetime) -> list[Any]:
    """Further items: of the same activity first, then of the same kind and unit."""
    rows = [one for one in queries.public_items(item.edition) if one.pk != item.pk]
    rows.sort(
        key=lambda one: (
            one.activity_id != item.activity_id or item.activity_id is None,
            one.kind != item.kind,
            one.organization_id != item.organization_id,
            -one.pk,
        )
    )
    return [card(one, at=at) for one in rows[:3]]


@public_page
def feed(request: PublicRequest, code: str) -> HttpResponse:
    """A broadcast for the reader's calendar."""
    found = find(request, code)
    if not isinstance(found, CloudItem):
        return HttpResponse(_("这个云上节目已撤回。"), status=410, content_type="text/plain; charset=utf-8")
    if found.kind != Kind.LIVE:
        raise Http404(_("只有直播有日历。"))
    response = HttpResponse(broadcast.written(found), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{found.code}.ics"'
    response["Cache-Control"] = "no-cache"
    return response
