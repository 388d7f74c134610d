"""The shapes of figures that were published, and of what they mean. Docstrings go into the OpenAPI description."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from kepuyue.api.schemas import Listed, Named, or_else


class IndicatorOut(Named):
    """What is counted, and how."""

    unit: str
    unit_en: str
    definition: str
    definition_en: str
    splits: list[str] = Field(description="What it can be broken down by: taxonomies of terms, district, day")


class FiguresAsked(Listed):
    """Which part of what was published."""

    edition: Annotated[str, or_else("")] = Field(
        "", max_length=60, description="Code of an edition; empty: all"
    )


class PublishedRowOut(Named):
    """One row of a figure that is broken down; its code is that of a term or a district, an ISO day, `~linked` (linked
    cities) or `-` (not stated).
    """

    value: int | float | None


class PublishedSplitOut(Named):
    """A figure broken down by one thing."""

    rows: list[PublishedRowOut]


class PublishedFigureOut(Named):
    """One figure with its words as they were when it was published."""

    unit: str
    unit_en: str
    definition: str
    definition_en: str
    value: int | float | None = Field(
        description="In its unit; null: there was nothing to take an average of"
    )
    splits: list[PublishedSplitOut]


class ReleaseOut(Schema):
    """Figures that were published together. They never change; what was wrong is corrected by another release."""

    number: int
    edition: str = Field(description="Code of the edition")
    title: str
    note: str
    at: datetime = Field(description="The moment that the figures are of, with the edition's offset")
    choice: dict[str, str] = Field(
        description='What was counted: {"district": "futian"}; empty: the whole edition'
    )
    corrects: int | None = Field(description="Number of the release that this one corrects; null: none")
    corrected_by: int | None = Field(
        description="Number of the release that corrects this one; null: it holds"
    )
    reason: str = Field(description="Why it was corrected, where it corrects another")
    figures: list[PublishedFigureOut]


class ReleasesPage(Schema):
    """Some releases."""

    results: list[ReleaseOut]
    cursor: str = Field(description="Ask with it for the next; empty: that was all")
