from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from kepuyue.bookings import phones
from kepuyue.demo import stages

SHOWN = 20
# Minutes: the codes in them live no longer
SHOWN_FOR = 10


# Without a form's token, as theme and language: it changes nothing but what this browser shows, and a token in the
# bar would make each page one visitor's own
@csrf_exempt
@require_POST
@login_not_required
def jump(request: HttpRequest) -> HttpResponse:
    """Set this visitor's demonstration clock to the beginning of a stage."""
    try:
        stage = stages.Stage(request.POST.get("stage", ""))
    except ValueError:
        return HttpResponseBadRequest(_("没有这个阶段。"))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = resolve_url("programme:home")
    response = redirect(back)
    response.set_cookie(
        stages.COOKIE,
        stages.cookie_for(stage),
        max_age=stages.COOKIE_AGE,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


@require_safe
@login_not_required
def text_messages(request: HttpRequest) -> HttpResponse:
    """The telephone of the demonstration: what would have been sent in the last minutes, for everybody to see."""
    folder = settings.SMS_FILE_PATH
    since = now().timestamp() - SHOWN_FOR * 60
    files = sorted(folder.glob("*.txt"), reverse=True)[:SHOWN] if folder.exists() else []
    texts = [
        path.read_text(encoding="utf-8").partition("\n") for path in files if path.stat().st_mtime > since
    ]
    context = {"texts": [(phones.masked(number), text.strip()) for number, _line, text in texts]}
    response = render(request, "demo/text_messages.html", context)
    response["Cache-Control"] = "no-store"
    return response
