"""What a judge reads of a candidate, without the names of the units behind it.

Masked are the names by which the tree of units knows who applies, recommends and takes part. What gives a unit away
otherwise (a place, a project) cannot be taken out by a program; units are told to leave it out.
"""

import re
from collections.abc import Iterable

from kepuyue.activities.models import Participation
from kepuyue.evaluation.models import Candidate

MASK = "■■"
SHORTEST = 3
# What a name is often said without: what stands in brackets, and the places before it
BRACKETS = re.compile(r"[（(）)]")
PLACE = re.compile(r"^[一-鿿]{2,3}[省市区]")


def masked(candidate: Candidate, text: str) -> str:
    """The text with the names masked, the longest first."""
    for name in sorted(_names(candidate), key=lambda one: (-len(one), one)):
        text = text.replace(name, MASK)
    return text


def title_of(candidate: Candidate) -> str:
    """The title of an activity, masked; of a unit nothing is told but its number."""
    return masked(candidate, candidate.activity.title) if candidate.activity else ""


def _names(candidate: Candidate) -> set[str]:
    units = [candidate.organization, candidate.recommender]
    said: list[str] = [one.name for one in units]
    if candidate.activity_id:
        said += Participation.objects.filter(activity=candidate.activity_id).values_list("name", flat=True)
    return set(_forms(said))


def _forms(names: Iterable[str]) -> Iterable[str]:
    for name in names:
        for part in (name, *BRACKETS.split(name)):
            form, shorter = "", part
            while shorter != form and len(shorter) >= SHORTEST:
                form, shorter = shorter, PLACE.sub("", shorter)
                yield form
