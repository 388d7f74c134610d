"""Forms of single acts: a new activity, a picture, a decision, a change afterwards. They save nothing."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django import forms
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from kepuyue.activities import queries
from kepuyue.activities.forms.plain import HELP
from kepuyue.activities.models import Picture, Remark, Review, Session, Takedown
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import Organization


class NewActivityForm(forms.Form):
    """The first question: for which unit, and what it is called."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=_("填报单位"))
    title = forms.CharField(label=_("活动名称"), max_length=120, help_text=HELP["title"])

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_which(self.fields["organization"], organizations)


class CopyForm(forms.Form):
    """Which earlier activity is taken as the beginning of a new one."""

    source = forms.SlugField(max_length=12, widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)


class VenueForm(forms.Form):
    """Where a venue lies: address as people write it, point in WGS-84 degrees; either may be left empty."""

    address = forms.CharField(label=_("地址"), max_length=200, required=False)
    lng = forms.FloatField(
        label=_("经度"),
        required=False,
        min_value=-180,
        max_value=180,
        help_text=_("WGS-84，例如 114.057868。"),
    )
    lat = forms.FloatField(
        label=_("纬度"), required=False, min_value=-90, max_value=90, help_text=_("WGS-84，例如 22.543099。")
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, other in (("lng", "lat"), ("lat", "lng")):
            if cleaned.get(name) is not None and cleaned.get(other) is None and other not in self.errors:
                self.add_error(other, _("经度和纬度请一起填写。"))
        if not self.errors and not cleaned.get("address") and cleaned.get("lng") is None:
            self.add_error("address", _("请填写地址，或在图上标出位置。"))
        return cleaned

    def point(self) -> tuple[float, float] | None:
        """Longitude and latitude, rounded to about a decimetre."""
        lng, lat = self.cleaned_data.get("lng"), self.cleaned_data.get("lat")
        return (round(lng, 6), round(lat, 6)) if lng is not None and lat is not None else None


class PictureForm(forms.ModelForm):
    """A picture with what makes it usable: a description read aloud, its source, the right to show it."""

    file = forms.FileField(label=_("图片文件"), widget=forms.FileInput(attrs={"accept": "image/*"}))

    rights_confirmed = forms.BooleanField(
        label=_("已获授权"),
        error_messages={"required": _("请确认图片可以公开使用，画面中的人同意公开。")},
    )

    field_order = ("file", "alt", "credit", "rights_confirmed")

    class Meta:
        model = Picture
        # Without the file: the model would measure it before it is made harmless
        fields = ("alt", "credit", "rights_confirmed")
        help_texts = {"alt": _("给看不见图片的人朗读用。")}


class ReasonForm(forms.Form):
    """A reason that other people will read."""

    reason = forms.CharField(label=_("原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class PostponeForm(ReasonForm):
    """A new time for one session, or none yet.

    The hours are those of the session until somebody types others; it lasts as many days as before unless
    its last day is given.
    """

    starts_on = forms.DateField(
        label=_("新的日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("还没有定的先不填，公众会看到“时间待定”。"),
    )  # fmt: skip
    starts_at = forms.TimeField(
        label=_("开始"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_at = forms.TimeField(
        label=_("结束"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_on = forms.DateField(
        label=_("最后一天"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("不填的，和原来一样办几天。"),
    )  # fmt: skip

    def __init__(self, *args: Any, session: Session, **kwargs: Any) -> None:
        self.zone = session.activity.edition.zone
        first = session.starts_at.astimezone(self.zone)
        last = session.ends_at.astimezone(self.zone) if session.ends_at else None
        self.span = last.date() - first.date() if last else timedelta()
        if session.is_all_day:
            self.span = max(self.span - timedelta(days=1), timedelta())
        hours: dict[str, Any] = (
            {} if session.is_all_day else {"starts_at": first.time(), "ends_at": last and last.time()}
        )
        super().__init__(*args, **kwargs)
        self.initial.update(hours)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if day and cleaned.get("starts_at") is None and "starts_at" not in self.errors:
            self.add_error("starts_at", _("请填写开始时间。"))
        if day and last and last < day:
            self.add_error("ends_on", _("结束日期早于开始日期。"))
        is_dated = last or {"starts_at", "ends_at"} & set(self.changed_data)
        if not day and is_dated and "starts_on" not in self.errors:
            self.add_error("starts_on", _("请填写日期。"))
        return cleaned

    def moments(self) -> dict[str, datetime | None]:
        """The new start and end, in the edition's zone; None where not fixed or not stated."""
        typed = self.cleaned_data
        day, start, end = typed.get("starts_on"), typed.get("starts_at"), typed.get("ends_at")
        if day is None or start is None:
            return {"starts_at": None, "ends_at": None}
        last = typed.get("ends_on") or day + self.span
        return {
            "starts_at": datetime.combine(day, start, self.zone),
            "ends_at": datetime.combine(last, end, self.zone) if end is not None else None,
        }


class MoveForm(ReasonForm):
    """A new place for one session."""

    venue_name = forms.CharField(
        label=_("新的场地"), required=False, max_length=120,
        widget=forms.TextInput(attrs={"data-suggest": reverse_lazy("activities:known-venues")}),
    )  # fmt: skip
    place = forms.CharField(label=_("具体位置"), required=False, max_length=200)


class SignOffLinkForm(forms.Form):
    """Who the one-time link is for."""

    name = forms.CharField(label=_("签审人姓名"), max_length=60)


class LicenceForm(forms.Form):
    """The number of the police's licence."""

    licence = forms.CharField(label=_("许可文号"), max_length=80)


class TrustForm(forms.Form):
    """Which unit is trusted, why, and until when. The unit was found by a search and comes along by its code."""

    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        label=_("单位"),
        to_field_name="code",
        widget=forms.HiddenInput,
        error_messages={
            "required": _("请先找到单位，再登记。"),
            "invalid_choice": _("这个单位不在您管理的范围内，请重新查找。"),
        },
    )
    until = forms.DateField(
        label=_("有效期至"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("理由"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, organizations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["organization"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organizations


class TakedownForm(forms.Form):
    """Why something is taken down: the ground, how it came to light, the facts."""

    ground = forms.ChoiceField(label=_("依据"), choices=Takedown.Ground.choices, widget=forms.RadioSelect)
    source = forms.CharField(label=_("线索来源"), max_length=200, help_text=_("谁反映的，或者怎么发现的。"))
    evidence = forms.CharField(
        label=_("事实和证据"), max_length=5000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("哪一句、哪张图有什么问题，依据是什么。单位会看到，长期留存。"),
    )  # fmt: skip


class SamplingForm(forms.Form):
    """What reading afterwards has found."""

    FINDINGS = (("fine", _("没有问题")), ("return", _("要求更正")))

    finding = forms.ChoiceField(label=_("结论"), choices=FINDINGS)
    remarks = forms.ModelMultipleChoiceField(queryset=Remark.objects.none(), required=False)
    note = forms.CharField(
        label=_("意见"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    revokes = forms.BooleanField(label=_("要求更正时，同时取消这个单位的免审"), required=False)

    def __init__(self, *args: Any, remarks: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["remarks"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        if remarks is not None:
            field.queryset = remarks


class DecisionForm(forms.Form):
    """A reviewer's decision with a note and remarks pinned to fields."""

    decision = forms.ChoiceField(
        choices=[choice for choice in Review.Decision.choices if choice[0] != Review.Decision.TAKEN_BACK]
    )
    remarks = forms.ModelMultipleChoiceField(queryset=Remark.objects.none(), required=False)
    queue = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)
    note = forms.CharField(
        label=_("意见"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    step = forms.IntegerField(widget=forms.HiddenInput)
    accepts = forms.MultipleChoiceField(
        choices=[(code, "") for code in queries.ACCEPTED], required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, remarks: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["remarks"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        if remarks is not None:
            field.queryset = remarks
