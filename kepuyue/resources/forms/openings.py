"""The form of a base's opening offer, and its filters for the public."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.forms import WebAddressField
from kepuyue.activities.models import Admission, BookingMode
from kepuyue.editions.models import Edition
from kepuyue.organizations.models import District
from kepuyue.resources.forms.fields import DaysField, weekday_choices
from kepuyue.resources.timetable import CONCESSIONS, FACILITIES, Content
from kepuyue.ui.forms import TimeInput, VersionedForm

ADMISSIONS = [(value, label) for value, label in Admission.choices if value != Admission.UNKNOWN]
BOOKINGS = [
    (value, label)
    for value, label in BookingMode.choices
    if value not in (BookingMode.UNKNOWN, BookingMode.BALLOT)
]
TEXTS = (
    "admission", "admission_note", "booking", "booking_url", "booking_note", "phone", "how_to_visit", "group_note",
    "concession_note", "age_note", "note",
)  # fmt: skip


class SpecialDaysField(forms.CharField):
    """Days that open only so, one a line: 9月14日 09:00-11:30."""

    def __init__(self, *, year: int, **options: Any) -> None:
        super().__init__(required=False, widget=forms.Textarea(attrs={"rows": 3}), **options)
        self.days = DaysField(year=year)

    def clean(self, value: Any) -> list[list[str]]:
        found = []
        for line in str(super().clean(value) or "").splitlines():
            if not line.strip():
                continue
            parts = re.fullmatch(
                r"\s*(\S+)\s+(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})\s*", line
            )
            if (
                parts is None
                or int(parts[2]) > 23
                or int(parts[4]) > 23
                or int(parts[3]) > 59
                or int(parts[5]) > 59
            ):
                raise forms.ValidationError(
                    _("“%(line)s”看不懂。请写成：9月14日 09:00-11:30，一行一个。"), params={"line": line[:40]}
                )
            start, end = f"{int(parts[2]):02}:{parts[3]}", f"{int(parts[4]):02}:{parts[5]}"
            if end <= start:
                raise forms.ValidationError(
                    _("“%(line)s”的结束时间早于开始时间。"), params={"line": line[:40]}
                )
            found.append([self.days.day(parts[1]).isoformat(), start, end])
        return sorted(found)

    def prepare_value(self, value: Any) -> Any:
        return (
            "\n".join(f"{day} {start}-{end}" for day, start, end in value)
            if isinstance(value, list)
            else value
        )


class OpeningForm(VersionedForm):
    """What a base says about its opening in the month."""

    admission = forms.ChoiceField(
        label=gettext_lazy("收费情况"), choices=ADMISSIONS, widget=forms.RadioSelect, required=False
    )
    admission_note = forms.CharField(
        label=gettext_lazy("优惠或收费说明"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("例如：科普月期间半价。"),
    )
    concessions = forms.MultipleChoiceField(
        label=gettext_lazy("免费或优惠的人群"), choices=list(CONCESSIONS.items()), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("《广东省科学技术普及条例》第三十八条：对老年人、残疾人、现役军人、退役军人和未成年人免费或优惠。"),
    )  # fmt: skip
    concession_note = forms.CharField(label=gettext_lazy("优惠凭证"), max_length=120, required=False)
    capacity = forms.IntegerField(
        label=gettext_lazy("每天接待人数"), min_value=1, max_value=1_000_000, required=False
    )
    booking = forms.ChoiceField(
        label=gettext_lazy("预约方式"), choices=BOOKINGS, widget=forms.RadioSelect, required=False
    )
    booking_url = WebAddressField(label=gettext_lazy("预约网址"), max_length=300, required=False)
    booking_note = forms.CharField(label=gettext_lazy("预约说明"), max_length=200, required=False)
    phone = forms.CharField(
        label=gettext_lazy("咨询电话"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("会对公众显示，方便不上网的人。"),
    )
    how_to_visit = forms.CharField(
        label=gettext_lazy("怎样到达和参观"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    groups = forms.BooleanField(label=gettext_lazy("接待团体"), required=False)
    group_size = forms.IntegerField(
        label=gettext_lazy("每批最多人数"), min_value=1, max_value=100_000, required=False
    )
    group_note = forms.CharField(label=gettext_lazy("团体预约说明"), max_length=200, required=False)
    age_note = forms.CharField(
        label=gettext_lazy("适合年龄和安全提示"), max_length=200, required=False,
        help_text=gettext_lazy("《未成年人保护法》第五十六条：公共场所应显著标明适合年龄和安全提示。"),
    )  # fmt: skip
    facilities = forms.MultipleChoiceField(
        label=gettext_lazy("设施"),
        choices=list(FACILITIES.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(label=gettext_lazy("其他说明"), max_length=300, required=False)

    def __init__(self, data: Any = None, *, edition: Edition, content: Content, version: int = 0) -> None:
        initial = {
            name: content.get(name)
            for name in (*TEXTS, "capacity", "groups", "group_size", "concessions", "facilities")
        }
        initial |= {"closed": content.get("closed"), "special": content.get("special")}
        for day, span in content.get("hours", {}).items():
            initial |= {f"from_{day}": span[0], f"until_{day}": span[1]}
        super().__init__(data, initial=initial | {"version": version})
        for day, name in weekday_choices():
            self.fields[f"from_{day}"] = forms.TimeField(
                label=_("%(day)s开门") % {"day": name}, required=False, widget=TimeInput
            )
            self.fields[f"until_{day}"] = forms.TimeField(
                label=_("%(day)s关门") % {"day": name}, required=False, widget=TimeInput
            )
        self.fields["closed"] = DaysField(
            label=_("闭馆日"),
            year=edition.year,
            help_text=_("每周固定休息的日子不用写。一行一个，例如 9月17日。"),
        )
        self.fields["special"] = SpecialDaysField(
            label=_("单独开放的日期"), year=edition.year,
            help_text=_("只在某几天开放，或当天时间不同的，一行一个，例如 9月14日 09:00-11:30。"),
        )  # fmt: skip

    def weekdays(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """The week, a line a day."""
        return [(name, self[f"from_{day}"], self[f"until_{day}"]) for day, name in weekday_choices()]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for day, _name in weekday_choices():
            start, end = cleaned.get(f"from_{day}"), cleaned.get(f"until_{day}")
            if (start is None) != (end is None) and not (
                self.errors.get(f"from_{day}") or self.errors.get(f"until_{day}")
            ):
                self.add_error(f"until_{day}" if start else f"from_{day}", _("开门和关门时间请一起填写。"))
            elif start and end and end <= start:
                self.add_error(f"until_{day}", _("关门时间早于开门时间。"))
        if cleaned.get("admission") == Admission.DISCOUNTED and not cleaned.get("admission_note"):
            self.add_error("admission_note", _("选择了优惠，请写明怎样优惠。"))
        if cleaned.get("booking") == BookingMode.EXTERNAL and not (
            cleaned.get("booking_url") or cleaned.get("booking_note")
        ):
            self.add_error("booking_note", _("选择了由主办方渠道预约，请填写预约网址或说明。"))
        return cleaned

    def content(self) -> Content:
        """The opening as `timetable` has it; call `is_valid` first."""
        data = self.cleaned_data
        hours = {
            str(day): [f"{data[f'from_{day}']:%H:%M}", f"{data[f'until_{day}']:%H:%M}"]
            for day, _name in weekday_choices()
            if data[f"from_{day}"] and data[f"until_{day}"]
        }
        kept = {
            name: data[name]
            for name in (*TEXTS, "capacity", "groups", "group_size", "concessions", "facilities")
        }
        return kept | {"hours": hours, "closed": data["closed"], "special": data["special"]}


class RemarkForm(forms.Form):
    """What the superior asks to be changed."""

    remark = forms.CharField(
        label=gettext_lazy("要改什么"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class BaseFilterForm(forms.Form):
    """The public list's filter; whatever is odd is passed over."""

    district = forms.ChoiceField(required=False, label=gettext_lazy("区"))
    open = forms.ChoiceField(
        required=False, label=gettext_lazy("什么时候开放"),
        choices=[("", gettext_lazy("整个月")), ("today", gettext_lazy("今天开放")),
                 ("weekend", gettext_lazy("本周末开放"))],
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("全市")),
            *((one.code, one.name_for_reader) for one in District.objects.all()),
        ]
