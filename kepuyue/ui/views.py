from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kepuyue.ui.forms import DisplayForm
from kepuyue.ui.showcase import showcase

YEAR = 31_536_000


@login_not_required
@csrf_exempt  # public pages stay free of cookies; a forged request changes a colour at worst
@require_POST
def display(request: HttpRequest) -> HttpResponse:
    """Keep the theme or the print size that the reader pressed, and go back to the page."""
    form = DisplayForm(request.POST)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if not form.is_valid():
        return response
    for name in form.fields.keys() & request.POST.keys():
        cookie = settings.COOKIE_PREFIX + name
        if choice := form.cleaned_data[name]:
            response.set_cookie(cookie, choice, max_age=YEAR, samesite="Lax", secure=settings.HTTPS)
        else:
            response.delete_cookie(cookie, samesite="Lax")
    return response


@login_not_required
@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Every component in every state, for those who build pages; not part of a site in earnest."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    return render(request, "ui/showcase/page.html", showcase())


@login_not_required
@require_safe
def service_worker(request: HttpRequest, script: str = "ui/service-worker.js") -> HttpResponse:
    """A script that opens pages without a network; it has to come from the root of what it serves."""
    found = finders.find(script)
    if not isinstance(found, str):
        raise Http404
    answer = HttpResponse(Path(found).read_bytes(), content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
