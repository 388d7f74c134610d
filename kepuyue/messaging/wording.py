"""What people typed, as it may stand in a message: text, and never a link, a header or markup.

Mail programs turn whatever looks like an address into a link, so a unit's or an activity's name could carry
one to strangers in the city's own mail.
"""

import re
import unicodedata
from collections.abc import Mapping

# Zero-width, direction-changing and other invisible characters can hide what is really written
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_SCHEME = re.compile(r"\b([a-z][a-z0-9+.-]{1,20}):(?=//)|\b(mailto|javascript|data|tel):", re.IGNORECASE)
# A dot or @ between letters of any script is what makes a name an address: "evil.example", "a@b", "名称.中国"
_ADDRESS = re.compile(r"(?<=\w)([.@])(?=[^\W\d_])")
_NUMBERS = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
_WIDE = {".": "．", "@": "＠"}
VALUE_MAX_CHARACTERS = 2_000


def _visible(text: str, keep: str = "") -> str:
    return "".join(
        character if character in keep or unicodedata.category(character) not in _HIDDEN else " "
        for character in text
    )


def neutral(value: object, *, lines: bool = False) -> str:
    """Text from people without what a mail program would make a link of; `lines` keeps line breaks.

    Lines after the first are indented, so that none of them passes for one of ours.
    """
    text = _visible(str(value)[:VALUE_MAX_CHARACTERS], "\n" if lines else "")
    text = _SCHEME.sub(lambda found: f"{found[1] or found[2]}：", text)
    text = _ADDRESS.sub(lambda found: _WIDE[found[1]], text)
    text = _NUMBERS.sub(lambda found: found[0].replace(".", _WIDE["."]), text)
    return re.sub(r"\n\s*", "\n  ", text) if lines else " ".join(text.split())


def filled(template: object, values: Mapping[str, object], *, lines: bool = False) -> str:
    """A sentence of ours with the values of others in it; without values the sentence as it stands."""
    if not values:
        return str(template)
    return str(template) % {name: neutral(value, lines=lines) for name, value in values.items()}
