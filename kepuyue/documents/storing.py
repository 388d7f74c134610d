"""A document's content as JSON, and back. Pictures are kept as files of their own, named after what is in them."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from kepuyue.documents.content import Attachment, Block, Chart, Document, Heading, Paragraph, Picture, Table

FOLDER = "documents/pictures"
_BLOCKS: dict[str, type[Block]] = {
    "heading": Heading, "paragraph": Paragraph, "table": Table, "picture": Picture, "chart": Chart,
}  # fmt: skip
_NAMES = {made: name for name, made in _BLOCKS.items()}


def to_json(document: Document) -> dict[str, Any]:
    """The content as JSON holds it; its pictures are written to storage."""
    found = _plain(document)
    assert isinstance(found, dict)
    return found


def from_json(stored: Mapping[str, Any]) -> Document:
    """The content again. Raises FileNotFoundError for a picture that is gone."""
    values = dict(stored)
    values["blocks"] = _blocks(values.get("blocks", ()))
    values["attachments"] = tuple(
        Attachment(one["title"], _blocks(one.get("blocks", ()))) for one in values.get("attachments", ())
    )
    for name in ("copies_to", "joint", "signers"):
        values[name] = tuple(values.get(name, ()))
    for name in ("dated", "printed_on"):
        values[name] = date.fromisoformat(values[name]) if values.get(name) else None
    return Document(**values)


def picture_names(stored: Any) -> set[str]:
    """The names of the pictures in stored content."""
    if isinstance(stored, dict):
        own = {str(stored["file"])} if stored.get("block") == "picture" else set()
        return own.union(*(picture_names(value) for value in stored.values()))
    if isinstance(stored, list):
        return set().union(*(picture_names(value) for value in stored))
    return set()


def path_of(name: str) -> str:
    """Where a picture lies in storage."""
    return f"{FOLDER}/{name}"


def _plain(value: Any) -> Any:
    if isinstance(value, Picture):
        return {"block": "picture", "file": _keep(value.data), "caption": value.caption, "share": value.share}
    if is_dataclass(value) and not isinstance(value, type):
        made = {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
        name = _NAMES.get(type(value))  # type: ignore[arg-type]
        return {"block": name} | made if name else made
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _keep(data: bytes) -> str:
    ending = "png" if data.startswith(b"\x89PNG") else "jpg"
    name = f"{sha256(data).hexdigest()}.{ending}"
    if not default_storage.exists(path_of(name)):
        default_storage.save(path_of(name), ContentFile(data))
    return name


def _blocks(stored: Any) -> tuple[Block, ...]:
    found: list[Block] = []
    for one in stored:
        values = {name: value for name, value in one.items() if name != "block"}
        if one["block"] == "picture":
            with default_storage.open(path_of(values.pop("file"))) as file:
                values["data"] = file.read()
        elif one["block"] == "table":
            values = {
                "head": tuple(values["head"]), "rows": tuple(tuple(row) for row in values["rows"]),
                "widths": tuple(values["widths"]),
            }  # fmt: skip
        elif one["block"] == "chart":
            values["labels"] = tuple(values["labels"])
            values["series"] = tuple((name, tuple(numbers)) for name, numbers in values["series"])
        found.append(_BLOCKS[one["block"]](**values))
    return tuple(found)
