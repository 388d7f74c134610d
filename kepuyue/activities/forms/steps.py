"""The registration form in steps. Each step turns typed text into content (see `content`) and saves nothing."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kepuyue.activities.content import Content
from kepuyue.activities.forms import grid
from kepuyue.activities.forms.plain import (
    PLAIN_FIELDS,
    ClassificationForm,
    DistrictForm,
    ResponsibilityForm,
    plain_form,
)
from kepuyue.activities.forms.rows import ROWS, RowSet, SessionForm, session_initial
from kepuyue.activities.models import Venue
from kepuyue.editions.models import Edition

STEPS: dict[str, Any] = {
    "basics": _("基本信息"),
    "units": _("参与单位"),
    "classification": _("分类"),
    "sessions": _("时间地点"),
    "audience": _("人群和预约"),
    "responsibility": _("内容和安全"),
    "contact": _("联系方式"),
}


@dataclass
class StepInput:
    """One step as it is shown or sent: a form, rows of forms, or both."""

    step: str
    form: forms.Form | None
    rows: Any = None  # a formset
    rows_field: str = ""
    sent: grid.Sent | None = None
    stored: Mapping[int, dict[str, Any]] = dataclasses.field(default_factory=dict)

    def grid_rows(self) -> list[dict[str, Any]]:
        """The rows as the grid in the browser takes them."""
        return grid.rows_of(self.rows, self.sent, self.stored)

    def grid_faults(self) -> dict[int, dict[str, str]]:
        """What is wrong in which row of the grid: {place: {field: why}}."""
        faults = {place: grid.faults_of(row) for place, row in self._numbered()}
        return {place: found for place, found in faults.items() if found}

    def _numbered(self) -> Iterable[tuple[int, Any]]:
        return (
            zip(self.sent.places, self.rows.forms, strict=False) if self.sent else enumerate(self.rows.forms)
        )

    def is_valid(self) -> bool:
        """Whether everything typed in this step can be taken."""
        valid = self.form is None or self.form.is_valid()
        return (self.rows is None or self.rows.is_valid()) and valid

    def changes(self) -> Content:
        """What can be taken of what was typed, as content; call `is_valid` first."""
        taken: Content = {}
        if self.form is not None:
            taken |= _form_content(self.form)
        if self.rows is not None and self.rows.is_valid():
            rows = self.rows.forms if self.sent else self.rows.ordered_forms
            typed = [row.content() if isinstance(row, SessionForm) else _row_content(row) for row in rows]
            taken[self.rows_field] = self.sent.ordered(typed) if self.sent else typed
        return taken

    def asks_more(self) -> bool:
        """Whether what was typed asks for fields that the page did not show yet (a larger crowd)."""
        return isinstance(self.form, ResponsibilityForm) and any(
            name.startswith(ResponsibilityForm.SAFETY) and name not in self.form.data
            for name in self.form.fields
        )

    def problems(self) -> list[tuple[str, str]]:
        """Every fault as (where, what), for people who do not see the page."""
        found: list[tuple[str, str]] = []
        if self.form is not None:
            for name, messages in self.form.errors.items():
                label = str(self.form.fields[name].label) if name in self.form.fields else ""
                found += [(label, str(message)) for message in messages]
        if self.rows is not None:
            singular = {
                "sessions": pgettext("one", "场次"),
                "participations": pgettext("one", "单位"),
            }.get(self.rows_field, pgettext("one", "主讲人"))
            for number, row in self._numbered():
                for name, messages in row.errors.items():
                    label = row.fields[name].label if name in row.fields else ""
                    found += [
                        (f"{singular} {number + 1} {label}".strip(), str(message)) for message in messages
                    ]
            found += [("", str(message)) for message in self.rows.non_form_errors()]
        return found


def _form_content(form: forms.Form) -> Content:
    """The fields of a form that are valid; taxonomies are gathered into `terms`."""
    if isinstance(form, ResponsibilityForm):
        return form.taken()
    taken = dict(form.cleaned_data)
    if isinstance(form, ClassificationForm):
        chosen = [
            (name.removeprefix("terms_"), taken.pop(name))
            for name in list(taken)
            if name.startswith("terms_")
        ]
        taken["terms"] = sorted(
            f"{taxonomy}:{code}"
            for taxonomy, codes in chosen
            for code in ([codes] if isinstance(codes, str) else codes)
            if code
        )
        taken["marks"] = sorted(taken.get("marks", []))
    return taken


def _row_content(row: forms.Form) -> Content:
    return {name: row.cleaned_data[name] for name in row.fields if name not in ("DELETE", "ORDER")}


def step_input(step: str, *, edition: Edition, content: Content, data: QueryDict | None = None) -> StepInput:
    """The forms of a step, showing `content`, or holding `data` where something was typed."""
    form: forms.Form | None = None
    if step == "responsibility":
        form = ResponsibilityForm(data, initial=content, edition=edition, content=content)
    elif step in PLAIN_FIELDS:
        form = plain_form(step)(data, initial=content)
    elif step == "classification":
        initial: Content = {"marks": content["marks"]}
        for pair in content["terms"]:
            taxonomy, _colon, term = pair.partition(":")
            initial.setdefault(f"terms_{taxonomy}", []).append(term)
        for taxonomy in edition.taxonomies.filter(multiple=False):
            initial[f"terms_{taxonomy.code}"] = next(iter(initial.get(f"terms_{taxonomy.code}", [])), "")
        form = ClassificationForm(data, initial=initial, edition=edition)
    elif step == "sessions":
        form = DistrictForm(data, initial=content)
    if step not in ROWS:
        return StepInput(step, form)
    field, row_form, most = ROWS[step]
    options: dict[str, Any] = {"prefix": field}
    sent: grid.Sent | None = None
    stored: dict[int, dict[str, Any]] = {}
    shown = content[field]
    if step == "sessions":
        options["form_kwargs"] = {"edition": edition}
        names = dict(
            Venue.objects.filter(pk__in=[s["venue"] for s in shown if s.get("venue")]).values_list(
                "pk", "name"
            )
        )
        shown = [session_initial(entry, edition, names) for entry in shown]
        stored = {entry["id"]: entry for entry in shown if entry["id"]}
        if data is not None and (sent := grid.unfolded(data, stored)):
            data, most = sent.data, most - len(sent.kept)
    row_set = forms.formset_factory(
        row_form,
        formset=RowSet,
        extra=0 if shown else 1,
        can_delete=True,
        max_num=most,
        validate_max=True,
    )
    formset = row_set(data, initial=shown if data is None else None, **options)
    return StepInput(step, form, formset, field, sent, stored)
