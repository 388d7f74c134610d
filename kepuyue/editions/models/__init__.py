"""What the room keeps: the `edition` with its dates, its `vocabulary`, what a `branch` sets, what a `folder` said."""

from kepuyue.editions.models.branch import Plan, SubTheme
from kepuyue.editions.models.edition import Edition, EditionQuerySet, Extension, KeyDate
from kepuyue.editions.models.folder import CityMap, LoadedFolder
from kepuyue.editions.models.vocabulary import LocalizedName, Mark, Paper, Synonym, Taxonomy, Term

__all__ = [
    "CityMap",
    "Edition",
    "EditionQuerySet",
    "Extension",
    "KeyDate",
    "LoadedFolder",
    "LocalizedName",
    "Mark",
    "Paper",
    "Plan",
    "SubTheme",
    "Synonym",
    "Taxonomy",
    "Term",
]
