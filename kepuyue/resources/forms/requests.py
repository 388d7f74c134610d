"""The forms of a request, of an answer with a time, and of acceptance."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.editions.models import Edition, Term
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import Organization
from kepuyue.resources.actions.requesting import Wish
from kepuyue.resources.forms.fields import (
    MatchedTerms,
    check_ages,
    terms_initial,
)
from kepuyue.resources.models import Kind, Offer, Proposal, Request, local_moment
from kepuyue.ui.forms import DateInput, TimeInput, VersionedForm

COMMON = (
    "title", "head_count", "audience_note", "age_min", "age_max", "wishes", "needs", "district", "contact_name",
    "contact_phone",
)  # fmt: skip
OPENLY = ("kind", *COMMON, "place", "is_online", "from_day", "until_day", "time_note")
HELP = {
    "title": gettext_lazy("约成后就是联合活动的名称，例如：人工智能进校园。"),
    "wishes": gettext_lazy("想听什么、想做什么，说得越具体越容易约到。"),
    "audience_note": gettext_lazy("例如：八年级学生、社区老人。"),
    "needs": gettext_lazy("例如：需要手语翻译；场地没有投影。"),
    "place": gettext_lazy("例如：学校报告厅。"),
    "time_note": gettext_lazy("例如：下午第二节课后，约一个半小时。"),
    "contact_phone": gettext_lazy("约成以后才给对方看，不对公众显示。"),
}


class WishForm(forms.Form):
    """A time and place. Hours are those of the edition's city."""

    day = forms.DateField(label=gettext_lazy("日期"), widget=DateInput)
    starts = forms.TimeField(label=gettext_lazy("开始时间"), widget=TimeInput)
    ends = forms.TimeField(label=gettext_lazy("结束时间"), widget=TimeInput)
    last_day = forms.DateField(
        label=gettext_lazy("最后一天"),
        required=False,
        widget=DateInput,
        help_text=gettext_lazy("展出多天时填写。"),
    )
    place = forms.CharField(
        label=gettext_lazy("地点"), max_length=120, required=False, help_text=HELP["place"]
    )
    is_online = forms.BooleanField(label=gettext_lazy("线上进行"), required=False)
    note = forms.CharField(label=gettext_lazy("说明"), max_length=300, required=False)
    zone_of: Edition

    def __init__(
        self, *args: Any, edition: Edition | None = None, offer: Offer | None = None, **options: Any
    ) -> None:
        super().__init__(*args, **options)
        if edition is not None:
            self.zone_of = edition
        if offer is not None:
            self.fit_to(offer)

    def fit_to(self, offer: Offer) -> None:
        """Leave out what does not apply to the offer."""
        if offer.kind != "exhibit":
            self.fields.pop("last_day")
        if not offer.is_online:
            self.fields.pop("is_online")
        if not offer.travels:
            self.fields.pop("place")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, starts, ends = cleaned.get("day"), cleaned.get("starts"), cleaned.get("ends")
        if day is None or starts is None or ends is None:
            return cleaned
        last = cleaned.get("last_day") or day
        start, end = local_moment(day, starts, self.zone_of), local_moment(last, ends, self.zone_of)
        if last < day:
            self.add_error("last_day", _("最后一天早于开始日期。"))
        elif end <= start:
            self.add_error("ends", _("结束时间早于开始时间。"))
        cleaned["span"] = (start, end)
        return cleaned

    def wish(self) -> Wish:
        """The wish, for the actions; call `is_valid` first."""
        start, end = self.cleaned_data["span"]
        get = self.cleaned_data.get
        return Wish(start, end, get("place") or "", bool(get("is_online")), get("note") or "")


def wish_initial(proposal: Proposal) -> dict[str, Any]:
    """A proposal as the form shows it, to begin a counter-proposal with."""
    zone = proposal.request.edition.zone
    start: datetime = proposal.starts_at.astimezone(zone)
    end: datetime = proposal.ends_at.astimezone(zone)
    return {
        "day": start.date(), "starts": start.time(), "ends": end.time(), "place": proposal.place,
        "is_online": proposal.is_online, "last_day": end.date() if end.date() != start.date() else None,
    }  # fmt: skip


