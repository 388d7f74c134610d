"""Which district a text names. Only names count, never what one knows about a place (contract, rule 9)."""

import re
from collections.abc import Sequence

_TYPE = re.compile(r"(?:新区|特别合作区|合作区|区)$")
NO_DISTRICT = re.compile(r"^(?:全市|市级|市直|市本级|本市|各区|线上|网络|全国|不限|市属)$")


def bare(name: str) -> str:
    """罗湖 of 罗湖区, 大鹏 of 大鹏新区, 深汕 of 深汕特别合作区."""
    return _TYPE.sub("", name)


def completed(text: str, districts: Sequence[str], city: str = "") -> str:
    """A district column's text with its district's full name; other texts as written."""
    name = text.strip()
    for prefix in (f"{city}市", city):
        if prefix and name.startswith(prefix) and len(name) > len(prefix):
            name = name[len(prefix) :]
            break
    found = [district for district in districts if bare(district) == bare(name)]
    if found:
        return found[0]
    if NO_DISTRICT.match(name):
        return ""
    named = named_in(name, districts, bare_too=True)
    return named if named and name.startswith(bare(named)) else text.strip()


def named_in(text: str, districts: Sequence[str], *, bare_too: bool = False) -> str:
    """The one district that a text names, in full or (where asked) without 区; "" for none or several."""
    found = [district for district in districts if district in text]
    if not found and bare_too:
        found = [district for district in districts if bare(district) in text]
    # 大鹏新区 is not two, and a name inside another is not meant
    found = [name for name in found if not any(name != other and name in other for other in found)]
    return found[0] if len(found) == 1 else ""
