"""Which day a token names: in full, or going on from the days and months that the text named before."""

from datetime import date

from django.utils.translation import gettext as _

from kepuyue.imports.dates import statutory
from kepuyue.imports.dates.model import RefusedError, vague
from kepuyue.imports.dates.tokens import Token


class Days:
    """Names become days. `year` is the one that holds where none is written."""

    def __init__(self, text: str, year: int | None) -> None:
        self.text = text
        self.year = year
        self.known: date | None = None  # the day that "15日" goes on from
        self.month: tuple[int, int] | None = None  # or the month, where no day is known yet

    def named(self, token: Token) -> date:
        """The day; raises `RefusedError` where there is no such day or none that is certain."""
        number = token.number
        if token.kind == "feast":
            return self._feast(token)
        if token.kind == "ymd":
            return exact(number("y"), number("m"), number("d"))
        if token.kind == "mdy":
            month, day = number("m0"), number("d0")
            return exact(number("y0"), *((day, month) if month > 12 >= day else (month, day)))
        if token.kind == "yy":
            return exact(2000 + number("y1"), number("m1"), number("d1"))
        if token.kind == "compact":
            return exact(int(token.text[:4]), int(token.text[4:6]), int(token.text[6:]))
        if token.kind == "day_of_month":
            if self.month:
                return exact(*self.month, number("d7"))
            if self.known is None:
                raise vague(self.text)
            return exact(self.known.year, self.known.month, number("d7"))
        year = self.known.year if self.known else self.year
        if year is None:
            raise vague(self.text)
        return exact(year, number("m4", "m5", "m6"), number("d4", "d5", "d6"))

    def _feast(self, token: Token) -> date:
        found = (
            statutory.feast((token.parts["f2"] or "").removesuffix("节"), self.year or 0)
            if self.year
            else None
        )
        if found is None:
            raise vague(self.text)
        return found


def exact(year: int, month: int, day: int) -> date:
    """The day; raises `RefusedError` where no calendar has it."""
    try:
        return date(year, month, day)
    except ValueError:
        what = {"year": year, "month": month, "day": day}
        why = _("没有这一天：%(year)s年%(month)s月%(day)s日") % what
        raise RefusedError("date-invalid", why, year) from None
