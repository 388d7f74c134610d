"""What the room keeps: the `edition`, its `vocabulary` and `main_venue`, what a `branch` sets, what a `folder` said."""

from kepuyue.editions.models.branch import Plan, SubTheme
from kepuyue.editions.models.edition import Edition, EditionQuerySet, Extension, KeyDate
from kepuyue.editions.models.folder import CityMap, LoadedFolder
from kepuyue.editions.models.main_venue import Booth, MainVenue, StageItem, Zone
from kepuyue.editions.models.vocabulary import LocalizedName, Mark, Paper, Synonym, Taxonomy, Term

__all__ = [
    "Booth",
    "CityMap",
    "Edition",
    "EditionQuerySet",
    "Extension",
    "KeyDate",
    "LoadedFolder",
    "LocalizedName",
    "MainVenue",
    "Mark",
    "Paper",
    "Plan",
    "StageItem",
    "SubTheme",
    "Synonym",
    "Taxonomy",
    "Term",
    "Zone",
]
