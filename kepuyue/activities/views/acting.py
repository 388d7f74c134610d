"""One act, one page: what it means, a form, and the button that does it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from kepuyue.editions.request import DeskRequest


def act(
    request: DeskRequest,
    *,
    form: forms.Form,
    press: Callable[[dict[str, Any]], Any],
    title: Any,
    about: Any,
    text: Any,
    label: Any,
    done: Any,
    back: str,
    is_grave: bool = False,
    extra: dict[str, Any] | None = None,
    template: str = "activities/act.html",
) -> HttpResponse:
    """Show the form, or press the action; what it refuses stands at the field, and what was typed stays."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                press(form.cleaned_data)
            except ValidationError as error:
                _attach(form, error)
                status = 409
            else:
                messages.success(request, done)
                return redirect(back)
    context = {
        "form": form, "title": title, "about": about, "text": text, "label": label, "back": back,
        "is_grave": is_grave,
    } | (extra or {})  # fmt: skip
    return render(request, template, context, status=status)


def _attach(form: forms.Form, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for field, problems in error.error_dict.items():
        for problem in problems:
            form.add_error(field if field in form.fields else None, problem)