class _RequestFields(VersionedForm, MatchedTerms):
    """Common to both ways of asking. What the unit wrote last time is already there."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(), label=gettext_lazy("需求单位")
    )
    names: tuple[str, ...] = COMMON

    def __init__(
        self, *args: Any, edition: Edition, organizations: Any, request: Request | None = None, **options: Any
    ) -> None:
        options["initial"] = _initial(request, organizations) | (options.get("initial") or {})
        super().__init__(*args, edition=edition, **options)
        ask_which(self.fields["organization"], organizations)
        if request is not None:
            self.fields["organization"].initial = request.organization
            self.fields["organization"].widget = forms.HiddenInput()
        fields = fields_for_model(
            Request,
            fields=self.names,
            widgets={
                "wishes": forms.Textarea(attrs={"rows": 4}),
                "from_day": DateInput,
                "until_day": DateInput,
                "kind": forms.RadioSelect,
            },
            help_texts={name: str(HELP.get(name, "")) for name in self.names},
        )
        fields["head_count"].min_value = 1
        if "kind" in fields:  # radio buttons need no empty one to begin with
            fields["kind"].choices = Kind.choices
        self.fields |= fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        check_ages(self, cleaned)
        if cleaned.get("head_count") == 0:
            self.add_error("head_count", _("请填写大致人数，至少1人。"))
        first, last = cleaned.get("from_day"), cleaned.get("until_day")
        if first and last and last < first:
            self.add_error("until_day", _("最晚的日期早于最早的日期。"))
        elif first and last and (last - first).days > 120:
            self.add_error("until_day", _("日期范围请在四个月以内。"))
        return cleaned

    def facts(self) -> dict[str, Any]:
        """What the action writes; call `is_valid` first."""
        return {name: self.cleaned_data[name] for name in self.names if name != "kind"} | {
            "terms": self.terms()
        }

    def head(self) -> list[forms.BoundField]:
        """What is to happen, and for whom."""
        names = ("organization", "kind", "title", "wishes", *self.term_fields)
        return [self[name] for name in names if name in self.fields and not self[name].is_hidden]

    def people(self) -> list[forms.BoundField]:
        """Who comes, and who is called."""
        return [
            self[name] for name in ("head_count", "audience_note", "age_min", "age_max", "district", "needs")
        ]

    def contact(self) -> list[forms.BoundField]:
        return [self[name] for name in ("contact_name", "contact_phone")]


class OpenRequestForm(_RequestFields):
    """Ask whoever can help."""

    names = OPENLY

    def when(self) -> list[forms.BoundField]:
        """When and where it would do."""
        return [self[name] for name in ("from_day", "until_day", "time_note", "place", "is_online")]


class OfferRequestForm(_RequestFields, WishForm):
    """Ask for one offer at a certain time."""

    def __init__(self, *args: Any, offer: Offer, **options: Any) -> None:
        super().__init__(*args, edition=offer.edition, **options)
        self.zone_of, self.offer = offer.edition, offer
        # What it is about and for whom the offer says already
        for name in self.term_fields:
            self.fields.pop(name)
        self.term_fields = []
        self.fit_to(offer)

    def terms(self) -> list[Term]:
        """The offer's own, which also find others should it be declined and asked openly."""
        return list(self.offer.terms.all())

    def when(self) -> list[forms.BoundField]:
        """The wish."""
        names = ("day", "last_day", "starts", "ends", "place", "is_online", "note")
        return [self[name] for name in names if name in self.fields]


def _initial(request: Request | None, organizations: Any) -> dict[str, Any]:
    """The request's own facts, or what the unit wrote last time about itself."""
    if request is not None:
        own = {name: getattr(request, name) for name in OPENLY}
        return own | terms_initial(request.terms.select_related("taxonomy")) | {"version": request.version}
    unit = organizations[0] if len(organizations) else None
    last = Request.objects.filter(organization=unit).order_by("-pk").first() if unit else None
    initial: dict[str, Any] = {"district": unit.district_id if unit else None}
    if last is not None:
        kept = ("place", "contact_name", "contact_phone", "audience_note", "age_min", "age_max")
        initial |= {name: getattr(last, name) for name in kept}
    return initial


class AnswerForm(WishForm):
    """Which of one's own offers answers the request, and when."""

    offer = forms.ModelChoiceField(queryset=Offer.objects.none(), label=gettext_lazy("用哪项资源答复"))
    field_order = ("offer", "day", "last_day", "starts", "ends", "place", "is_online", "note")

    def __init__(self, *args: Any, offers: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["offer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = offers
        if len(offers) == 1:
            field.initial = offers[0]


class AcceptanceForm(forms.Form):
    """Which side registers the joint activity."""

    registrar = forms.ModelChoiceField(
        queryset=Organization.objects.none(), label=gettext_lazy("由谁填报联合活动"), widget=forms.RadioSelect,
        empty_label=None,
    )  # fmt: skip

    def __init__(self, *args: Any, proposal: Proposal, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["registrar"]
        assert isinstance(field, forms.ModelChoiceField)
        sides = (proposal.request.organization_id, proposal.offer.organization_id)
        field.queryset = Organization.objects.filter(pk__in=sides)
        field.initial = proposal.request.organization_id
