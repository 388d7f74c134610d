"""What is typed at the desk about one booking, or for somebody who telephones."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from kepuyue.bookings import parties, phones
from kepuyue.bookings.models import BookingTerms
from kepuyue.bookings.parties import Party
from kepuyue.editions.policy import Booking as Policy
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import Organization


class SearchForm(forms.Form):
    """A code, a number, or its last four digits. Sent in the body: a number has no place in an address."""

    q = forms.CharField(
        label=_("预约号、手机号或手机号后四位"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "enterkeyhint": "search"}),
    )


class CancelForm(forms.Form):
    """Why a booking is given back for somebody."""

    reason = forms.CharField(
        label=_("取消原因"), max_length=200, help_text=_("预约的人会看到。不要写姓名和电话。")
    )


class BlockForm(forms.Form):
    """A number that may not book online for some days, and why."""

    phone = forms.CharField(
        label=_("手机号"),
        max_length=25,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    days = forms.IntegerField(label=_("限制多少天"), min_value=1, max_value=30, initial=7)
    note = forms.CharField(
        label=_("原因"), max_length=200, help_text=_("本人会看到。不要写姓名、电话和别人的情况。")
    )

    def clean_phone(self) -> str:
        """As numbers are kept."""
        if not (number := phones.as_kept(self.cleaned_data["phone"])):
            raise forms.ValidationError(_("请填写11位手机号；境外号码请加国家或地区代码，例如+852。"))
        return number


class DecisionForm(forms.Form):
    """What the office says to an appeal."""

    decision = forms.CharField(label=_("处理意见"), max_length=200, help_text=_("本人会看到。"))


class SizeForm(forms.Form):
    """With how many people they come."""

    seats = forms.IntegerField(label=_("人数"), min_value=1, max_value=500)


class ProxyForm(forms.Form):
    """Somebody telephones, or stands at the counter, and is booked for."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("代办单位"))
    name = forms.CharField(
        label=_("来访人姓名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    phone = forms.CharField(
        label=_("来访人手机号"),
        max_length=25,
        help_text=_("变更和候补会通知这个号码；没有手机的，请填家人的。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
    )
    seats = forms.IntegerField(label=_("人数"), min_value=1, max_value=500, initial=1)
    children = forms.IntegerField(
        label=_("其中14岁以下"), min_value=0, max_value=500, initial=0, required=False,
        help_text=_("孩子要由监护人预约并陪同；不登记孩子的姓名。"),
    )  # fmt: skip
    is_told = forms.BooleanField(label=_("个人信息说明已读给来访人听，本人同意"))

    def __init__(
        self, *args: Any, terms: BookingTerms, organizations: Any, policy: Policy, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.policy = policy
        ask_which(self.fields["organization"], organizations)
        seats: Any = self.fields["seats"]
        seats.help_text = _("每单最多%(most)s人。") % {"most": terms.most_seats}
        seats.widget.attrs["max"] = terms.most_seats

    def clean_phone(self) -> str:
        number = phones.as_kept(self.cleaned_data["phone"])
        if not number:
            raise forms.ValidationError(_("请填写11位手机号；境外号码请加国家或地区代码，例如+852。"))
        return number

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "seats" in cleaned:
            for field, fault in parties.faults(
                self.party, cleaned["seats"], ratio=self.policy.pupils_to_adult
            ).items():
                self.add_error(field if field in self.fields else None, fault)
        return cleaned

    @property
    def party(self) -> Party:
        """Who comes along, as admission takes it."""
        consent = self.policy.version if self.cleaned_data.get("is_told") else ""
        return Party(consent, self.cleaned_data.get("children") or 0)


class ProxyClassForm(ProxyForm):
    """A school telephones: a class with its teacher is booked for, by the same rules as online."""

    school = forms.CharField(
        label=_("学校和班级"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    adults = forms.IntegerField(label=_("其中带队的老师和家长"), min_value=1, max_value=500)
    field_order = ("key", "organization", "school", "name", "phone", "seats", "adults", "is_told")

    def __init__(self, *args: Any, terms: BookingTerms, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, terms=terms, policy=policy, **kwargs)
        del self.fields["children"]
        self.fields["name"].label = _("带队老师的姓名")
        self.fields["phone"].label = _("带队老师的手机号")
        self.fields["phone"].help_text = _("变更和候补会通知这个号码。")
        self.fields["seats"] = forms.IntegerField(
            label=_("总人数（学生和带队的大人）"), min_value=2, max_value=terms.group_most,
            help_text=_("一个班最多%(most)s人。") % {"most": terms.group_most},
        )  # fmt: skip
        self.fields["adults"].help_text = _("每%(ratio)s名学生至少1位。名单可以以后再填。") % {
            "ratio": policy.pupils_to_adult
        }
        self.fields["is_told"].label = _("个人信息说明已读给老师听，老师代表学校同意")
        self.order_fields(self.field_order)

    @property
    def party(self) -> Party:
        """The class, as admission takes it."""
        consent = self.policy.version if self.cleaned_data.get("is_told") else ""
        return Party(
            consent, school=self.cleaned_data.get("school", ""), adults=self.cleaned_data.get("adults") or 0
        )


class DrawForm(forms.Form):
    """The public value that nobody knew before entries closed; no field where the draw goes without one."""

    public_value = forms.CharField(max_length=120)

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if source:
            self.fields["public_value"].label = source
            self.fields["public_value"].help_text = _("照公布的原样填写，连同空格和标点。填写后不能再改。")
        else:
            del self.fields["public_value"]
