"""What every page of the board begins with."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.core import tables, wording
from kepuyue.editions.models import Edition
from kepuyue.editions.request import DeskRequest
from kepuyue.insight import board, comparing, export
from kepuyue.insight.board import Board, Choice
from kepuyue.insight.comparing import Last
from kepuyue.insight.forms import ChoiceForm, indicator_of
from kepuyue.insight.indicators import INDICATORS, Indicator
from kepuyue.insight.naming import Names
from kepuyue.insight.permissions import branches, check_sees, sees_all, within

BOTH = ("GET", "HEAD", "POST")


@dataclass(frozen=True)
class Asked:
    """What a page is about: the edition, what of it is chosen, and which indicator."""

    request: DeskRequest
    edition: Edition
    names: Names
    form: Any
    "A `ChoiceForm`"
    indicator: Indicator

    @property
    def choice(self) -> Choice:
        found: Choice = self.form.choice
        return found

    def board(self) -> Board:
        """What the person's branches came to."""
        return board.of(self.edition, self.choice, within(self.request.user))

    def last(self) -> Last | None:
        """The same of the edition before; None where there is none to compare with."""
        return comparing.last(self.edition, self.choice, within(self.request.user))

    def query(self, **changes: str) -> str:
        """The conditions as a query, some of them changed; empty ones are left out."""
        given = {name: self.request.GET.get(name, "") for name in (*self.form.fields, "of")}
        if not self.form.is_valid():
            given |= dict.fromkeys(self.form.errors, "")
        return urlencode({name: value for name, value in (given | changes).items() if value})

    def rows(self, code: str, **changes: str) -> str:
        """Where the activities behind a number stand."""
        return f"{reverse('insight:rows')}?{self.query(**changes, of=code)}"

    def rows_of(self, split: str, key: str) -> str:
        """Where the activities behind a row of a split stand."""
        changes = {"first": key, "last": key} if split == "day" else {split: key}
        return self.rows(self.indicator.code, **changes)

    @property
    def limits(self) -> list[dict[str, str]]:
        """The conditions that hold, in words, each with the address without it."""
        found = []
        for split, label in self.choice.conditions(self.names):
            without = {"first": "", "last": ""} if split == "day" else {split: ""}
            found.append({"label": label, "href": f"{self.request.path}?{self.query(**without)}"})
        return found

    @property
    def scope(self) -> str:
        """Whose activities are counted."""
        if sees_all(self.request.user, self.edition):
            return self.names.name("district", self.choice.district) if self.choice.district else _("全市")
        return wording.listed(one.name for one in branches(self.request.user))


def asked(request: DeskRequest, form_class: type[ChoiceForm] = ChoiceForm) -> Asked:
    """What the page is about, for whoever oversees some branch."""
    check_sees(request.user)
    if request.edition is None:
        raise Http404
    names = Names(request.edition)
    form = form_class(request.GET, edition=request.edition, names=names)
    return Asked(request, request.edition, names, form, INDICATORS[indicator_of(request.GET.get("of"))])


def tabs(current: str) -> list[dict[str, Any]]:
    """The pages of the room."""
    pages = {
        "board": _("看板"), "coverage": _("覆盖"), "late": _("谁还没办"), "releases": _("已发布的数字"),
        "statistics": _("统计年报"),
    }  # fmt: skip
    return [
        {"label": label, "href": reverse(f"insight:{name}"), "current": name == current}
        for name, label in pages.items()
    ]


def sent(table: export.Table, form: str, name: str) -> HttpResponse:
    """A table as a file: xlsx or csv."""
    head, rows = table
    written = tables.to_xlsx(_("统计看板"), head, rows) if form == "xlsx" else tables.to_csv(head, rows)
    answer = HttpResponse(written, content_type=tables.CONTENT_TYPES[form])
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return answer
