"""The form of an offer: common fields, the kind's own, and when it can be had."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.forms import PictureForm
from kepuyue.editions.models import Edition
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import District, Organization
from kepuyue.resources.forms.fields import (
    DaysField,
    MatchedTerms,
    WeekdaysField,
    check_ages,
    terms_initial,
)
from kepuyue.resources.kinds import TRAITS
from kepuyue.resources.models import Kind, Offer
from kepuyue.ui.forms import DateInput, TimeInput, VersionedForm

PLAIN = (
    "title", "summary", "description", "is_online", "duration", "people_max", "age_min", "age_max", "conditions",
    "safety_note", "hours_from", "hours_until", "first_day", "last_day", "per_day", "times_at_most",
    "content_lead", "content_signoff", "contact_name", "contact_phone",
)  # fmt: skip
HELP = {
    "title": gettext_lazy("例如：人工智能与我们的生活（讲座）。"),
    "summary": gettext_lazy("约成后会作为联合活动的介绍，请写给公众看。"),
    "duration": gettext_lazy("分钟。展览按每天开放的时间填写。"),
    "conditions": gettext_lazy("例如：需要投影和麦克风；对方安排接送。"),
    "safety_note": gettext_lazy("会写进联合活动的安全预案，例如：动手环节每8人配一名看护。"),
    "times_at_most": gettext_lazy("约满后自动不再接受。不填表示不限。"),
    "content_lead": gettext_lazy("对讲解和材料内容负责的人。"),
    "content_signoff": gettext_lazy("审定内容的单位负责人。"),
    "contact_phone": gettext_lazy("约成以后才给对方看，不对公众显示。"),
}
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("是什么"), ("title", "summary", "description")),
    (gettext_lazy("给谁、多少人"), ("people_max", "duration", "age_min", "age_max")),
    (gettext_lazy("什么时候、去哪里"), (
        "weekdays", "hours_from", "hours_until", "first_day", "last_day", "closed_days", "per_day", "times_at_most",
        "districts", "is_online",
    )),
    (gettext_lazy("条件和安全"), ("conditions", "safety_note")),
    (gettext_lazy("负责人和联系人"), ("content_lead", "content_signoff", "contact_name", "contact_phone")),
)  # fmt: skip


class KindForm(forms.Form):
    """The first question: for which unit, and what kind of thing."""

    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(), label=gettext_lazy("提供单位")
    )
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=Kind.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, organizations: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ask_which(self.fields["organization"], organizations)


class OfferPictureForm(PictureForm):
    """A picture of what is offered: the same questions as for an activity, which it is carried over to."""


class OfferForm(VersionedForm, MatchedTerms):
    """One offer. The kind decides which fields of its own are asked."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def __init__(
        self, *args: Any, edition: Edition, kind: str, offer: Offer | None = None, **options: Any
    ) -> None:
        options["initial"] = (_initial(offer) if offer else {}) | (options.get("initial") or {})
        super().__init__(*args, edition=edition, **options)
        self.kind = kind
        self.fields |= _plain_fields()
        self.fields["weekdays"] = WeekdaysField(label=_("星期"), help_text=_("不选表示任意一天。"))
        self.fields["closed_days"] = DaysField(
            label=_("不可约的日期"), year=edition.year, help_text=_("一行一个，例如 9月17日。")
        )
        self.fields["districts"] = forms.ModelMultipleChoiceField(
            District.objects.all(), label=_("可服务的区"), required=False, widget=forms.CheckboxSelectMultiple,
            help_text=_("不选表示全市。"),
        )  # fmt: skip
        if kind in (Kind.VENUE, Kind.SITE):
            self.fields.pop("districts")
        if kind in (Kind.VENUE, Kind.EXHIBIT):
            self.fields.pop("is_online")
        self.own = list(TRAITS[kind].fields)
        self.fields |= {name: deepcopy(field) for name, field in TRAITS[kind].fields.items()}

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as the page shows them, in groups; the kind's own follow the first."""
        shown = [(title, [self[name] for name in names if name in self.fields]) for title, names in GROUPS]
        shown.insert(1, (Kind(self.kind).label, [self[name] for name in self.own]))
        shown.insert(2, (_("主题和人群"), [self[name] for name in self.term_fields]))
        return shown

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_ages(self, cleaned)
        for first, last, message in (
            ("first_day", "last_day", _("结束日期早于开始日期。")),
            ("hours_from", "hours_until", _("最晚时间早于最早时间。")),
        ):
            if cleaned.get(first) and cleaned.get(last) and cleaned[last] < cleaned[first]:
                self.add_error(last, message)
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What the action writes; call `is_valid` first."""
        facts = {name: self.cleaned_data[name] for name in PLAIN if name in self.fields}
        facts |= {
            "weekdays": sorted(self.cleaned_data["weekdays"]),
            "closed_days": self.cleaned_data["closed_days"],
        }
        facts["details"] = {name: self.cleaned_data[name] for name in self.own}
        facts["terms"] = self.terms()
        facts["districts"] = list(self.cleaned_data.get("districts", []))
        return facts


def _plain_fields() -> dict[str, forms.Field]:
    fields = fields_for_model(
        Offer,
        fields=PLAIN,
        widgets={
            "description": forms.Textarea(attrs={"rows": 6}),
            "safety_note": forms.Textarea(attrs={"rows": 3}),
            "hours_from": TimeInput,
            "hours_until": TimeInput,
            "first_day": DateInput,
            "last_day": DateInput,
        },
        help_texts={name: str(HELP.get(name, "")) for name in PLAIN},
    )
    fields["duration"].widget.attrs["min"] = 10
    fields["per_day"].min_value = 1
    return dict(fields)


def _initial(offer: Offer) -> dict[str, Any]:
    initial = {name: getattr(offer, name) for name in (*PLAIN, "weekdays", "closed_days")}
    terms = offer.terms.select_related("taxonomy")
    return (
        initial
        | offer.details
        | terms_initial(terms)
        | {"districts": list(offer.districts.all()), "version": offer.version}
    )
