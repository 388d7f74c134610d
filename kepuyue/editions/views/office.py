"""What the pages of the office share: the edition of the address, and a form that knows of other people."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.accounts.models import User
from kepuyue.core.versions import Conflict
from kepuyue.editions.forms.seen import SeenForm
from kepuyue.editions.models import Edition
from kepuyue.editions.permissions import check_can_manage
from kepuyue.organizations.permissions import holds_anywhere


class OfficeRequest(HttpRequest):
    """A request of somebody who manages the edition, for type checking only."""

    user: User


def office_page(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give the view the edition that the address names; only for those who manage it."""

    @wraps(view)
    def answer(request: HttpRequest, edition: str, *args: Any, **kwargs: Any) -> HttpResponse:
        user = cast(User, request.user)
        if not holds_anywhere(user, "edition.manage"):
            raise PermissionDenied(_("只有市级管理员可以管理届次。"))
        found = get_object_or_404(Edition.objects.live().select_related("office"), code=edition)
        check_can_manage(user, found)
        return view(request, found, *args, **kwargs)

    return answer


def typed(request: HttpRequest) -> tuple[Any, Any]:
    """What was sent, files apart; an empty form that was sent is one that was sent."""
    return (request.POST, request.FILES) if request.method == "POST" else (None, None)


def saved(
    request: HttpRequest, form: SeenForm, save: Callable[[dict[str, Any], str], Any], *, done: str = ""
) -> bool:
    """Whether the form was sent, right and written; what went wrong stands in the form, with all that was typed."""
    if request.method != "POST" or not form.is_valid():
        return False
    try:
        save(form.values(), form.cleaned_data["seen"])
    except Conflict as conflict:
        form.show(conflict)
    except ValidationError as error:
        put_errors(form, error)
    else:
        messages.success(request, done or _("已保存，各处已更新。"))
        return True
    return False


def put_errors(form: Any, error: ValidationError) -> None:
    """The errors of an action at the fields that they speak of, the others above the form."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields and name != NON_FIELD_ERRORS else None, errors)


def shown(request: HttpRequest, template: str, edition: Edition, title: str, **context: Any) -> HttpResponse:
    """A page of the edition's settings, with the way back; 422 where its form has errors."""
    form = context.get("form")
    crumbs = [
        (
            _("本届设置") if edition.is_current else edition.name_for_reader,
            reverse("editions:hub", args=[edition.code]),
        ),
        *context.pop("above", []),
        (title, ""),
    ]
    status = 422 if form is not None and form.is_bound and form.errors else 200
    return render(
        request, template, {"this": edition, "title": title, "crumbs": crumbs, **context}, status=status
    )


def back(name: str, *args: Any) -> HttpResponse:
    """To another page of the settings."""
    return redirect(f"editions:{name}", *args)
