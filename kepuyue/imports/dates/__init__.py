"""Reading times as people write them. What it does not know it refuses with the reason; it never guesses.

Four steps, a module each: `cells` puts the cells of a row together as a person reads them; `remarks` takes out what
is no date (rain dates, postponements); `tokens` cuts the text; `grammar` makes clauses "days, then clocks" of it;
`expansion` makes sessions by the rules of the import contract, with the State Council's calendar (`statutory`).
`docs/dates.md` lists what is read and what is refused, with examples.
"""

from kepuyue.imports.dates.cells import CLOCK_ROLES, ROLES, read, read_text
from kepuyue.imports.dates.model import ERROR, MAX_SESSIONS, WARNING, Frame, Reading, Slot, Trouble

__all__ = [
    "CLOCK_ROLES", "ERROR", "MAX_SESSIONS", "ROLES", "WARNING", "Frame", "Reading", "Slot", "Trouble", "read",
    "read_text",
]  # fmt: skip
