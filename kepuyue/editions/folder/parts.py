"""What could be read of a folder, valid or not, for the checks that look at several files."""

from dataclasses import dataclass, field
from typing import Any

from kepuyue.editions.folder.reading import Document, Location


@dataclass
class Parts:
    """`facts` are the valid keys of edition.yaml, `rows` the valid entries of each list with their number."""

    record: Any = None
    main_venue: Any = None
    facts: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, list[tuple[int, Any]]] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)

    def entries(self, name: str) -> list[Any]:
        """The valid entries of a list or table."""
        return [entry for _number, entry in self.rows.get(name, [])]

    def map(self, name: str) -> dict[str, Any]:
        """A GeoJSON file's data; empty where there is none or it is no object."""
        data = self.documents[name].data if name in self.documents else {}
        return data if isinstance(data, dict) else {}

    def line(self, name: str, place: Location) -> int | None:
        """The line of something in a file."""
        return self.documents[name].line(place) if name in self.documents else None
