"""Kinds of documents. Rooms above say which there are; this room knows how each is called and who makes its content.

A kind is registered when its room starts (`AppConfig.ready`)::

    kinds.register("recommendation", label=_("推荐函"), build=letters.build)

`build(context)` gives `content.Document`: title, addressees, blocks, day; the issuing organ's mark, name, seal and
printer are filled in afterwards, the number at the end. `context.facts` is what was handed to
`issuing.issue(context=…)` or what the kind's form took, as JSON can hold it: codes and numbers of rows, never rows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.forms import Form

from kepuyue.documents.content import Document
from kepuyue.documents.models import IssuingOrgan

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Progress = Callable[[float], object]


@dataclass(frozen=True)
class Context:
    """What a kind makes its content from."""

    organ: IssuingOrgan
    facts: Mapping[str, Any]
    by: "User | None" = None
    progress: Progress = field(default=lambda _share: None)
    "Told now and then how far it is, 0 to 1"


@dataclass(frozen=True)
class Kind:
    """One kind of document."""

    code: str
    label: Any
    build: Callable[[Context], Document]
    help: Any = ""
    form: Callable[..., Form] | None = None
    "Called with `organ=` besides a form's own arguments; its cleaned data become the facts. None: nothing to ask"
    is_offered: Callable[["User", IssuingOrgan], bool] = lambda _user, _organ: False
    "Whether a person may begin one at the desk; other kinds are issued by their rooms"
    is_long: bool = False
    "Whether it is built in the background"


_known: dict[str, Kind] = {}


def register(code: str, **facts: Any) -> None:
    """Tell of a kind; called once when its room starts."""
    _known[code] = Kind(code, **facts)


def kind_of(code: str) -> Kind:
    """The kind with this code. Raises KeyError for one that no room registered."""
    return _known[code]


def label_of(code: str) -> str:
    """How a kind is called; its code where its room is gone."""
    return str(_known[code].label) if code in _known else code


def offered(user: "User", organ: IssuingOrgan) -> list[Kind]:
    """What the person may begin at the desk for this organ."""
    return [kind for kind in _known.values() if kind.is_offered(user, organ)]
