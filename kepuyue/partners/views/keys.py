"""The desk's page of a unit's keys and addresses; making and withdrawing keys."""

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kepuyue.accounts.reauthentication import fresh_sign_in_required
from kepuyue.editions.request import DeskRequest
from kepuyue.partners import queries
from kepuyue.partners.actions import tokens
from kepuyue.partners.forms import TokenForm
from kepuyue.partners.scopes import SCOPES

A_PAGE = 30
FRESH = "fresh_interface_secret"


@require_safe
@never_cache
def home(request: DeskRequest) -> HttpResponse:
    """All keys and addresses of the person's units; a secret that was just made is shown here, once."""
    page = Paginator(queries.tokens_of(request.user), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "tokens": [(one, [SCOPES[code].label for code in one.scopes if code in SCOPES]) for one in page],
        "endpoints": list(queries.endpoints_of(request.user)[:A_PAGE]),
        "may": queries.units_of(request.user).exists(),
        "fresh": request.session.pop(FRESH, None) if FRESH in request.session else None,
    }
    return render(request, "partners/home.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@fresh_sign_in_required
def token_new(request: DeskRequest) -> HttpResponse:
    """Make a token for one program."""
    form = TokenForm(
        request.POST if request.method == "POST" else None, organizations=queries.units_of(request.user)
    )
    if form.is_bound and form.is_valid():
        wanted = form.cleaned_data
        try:
            token, secret = tokens.make(
                wanted["organization"],
                by=request.user,
                name=wanted["name"],
                scopes=wanted["scopes"],
                days=wanted["days"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            request.session[FRESH] = ["token", token.name, secret]
            return redirect("partners:home")
    context = {"form": form, "crumbs": crumbs(_("新建令牌"))}
    return render(request, "partners/token_new.html", context, status=422 if form.errors else 200)


@require_POST
def token_revocation(request: DeskRequest, pk: int) -> HttpResponse:
    """From now on the token opens nothing."""
    tokens.revoke(get_object_or_404(queries.tokens_of(request.user), pk=pk), by=request.user)
    return redirect("partners:home")


def crumbs(here: str) -> list[tuple[str, str]]:
    """The way to a page of this room."""
    return [(_("接口"), reverse("partners:home")), (here, "")]
