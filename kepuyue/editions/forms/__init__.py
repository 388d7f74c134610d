"""What the office and the branches type. A form hands clean values to an action and saves nothing."""

from kepuyue.editions.forms.branches import (
    PlanForm,
    ReturnForm,
    SubThemeForm,
    differences_written,
)
from kepuyue.editions.forms.facts import DatesForm, ExtensionForm, NamesForm, RenewalForm
from kepuyue.editions.forms.rules import RulesForm
from kepuyue.editions.forms.vocabulary import (
    MarkForm,
    MergeForm,
    PaperForm,
    SynonymsForm,
    TaxonomyForm,
    TermForm,
)

__all__ = [
    "DatesForm",
    "ExtensionForm",
    "MarkForm",
    "MergeForm",
    "NamesForm",
    "PaperForm",
    "PlanForm",
    "RenewalForm",
    "ReturnForm",
    "RulesForm",
    "SubThemeForm",
    "SynonymsForm",
    "TaxonomyForm",
    "TermForm",
    "differences_written",
]
