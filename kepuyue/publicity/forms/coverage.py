"""One report in the media, and the filter of the register."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.forms.fields import WebAddressField
from kepuyue.editions.models import Edition
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import District, Organization
from kepuyue.publicity.forms.named import ActivitiesField, UnitsField, public_activities, units
from kepuyue.publicity.models import Coverage
from kepuyue.ui.forms import DateInput, VersionedForm

PLAIN = ("outlet", "level", "medium", "title", "published_on", "link", "reads")
ONLINE = (Coverage.Medium.WEB, Coverage.Medium.WECHAT, Coverage.Medium.VIDEO)
MOST_TICKS = 12  # a unit with more names them by line
MOST_READS = 10_000_000_000


class CoverageForm(VersionedForm):
    """A report: where, what, when, about what. The unit's own activities are ticked, others named."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    organization = forms.ModelChoiceField(Organization.objects.none(), label=gettext_lazy("登记单位"))
    link = WebAddressField(
        label=gettext_lazy("报道网址"), required=False, max_length=300,
        help_text=gettext_lazy("网站、公众号和视频的报道请粘贴网址；同一条报道只登记一次。"),
    )  # fmt: skip
    title = forms.CharField(label=gettext_lazy("报道标题"), max_length=150)
    outlet = forms.CharField(
        label=gettext_lazy("媒体名称"), max_length=60, widget=forms.TextInput(attrs={"list": "outlets"}),
        help_text=gettext_lazy("写全称。登记过的名称会在输入时出现。"),
    )  # fmt: skip
    published_on = forms.DateField(label=gettext_lazy("报道日期"), widget=DateInput)
    level = forms.ChoiceField(
        label=gettext_lazy("媒体级别"), choices=Coverage.Level.choices, widget=forms.RadioSelect
    )
    medium = forms.ChoiceField(
        label=gettext_lazy("报道形式"), choices=Coverage.Medium.choices, widget=forms.RadioSelect
    )
    own = forms.MultipleChoiceField(
        label=gettext_lazy("报道的是本单位哪些活动"), required=False, widget=forms.CheckboxSelectMultiple
    )
    reads = forms.IntegerField(
        label=gettext_lazy("阅读或收看量"), required=False, min_value=0, max_value=MOST_READS,
        help_text=gettext_lazy("媒体公布的数字；没有公布请不填。"),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        edition: Edition,
        organizations: Any,
        coverage: Coverage | None = None,
        **options: Any,
    ) -> None:
        options["initial"] = (_initial(coverage) if coverage else {}) | (options.get("initial") or {})
        super().__init__(*args, **options)
        public = public_activities(edition)
        ask_which(self.fields["organization"], organizations)
        self.fields["activities"] = ActivitiesField(
            rows=public, label=_("报道的活动"), help_text=_("一行一项：编号、活动页面的网址，或名称。")
        )
        self.fields["units"] = UnitsField(
            rows=units(), label=_("报道的单位"), help_text=_("一行一个单位全称。")
        )
        own_ones = public.filter(organization__in=organizations)[: MOST_TICKS + 1]
        self.ticked = list(own_ones) if not coverage else []
        if 0 < len(self.ticked) <= MOST_TICKS:
            own = self.fields["own"]
            assert isinstance(own, forms.MultipleChoiceField)
            own.choices = [(one.code, one.title) for one in self.ticked]
            self.fields["activities"].label = _("还报道了哪些活动")
        else:
            self.fields.pop("own")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("medium") in ONLINE and not cleaned.get("link") and "link" not in self.errors:
            self.add_error("link", _("网上的报道请填写网址，好让别人核对。"))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What the action writes; call `is_valid` first."""
        facts = {name: self.cleaned_data[name] for name in PLAIN}
        codes = set(self.cleaned_data.get("own", []))
        ticked = [one for one in self.ticked if one.code in codes]
        named = self.cleaned_data["activities"]
        return facts | {
            "activities": list(dict.fromkeys([*ticked, *named])),
            "units": self.cleaned_data["units"],
        }

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        parts = (
            (
                _("报道"),
                ("organization", "link", "title", "outlet", "published_on", "level", "medium", "reads"),
            ),
            (_("说的是哪些活动和单位"), ("own", "activities", "units")),
        )
        return [
            (title, [self[name] for name in names if name in self.fields and not self[name].is_hidden])
            for title, names in parts
        ]


def _initial(coverage: Coverage) -> dict[str, Any]:
    facts = {name: getattr(coverage, name) for name in PLAIN}
    return facts | {
        "activities": list(coverage.activities.all()),
        "units": list(coverage.units.all()),
        "version": coverage.version,
        "organization": coverage.organization_id,
    }


class CoverageFilter(forms.Form):
    """Which rows of the register are wanted; what is not understood limits nothing."""

    q = forms.CharField(label=gettext_lazy("媒体、标题或单位"), required=False, max_length=60)
    level = forms.ChoiceField(
        label=gettext_lazy("媒体级别"), required=False,
        choices=[("", gettext_lazy("全部级别")), *Coverage.Level.choices],
    )  # fmt: skip
    medium = forms.ChoiceField(
        label=gettext_lazy("报道形式"), required=False,
        choices=[("", gettext_lazy("全部形式")), *Coverage.Medium.choices],
    )  # fmt: skip
    state = forms.ChoiceField(
        label=gettext_lazy("状态"), required=False,
        choices=[("", gettext_lazy("待确认和已确认")), *Coverage.State.choices],
    )  # fmt: skip
    district = forms.ModelChoiceField(
        District.objects.all(), label=gettext_lazy("区"), required=False, to_field_name="code",
        empty_label=gettext_lazy("全市"),
    )  # fmt: skip
    date_from = forms.DateField(label=gettext_lazy("从"), required=False, widget=DateInput)
    date_to = forms.DateField(label=gettext_lazy("到"), required=False, widget=DateInput)

    def limited(self, rows: Any) -> Any:
        """The rows that are asked for."""
        self.is_valid()
        asked = self.cleaned_data
        state = asked.get("state")
        rows = rows.filter(state=state) if state else rows.standing()
        for name, path in (
            ("level", "level"), ("medium", "medium"), ("district", "organization__district"),
            ("date_from", "published_on__gte"), ("date_to", "published_on__lte"),
        ):  # fmt: skip
            if asked.get(name):
                rows = rows.filter(**{path: asked[name]})
        if word := asked.get("q"):
            rows = (
                rows.filter(outlet__icontains=word)
                | rows.filter(title__icontains=word)
                | rows.filter(organization__name__icontains=word)
            )
        return rows
