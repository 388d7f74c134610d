"""A page as a browser without scripts has it: its forms with everything they would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class PageForm:
    """One form: where it is sent to and what it holds, in the page's order."""

    action: str
    method: str
    id: str
    values: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, **typed: Any) -> dict[str, Any]:
        """What is sent after typing; a name may be given by `_` for `-`, a list for several values, None to untick."""
        sent: dict[str, Any] = dict(self.values)
        for name, value in typed.items():
            if value is None:
                sent.pop(name, None)
            else:
                sent[name] = value
        return sent


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self._form: PageForm | None = None
        self._select: tuple[str, list[str], list[str]] | None = None
        self._area: str | None = None
        self._in_template = 0
        self._apart: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        if tag == "template":
            self._in_template += 1
        if self._in_template:
            return
        if tag == "form":
            self._form = PageForm(has.get("action", ""), has.get("method", "get"), has.get("id", ""))
            self.forms.append(self._form)
        elif tag == "input" and has.get("name"):
            self._input(has)
        elif tag == "select" and self._form:
            self._select = (has["name"], [], [])
        elif tag == "option" and self._select:
            self._select[1].append(has.get("value", ""))
            if "selected" in has:
                self._select[2].append(has.get("value", ""))
        elif tag == "textarea" and self._form:
            self._area = has["name"]
            self._form.values.setdefault(has["name"], []).append("")

    def _input(self, has: dict[str, str]) -> None:
        kind = has.get("type", "text")
        if self._form is None or kind in ("submit", "button", "file", "image", "reset"):
            return
        if kind in ("checkbox", "radio") and "checked" not in has:
            return
        value = has.get("value", "on" if kind in ("checkbox", "radio") else "")
        self._form.values.setdefault(has["name"], []).append(value)

    def handle_data(self, data: str) -> None:
        if self._area and self._form and not self._in_template:
            # The parser of a browser drops the first line break
            self._form.values[self._area][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._in_template -= 1
        elif self._in_template:
            return
        elif tag == "form":
            self._form = None
        elif tag == "textarea" and self._area and self._form:
            values = self._form.values[self._area]
            values[-1] = values[-1].removeprefix("\n")
            self._area = None
        elif tag == "select" and self._select and self._form:
            name, options, chosen = self._select
            if chosen or options:
                self._form.values.setdefault(name, []).extend(chosen or options[:1])
            self._select = None


def forms_of(response: Any) -> list[PageForm]:
    """Every form of the page."""
    reader = _Reader()
    reader.feed(response.content.decode())
    return reader.forms


def form_of(response: Any, *, sends: str = "", to: str = "", id: str = "") -> PageForm:
    """The page's only form that sends the field `sends`, goes to the address `to`, or has the id."""
    found = [
        form
        for form in forms_of(response)
        if (not sends or sends in form.values) and (not to or form.action == to) and (not id or form.id == id)
    ]
    assert len(found) == 1, [(form.action, list(form.values)) for form in forms_of(response)]
    return found[0]
