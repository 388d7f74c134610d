"""What somebody types to get seats: a family, or a class with its teacher. Only what is needed, told beside it."""

import json
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import Activity
from kepuyue.bookings import door, parties, phones
from kepuyue.bookings.models import Booking
from kepuyue.bookings.offers import Offer
from kepuyue.bookings.parties import Party
from kepuyue.core import wording

# A choice up to here; a field for a number beyond it
FEW = 10


class PartyForm(forms.Form):
    """A person, perhaps with others: their name and number, how many come, how many of them are children."""

    name = forms.CharField(
        label=gettext_lazy("您的姓名"), max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    phone = forms.CharField(
        label=gettext_lazy("手机号"), max_length=25, help_text=gettext_lazy("变更和候补用短信告诉您，查预约也用它。"),
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip
    seats = forms.IntegerField(label=gettext_lazy("一共几个人来"), min_value=1, max_value=500, initial=1)
    children = forms.IntegerField(
        label=gettext_lazy("其中14岁以下的孩子"), min_value=0, max_value=500, initial=0, required=False
    )
    guardian = forms.BooleanField(required=False)
    consent = forms.BooleanField(
        label=gettext_lazy("我看过上面的说明，同意这样使用我的姓名和手机号"),
    )
    # Made by the page's script, or by the page that shows what has to be mended
    key = forms.CharField(max_length=door.LONGEST_KEY, required=False, widget=forms.HiddenInput)
    token = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, offer: Offer, activity: Activity, **options: Any) -> None:
        super().__init__(*args, **options)
        rules = activity.edition.rules.booking
        self.offer, self.rules = offer, rules
        self.fields["consent"].error_messages["required"] = _without_consent(activity)
        self.fields["guardian"].label = rules.guardian_en if wording.is_english() else rules.guardian
        if offer.most_seats <= FEW:
            for name, first, last in (
                ("seats", 1, offer.most_seats),
                ("children", 0, max(offer.most_seats - 1, 0)),
            ):
                self.fields[name].widget = forms.Select(
                    choices=[(count, count) for count in range(first, last + 1)]
                )
        if offer.most_seats == 1:
            # Who comes alone brings no child
            del self.fields["children"], self.fields["guardian"]

    def clean_phone(self) -> str:
        """As it is kept."""
        return _phone(self.cleaned_data["phone"])

    def clean(self) -> dict[str, Any]:
        """A party that breaks a rule is told at the field."""
        cleaned = super().clean() or {}
        if "seats" in cleaned:
            for name, text in parties.faults(self.party, cleaned["seats"], ratio=self.ratio).items():
                self.add_error("guardian" if name == "consent" else name, text)
        return cleaned

    @property
    def ratio(self) -> int:
        """Pupils to one adult."""
        return self.rules.pupils_to_adult

    @property
    def party(self) -> Party:
        """Who comes along; the consent to the children's coming is the guardian's."""
        children = self.cleaned_data.get("children") or 0
        has_agreed = self.cleaned_data.get("guardian") if children else self.cleaned_data.get("consent")
        return Party(consent=self.rules.version if has_agreed else "", children=children)

    def body(self) -> bytes:
        """The request as `door.request_of` reads it."""
        cleaned, party = self.cleaned_data, self.party
        return json.dumps(
            {
                "attendee": {"name": cleaned["name"], "phone": cleaned["phone"]},
                "seats": cleaned["seats"],
                "consent": party.consent,
                "children": party.children,
                "school": party.school,
                "adults": party.adults,
            }
        ).encode()

    def take(self, faults: list[dict[str, str]]) -> None:
        """What the door holds against the request, at its field."""
        for fault in faults:
            name = fault["parameter"].rpartition(".")[2]
            self.add_error(name if name in self.fields else None, fault["detail"])

    def put(self, **values: str) -> None:
        """Set hidden fields of a form that was sent, for the page that shows it again."""
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for name, value in values.items():
            data[name] = value
        self.data = data


class ClassForm(PartyForm):
    """A class: school, teacher, how many come, how many of them look after it. Names come later, if at all."""

    school = forms.CharField(
        label=gettext_lazy("学校和班级"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )  # fmt: skip
    adults = forms.IntegerField(label=gettext_lazy("其中带队的老师和家长"), min_value=1, max_value=500)
    field_order = ("school", "name", "phone", "seats", "adults", "guardian", "consent", "key", "token")

    def __init__(self, *args: Any, offer: Offer, activity: Activity, **options: Any) -> None:
        super().__init__(*args, offer=offer, activity=activity, **options)
        rules = self.rules
        self.fields.pop("children", None)
        guardian = forms.BooleanField(
            label=rules.guardian_en if wording.is_english() else rules.guardian,
            error_messages={"required": gettext_lazy("班级预约要由老师代表学校同意，请勾选。")},
        )
        self.fields["guardian"] = guardian
        self.fields["name"].label = _("带队老师的姓名")
        self.fields["seats"] = forms.IntegerField(
            label=_("总人数（学生和带队的大人）"), min_value=2, max_value=offer.group_most
        )
        self.fields["adults"].help_text = _("每%(ratio)s名学生至少1位。名单可以以后再填。") % {
            "ratio": self.ratio
        }
        self.order_fields(self.field_order)

    @property
    def party(self) -> Party:
        cleaned = self.cleaned_data
        return Party(
            consent=self.rules.version if cleaned.get("guardian") else "",
            school=cleaned.get("school", ""),
            adults=cleaned.get("adults") or 0,
        )


class SizeForm(forms.Form):
    """How many come, of a booking that stands."""

    seats = forms.IntegerField(label=gettext_lazy("人数"), min_value=1)

    def __init__(self, *args: Any, booking: Booking, most: int, **options: Any) -> None:
        super().__init__(*args, **options)
        # Somebody who waits can only become fewer; what else there is to keep to is told by the action
        most = min(most, booking.seats) if booking.state == Booking.State.WAITLISTED else most
        if most <= FEW:
            self.fields["seats"].widget = forms.Select(
                choices=[(count, count) for count in range(1, most + 1)]
            )


class RosterForm(forms.Form):
    """The names of a class, a line each; nobody needs them to book."""

    roster = forms.CharField(
        label=gettext_lazy("名单（可以不填）"), max_length=8_000, required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("每行一个名字。学校自己点名就不用填；活动结束后一起删除。"),
    )  # fmt: skip


class PhoneForm(forms.Form):
    """A number to send a code to."""

    phone = forms.CharField(
        label=gettext_lazy("预约时填的手机号"), max_length=25,
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel", "autocomplete": "tel"}),
    )  # fmt: skip

    def clean_phone(self) -> str:
        """As it is kept."""
        return _phone(self.cleaned_data["phone"])


class CodeForm(forms.Form):
    """The code that came."""

    code = forms.CharField(
        label=gettext_lazy("短信里的6位验证码"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip


def _without_consent(activity: Activity) -> str:
    """What to do, and whom to turn to instead: the telephone where there is one, else the unit."""
    if activity.public_phone:
        return _("请看过说明后勾选；不同意就不能网上预约，可以打咨询电话%(phone)s。") % {
            "phone": activity.public_phone
        }
    return _("请看过说明后勾选；不同意就不能网上预约，可以联系%(unit)s。") % {
        "unit": activity.organization.name
    }


def _phone(typed: str) -> str:
    """The number as it is kept; what is none is told in the words of the door."""
    phone = phones.as_kept(typed)
    if not phone:
        raise forms.ValidationError(door.problem(422, "phone", wording.language_tag().lower()).body["detail"])
    return phone
