"""The booklet's indexes: names in the order of pinyin, as a Chinese reader looks them up."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from kepuyue.programme.handbook.book import IndexLine, Letter

# The order of letters in an index; what has no letter comes last
OTHERS = "#"


def index(rows: Iterable[tuple[str, str, str]]) -> list[Letter]:
    """Names in the order of their pinyin, each once with all that it stands at; `rows` are (name, code, language)."""
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    languages: dict[str, str] = {}
    for name, code, language in rows:
        if name:
            codes[name][code] = None
            languages[name] = language
    lines = sorted(codes, key=_sounded)
    return [
        Letter(letter, [IndexLine(name, tuple(codes[name]), languages[name]) for name in names])
        for letter, names in groupby(lines, key=lambda name: _sounded(name)[1])
    ]


@lru_cache(maxsize=8_192)
def _sounded(name: str) -> tuple[bool, str, tuple[str, ...], str]:
    """How a name is sorted: letters before what has none, then by syllables."""
    from pypinyin import Style, lazy_pinyin  # 60 MB of tables that only an index needs

    said = "".join(sign for sign in name if sign.isalnum()) or name
    syllables = tuple(one.casefold() for one in lazy_pinyin(said, style=Style.NORMAL))
    first = syllables[0][:1].upper() if syllables else ""
    letter = first if "A" <= first <= "Z" else OTHERS
    return letter == OTHERS, letter, syllables, name
