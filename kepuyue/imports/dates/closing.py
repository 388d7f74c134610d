"""What closes: 周一闭馆, 除周一外, 9月17日除外; and what opens all the same: 9月16日照常开放. Holds for all clauses."""

from collections.abc import Sequence
from datetime import date

from kepuyue.imports.dates import statutory
from kepuyue.imports.dates.clauses import Closed, named_weekdays
from kepuyue.imports.dates.days import Days
from kepuyue.imports.dates.model import RefusedError, vague
from kepuyue.imports.dates.tokens import DAYS, SEPARATORS, Token

KINDS = DAYS | {"weekday", "weekend", "working", "statutory", "holiday"}


def taken_out(tokens: Sequence[Token], text: str, year: int | None) -> tuple[list[Token], Closed]:
    """The tokens without those about closing, and what these say. Raises `RefusedError`."""
    reading = _Closing(tokens, text, year)
    reading.read()
    return reading.kept, reading.closed


class _Closing:
    def __init__(self, tokens: Sequence[Token], text: str, year: int | None) -> None:
        self.tokens = tokens
        self.text = text
        self.days = Days(text, year)
        self.kept: list[Token] = []
        self.closed = Closed()

    def read(self) -> None:
        excluding: list[Token] | None = None
        for token in self.tokens:
            if token.kind == "except":
                excluding = []
            elif token.kind == "out":
                self._note(_before(self.kept) if excluding is None else excluding, self.closed)
                excluding = None
            elif token.kind == "opens":
                self._open()
            elif excluding is not None:
                excluding.append(token)
            else:
                self.kept.append(token)
        if excluding is not None:  # 除周一
            self._note(excluding, self.closed)

    def _open(self) -> None:
        """Days before 照常开放 are open where something closes; elsewhere the words say nothing."""
        if not self.closed:
            return
        opened = Closed()
        self._note(_before(self.kept), opened)
        self.closed.opened |= opened.days
        self.closed.opened_on_holidays = self.closed.opened_on_holidays or opened.holidays

    def _note(self, group: Sequence[Token], closed: Closed) -> None:
        known, dash, found = None, False, False
        self.days.known = None
        for token in group:
            if token.kind == "weekday":
                closed.weekdays |= set(named_weekdays(token))
            elif token.kind == "weekend":
                closed.weekdays |= {5, 6}
            elif token.kind == "working":
                closed.workdays = True
            elif token.kind == "statutory":
                closed.holidays = True
            elif token.kind == "holiday" and (run := self._holiday(token)):
                closed.days |= set(statutory.days_of(*run))
            elif token.kind in DAYS:
                self.days.known = self.days.known or known or self._first_day()
                day = self.days.named(token)
                if token.kind == "feast" and known and not dash:  # 9月17日中秋节 is one day
                    continue
                if dash and known:
                    closed.days |= set(statutory.days_of(known, day))
                closed.days.add(day)
                self.days.known = known = day
            else:
                dash = token.kind == "dash"
                continue
            dash, found = False, True
        if not found:
            raise vague(self.text)

    def _holiday(self, token: Token) -> tuple[date, date] | None:
        return statutory.holiday(token.parts["f1"] or "", self.days.year) if self.days.year else None

    def _first_day(self) -> date | None:
        for token in self.tokens:
            if token.kind in DAYS - {"day_of_month"}:
                try:
                    return self.days.named(token)
                except RefusedError:
                    continue
        return None


def _before(kept: list[Token]) -> list[Token]:
    """The tokens before 闭馆 that say when, taken off `kept`: one kind, or several bound by 、 or 和."""
    group: list[Token] = []
    while kept and kept[-1].kind == "daily":
        kept.pop()
    while kept:
        last = kept[-1]
        if last.kind in KINDS:
            if group and group[0].kind in KINDS and (group[0].kind in DAYS) != (last.kind in DAYS):
                break
            if group and group[0].kind in KINDS - {"feast"} and last.kind == "month_day":
                break
            group.insert(0, kept.pop())
        elif last.kind in {"weak", "dash"} and group:
            group.insert(0, kept.pop())
        else:
            break
    if group and group[0].kind in SEPARATORS:
        group.pop(0)
    return group
