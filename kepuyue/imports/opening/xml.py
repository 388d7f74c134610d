"""Streaming XML without namespaces, entities or document types."""

from collections.abc import Callable, Iterable
from xml.parsers import expat

from kepuyue.imports.opening.limits import RefusedError

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]
Text = Callable[[str], None]


def parse(pieces: Iterable[bytes], start: Start, end: End, text: Text) -> None:
    """Call back for every element, prefixes taken off names. Raises `RefusedError` for what is no XML."""
    parser = expat.ParserCreate()
    parser.buffer_text = True

    def refuse(*_arguments: object) -> None:
        raise RefusedError("broken")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: start(name.rpartition(":")[2], attributes)
    parser.EndElementHandler = lambda name: end(name.rpartition(":")[2])
    parser.CharacterDataHandler = text
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise RefusedError("broken") from None


def attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute whatever its prefix; empty where it is not there."""
    if name in attributes:
        return attributes[name]
    ending = f":{name}"
    return next((value for key, value in attributes.items() if key.endswith(ending)), "")
