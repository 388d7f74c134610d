"""What an import brings, through the very forms that people type into: a rule about input stands in one place."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kepuyue.activities import safety
from kepuyue.activities.content import LISTS, Content
from kepuyue.activities.forms.plain import PLAIN_FIELDS, plain_form
from kepuyue.activities.forms.rows import ParticipationForm, SessionForm, SpeakerForm, session_initial
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District


@dataclass(frozen=True)
class Known:
    """The codes that content may name: districts, and the edition's terms as "taxonomy:term"."""

    districts: frozenset[str]
    terms: frozenset[str]

    @classmethod
    def of(cls, edition: Edition) -> "Known":
        """Read from the database, once for a whole file."""
        pairs = edition.taxonomies.values_list("code", "terms__code") if edition.pk else ()
        return cls(
            frozenset(District.objects.values_list("code", flat=True)),
            frozenset(f"{taxonomy}:{code}" for taxonomy, code in pairs),
        )


def clean_content(
    raw: Content, edition: Edition, known: Known | None = None
) -> tuple[Content, dict[str, list[str]]]:
    """Raw values of an import through the same forms: (what can be taken, {field: [why not]}).

    `raw` has the shape of `content`, its plain values as text or as they are; a session may carry
    ``venue_name``. A list with a bad entry loses that entry only. Who brings many gives what is `known`.
    """
    known = known or Known.of(edition)
    taken: Content = {}
    refused: dict[str, list[str]] = {}
    for step in PLAIN_FIELDS:
        form = plain_form(step)({name: value for name, value in raw.items() if value is not None})
        for name in set(form.fields) & set(raw):
            if name in form.errors:
                refused[name] = [str(message) for message in form.errors[name]]
            else:
                taken[name] = form.cleaned_data[name]
    for field, limit in (("city", 40), ("dates_as_written", 200), ("content_signoff", 60)):
        if field in raw:
            taken[field] = str(raw[field])[:limit]
    if "safety_items" in raw:
        items = {code: str(raw["safety_items"].get(code) or "").strip()[:500] for code in safety.ITEMS}
        taken["safety_items"] = {code: text for code, text in items.items() if text}
    if "licence_papers" in raw:
        taken["licence_papers"] = sorted(set(raw["licence_papers"]) & set(safety.PAPERS))
    if "is_key" in raw:
        taken["is_key"] = bool(raw["is_key"])
    if raw.get("district") and raw["district"] not in known.districts:
        refused["district"] = [str(_("没有这个区。"))]
    elif "district" in raw:
        taken["district"] = raw["district"]
    if "terms" in raw:
        taken["terms"] = sorted(set(raw["terms"]) & known.terms)
        if strange := sorted(set(raw["terms"]) - known.terms):
            refused["terms"] = [str(_("没有这些分类：%s") % "、".join(strange))]
    if "marks" in raw:
        taken["marks"] = sorted(raw["marks"])
    for field in set(LISTS) & set(raw):
        taken[field], faults = _clean_rows(field, raw[field], edition)
        if faults:
            refused[field] = faults
    return taken, refused


def _clean_rows(field: str, entries: list[Content], edition: Edition) -> tuple[list[Content], list[str]]:
    makers: dict[str, Callable[[Content], forms.Form]] = {
        "participations": ParticipationForm,
        "speakers": SpeakerForm,
        "sessions": lambda entry: SessionForm(_typed(session_initial(entry, edition, {})), edition=edition),
    }
    taken, faults = [], []
    for entry in entries:
        form = makers[field](entry)
        if not form.is_valid():
            faults += [str(message) for messages in form.errors.values() for message in messages]
        elif isinstance(form, SessionForm):
            kept = form.content()
            taken.append(kept | ({"venue": entry["venue"]} if entry.get("venue") else {}))
            if entry.get("venue"):
                del taken[-1]["venue_name"]
        else:
            taken.append(dict(form.cleaned_data))
    return taken, faults


def _typed(initial: dict[str, Any]) -> dict[str, Any]:
    """Form data from what a form would show: nothing is sent for what is empty."""
    return {name: value for name, value in initial.items() if value not in (None, False)}
