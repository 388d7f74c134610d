"""How the data of children is treated, for everybody to read."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kepuyue.bookings.parties import GUARDED_UNDER


@require_safe
@login_not_required
def children(request: HttpRequest) -> HttpResponse:
    """The rules of their own that 个人信息保护法 art. 31 asks for, with what holds in this edition."""
    return render(request, "bookings/children.html", {"age": GUARDED_UNDER})
