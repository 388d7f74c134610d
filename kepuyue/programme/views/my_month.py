"""My month: the plan of what one visitor keeps; the same to subscribe to."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode

from kepuyue.core.time import now
from kepuyue.programme import my_month as plans
from kepuyue.programme.feeds.selection import of_kept
from kepuyue.programme.request import PublicRequest, canonical, public_page
from kepuyue.programme.views.feeds import answer_with, edition_of, open_feed


@public_page
def my_month(request: PublicRequest) -> HttpResponse:
    """The plan that the address carries; without one the page asks the browser what it remembers."""
    kept = plans.parsed(request.GET.get("kept", ""))
    context = {"canonical": canonical(request), "is_empty": not kept, "most": plans.MOST}
    if kept:
        found = plans.plan(kept, at=now().astimezone(request.edition.zone))
        query = urlencode({"kept": found.address})
        context |= {
            "plan": found,
            "summary": plans.summary(found),
            "share": f"{context['canonical']}?{query}",
            "calendar": f"{reverse('programme:my-month-feed')}?{query}" if found.versions else "",
        }
    answer = render(request, "programme/my_month.html", context)
    # Of what somebody keeps no proxy keeps a copy
    answer["Cache-Control"] = "private, no-cache"
    return answer


@public_page
def changes(request: PublicRequest) -> HttpResponse:
    """{"changed": [codes]}: what of `kept` says something else now; asked by every page while something is kept."""
    answer = JsonResponse({"changed": plans.news(plans.parsed(request.GET.get("kept", "")))})
    answer["Cache-Control"] = "private, no-store"
    return answer


@open_feed
def feed(request: HttpRequest) -> HttpResponse:
    """What is kept, as a calendar; a subscription goes on with the codes that it has."""
    codes = tuple(one.code for one in plans.parsed(request.GET.get("kept", "")))
    selection = of_kept(edition_of(request), codes, filters=urlencode({"kept": "~".join(codes)}))
    return answer_with(request, "ics", selection, name="my-month")
