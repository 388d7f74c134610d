"""What districts and departments type: sub-theme and plan."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.editions.actions import branches, editing
from kepuyue.editions.forms.seen import SeenForm, taken, text_area, written
from kepuyue.editions.models import Edition, Plan, SubTheme, Term

# The classifications that a branch's focus is taken from: the districts' fields, the departments' fields (notice 三)
FOCUS = {"district": "district_focus", "department": "field"}


class SubThemeForm(SeenForm):
    """Sub-theme, introduction and focus of a district or department."""

    def __init__(
        self, *args: Any, edition: Edition, level: str, found: SubTheme | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, present=branches.sub_theme_values(found), **kwargs)
        self.fields.update(taken(SubTheme, *branches.SUB_THEME))
        self.fields["introduction"].widget = text_area(4)
        self.fields["introduction_en"].widget = text_area(4)
        self.fields["focus"] = forms.ModelMultipleChoiceField(
            Term.objects.filter(taxonomy__edition=edition, taxonomy__code=FOCUS[level], is_retired=False),
            label=_("重点领域"), required=False, to_field_name="code", widget=forms.CheckboxSelectMultiple,
        )  # fmt: skip

    def values(self) -> dict[str, Any]:
        got = super().values()
        return got | {"focus": list(got.get("focus") or [])}


HINTS = {
    "goals": gettext_lazy("想让哪些人得到什么，几句话即可。"),
    "highlights": gettext_lazy("一行一项：名称、时间、地点。"),
    "safeguards": gettext_lazy("谁负责、怎样保证内容和安全。"),
    "schedule": gettext_lazy("筹备、实施、总结各在什么时候。"),
    "liaison_phone": gettext_lazy("只有市里看得到。"),
}


class PlanForm(SeenForm):
    """A plan as a short form, with a file where there is one already."""

    def __init__(self, *args: Any, plan: Plan | None, **kwargs: Any) -> None:
        super().__init__(*args, present=editing.values_of(plan, branches.PLAN) if plan else {}, **kwargs)
        self.fields.update(taken(Plan, *branches.PLAN))
        for name, hint in HINTS.items():
            self.fields[name].help_text = hint
        for name in branches.NEEDED:
            self.fields[name].widget = text_area(4)
        self.fields["file"] = forms.FileField(
            label=_("方案文件"), required=False,
            help_text=_("已经印发的方案可以直接附上：Word（.docx）或 PDF，20 MB以内。"),
            widget=forms.FileInput(attrs={"accept": ".docx,.pdf"}),
        )  # fmt: skip
        if plan and plan.file:
            self.fields["without_file"] = forms.BooleanField(label=_("去掉已附的文件"), required=False)

    def values(self) -> dict[str, Any]:
        return {name: self.cleaned_data.get(name, "") for name in branches.PLAN}


def differences_written(differences: dict[str, tuple[Any, Any]]) -> list[tuple[str, str, str]]:
    """What was changed in a plan meanwhile, for people: (label, what was seen, what is there now)."""
    labels = {field.name: field.verbose_name for field in Plan._meta.fields}
    return [
        (str(labels.get(name, name)), written(old), written(new)) for name, (old, new) in differences.items()
    ]


class ReturnForm(forms.Form):
    """Why a plan goes back."""

    remark = forms.CharField(label=gettext_lazy("需要修改的地方"), max_length=1000, widget=text_area(3))
