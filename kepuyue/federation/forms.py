from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kepuyue.editions.models import Edition, Term
from kepuyue.federation import queries
from kepuyue.federation.models import Counterpart, Source
from kepuyue.organizations.models import District

NONE, UNDECIDED = "none", ""


class AddressForm(forms.Form):
    """The address of an instance."""

    address = forms.CharField(
        label=_("网址"), max_length=300, help_text=_("对方科普月网站的首页，比如 https://kepu.example.gov.cn。"),
        widget=forms.URLInput(attrs={"inputmode": "url", "autocomplete": "url"}),
    )  # fmt: skip


class SourceForm(forms.Form):
    """What the office sets of a source."""

    name = forms.CharField(label=_("名称"), max_length=40, help_text=_("大家怎么叫这个城市或省。"))
    address = forms.CharField(label=_("网址"), max_length=300)
    district = forms.ModelChoiceField(
        District.objects.all(), label=_("对应的地区"), required=False, empty_label=_("没有"),
        help_text=_("省里的“区”就是各市：整个来源算作这个地区。没有的，按各项活动自己的区对照。"),
    )  # fmt: skip
    passes_on = forms.BooleanField(
        label=_("可以转送其他城市的活动"), required=False,
        help_text=_("对方自己也是聚合各市的（比如省级）才勾选；勾选后，它聚合来的活动也会来，仍注明最初的城市。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, source: Source) -> None:
        names = ("name", "address", "district", "passes_on")
        super().__init__(data, initial={name: getattr(source, name) for name in names})


class CounterpartsForm(forms.Form):
    """For each word of a source what it is here; what is not decided stays as it is."""

    def __init__(self, data: Any = None, *, edition: Edition, words: list[Counterpart]) -> None:
        super().__init__(data)
        offered = queries.choices_for(edition, words)
        self.words = {f"word-{one.pk}": one for one in words}
        for name, one in self.words.items():
            self.fields[name] = forms.ChoiceField(
                label=one.name,
                required=False,
                choices=[(UNDECIDED, _("还没决定")), (NONE, _("不对照")), *offered[one.taxonomy]],
                initial=_initial(one),
            )

    def rows(self) -> list[tuple[Counterpart, Any]]:
        """Each word with its field."""
        return [(one, self[name]) for name, one in self.words.items()]

    def decisions(self) -> dict[int, Term | District | None]:
        """What was decided, by the word's key."""
        chosen = {one.pk: self.cleaned_data.get(name, "") for name, one in self.words.items()}
        terms = Term.objects.in_bulk([int(value[1:]) for value in chosen.values() if value.startswith("t")])
        districts = District.objects.in_bulk(
            [int(value[1:]) for value in chosen.values() if value.startswith("d")]
        )
        found: dict[int, Term | District | None] = {}
        for key, value in chosen.items():
            if value == NONE:
                found[key] = None
            elif value:
                found[key] = (terms if value[0] == "t" else districts)[int(value[1:])]
        return found


def _initial(one: Counterpart) -> str:
    if one.state in (Counterpart.State.LEFT, Counterpart.State.WITHIN):
        return NONE
    if one.term_id:
        return f"t{one.term_id}"
    return f"d{one.district_id}" if one.district_id else UNDECIDED
