"""The forms of an item: which unit and kind, the item itself, its picture, its replay."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.forms import PictureForm
from kepuyue.activities.models import Activity
from kepuyue.cloud.content import FLAGS, TEXTS, Content
from kepuyue.cloud.forms.fields import (
    SafeAddressField,
    SubjectTerms,
    terms_initial,
)
from kepuyue.cloud.models import CloudItem, Kind
from kepuyue.editions.models import Edition
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import Organization
from kepuyue.ui.forms import MomentInput, VersionedForm

HELP: dict[str, Any] = {
    "title": gettext_lazy("公众看到的名称。"),
    "summary": gettext_lazy("一两句话，写给公众看。"),
    "url": gettext_lazy("从浏览器地址栏复制，以 https:// 开头。平台允许的可以在本站播放，其他显示为链接。"),
    "platform": gettext_lazy("不填就按网址显示。"),
    "duration": gettext_lazy("分钟。"),
    "starts_at": gettext_lazy("直播请填写；话题可以写从哪天开始收集提问。"),
    "ends_at": gettext_lazy("直播：预计结束的时间；展览：看到哪天为止；话题：提问截止。"),
    "expert": gettext_lazy("由谁来回答，本人同意后再写，例如：市天文台科普专家。"),
    "suits_minors": gettext_lazy("内容适合18岁以下的人看，没有广告和购物链接。"),
    "accessibility": gettext_lazy("例如：有手语窗口、可放大字号。"),
    "content_signoff": gettext_lazy("审定内容的人，不对公众显示。"),
    "languages": gettext_lazy("例如：普通话、粤语。"),
}  # fmt: skip
GROUPS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (gettext_lazy("是什么"), ("activity", "title", "title_en", "summary", "summary_en", "description")),
    (gettext_lazy("什么时候、在哪里看"), ("starts_at", "ends_at", "url", "replay_url", "platform", "duration")),
    (gettext_lazy("谁来回答"), ("expert",)),
    (gettext_lazy("给谁看"), ("suits_minors", "languages", "has_captions", "has_sign_language", "accessibility")),
    (gettext_lazy("主题和人群"), ()),
    (gettext_lazy("负责人"), ("content_signoff",)),
)  # fmt: skip
# What is not asked for a kind
NOT_ASKED: dict[str, tuple[str, ...]] = {
    Kind.LIVE: ("expert",),
    Kind.VIDEO: ("starts_at", "ends_at", "replay_url", "expert"),
    Kind.EXHIBITION: ("replay_url", "duration", "expert"),
    Kind.TOPIC: ("url", "replay_url", "platform", "duration", "has_captions", "has_sign_language"),
}


class KindForm(forms.Form):
    """The first question: for which unit, what kind, and whether an activity of the programme stands behind it."""

    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(), label=gettext_lazy("主办单位")
    )
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=Kind.choices, widget=forms.RadioSelect)
    activity = forms.ModelChoiceField(
        queryset=Activity.objects.none(), to_field_name="code", required=False, label=gettext_lazy("所属活动"),
        empty_label=gettext_lazy("不属于节目单里的活动"),
        help_text=gettext_lazy("选了活动，名称、介绍、时间和分类从活动带过来，不用再填。"),
    )  # fmt: skip

    def __init__(self, *args: Any, organizations: Any, activities: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ask_which(self.fields["organization"], organizations)
        activity = self.fields["activity"]
        assert isinstance(activity, forms.ModelChoiceField)
        activity.queryset = activities


class ItemForm(VersionedForm, SubjectTerms):
    """One item. The kind decides what is asked."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)

    def __init__(
        self,
        *args: Any,
        edition: Edition,
        kind: str,
        activities: Any,
        content: Content | None = None,
        **options: Any,
    ) -> None:
        options["initial"] = _initial(content or {}) | (options.get("initial") or {})
        super().__init__(*args, edition=edition, **options)
        self.kind, self.given = kind, content or {}
        asked = (*TEXTS, *FLAGS, "duration")
        self.fields |= forms.fields_for_model(
            CloudItem,
            fields=[name for name in asked if name not in ("url", "content_signoff")],
            widgets={
                "summary": forms.Textarea(attrs={"rows": 2}),
                "description": forms.Textarea(attrs={"rows": 6}),
            },
        )
        self.fields["content_signoff"] = forms.CharField(label=_("内容审定人"), max_length=60, required=False)
        self.fields["url"] = SafeAddressField(label=_("观看网址"))
        self.fields["replay_url"] = SafeAddressField(label=_("回放网址"))
        self.fields["starts_at"] = forms.DateTimeField(
            label=_("开始时间"), required=False, widget=MomentInput, input_formats=["%Y-%m-%dT%H:%M"]
        )
        self.fields["ends_at"] = forms.DateTimeField(
            label=_("结束时间"), required=False, widget=MomentInput, input_formats=["%Y-%m-%dT%H:%M"]
        )
        self.fields["activity"] = forms.ModelChoiceField(
            activities, required=False, label=_("所属活动"), empty_label=_("不属于节目单里的活动")
        )
        for name in NOT_ASKED[kind]:
            self.fields.pop(name, None)
        for name, field in self.fields.items():
            field.help_text = str(HELP.get(name, field.help_text if name == "activity" else ""))
        if kind == Kind.LIVE:
            self.fields["starts_at"].required = True

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        shown = [
            (title, [self[name] for name in (names or self.term_fields) if name in self.fields])
            for title, names in GROUPS
        ]
        return [(title, fields) for title, fields in shown if fields]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("starts_at"), cleaned.get("ends_at")
        if first and last and last <= first:
            self.add_error("ends_at", _("结束时间要晚于开始时间。"))
        return cleaned

    def content(self) -> Content:
        """What the action writes; call `is_valid` first. What the kind does not ask for is not in it."""
        data = self.cleaned_data
        found: Content = {}
        for name in self.fields:
            if name in ("version", "token") or name in self.term_fields:
                continue
            value = data[name]
            if isinstance(value, Activity):
                value = value.pk
            elif isinstance(value, datetime):
                value = value.isoformat()
            found[name] = value
        # The form shows whole minutes; a moment that was not touched stays as it was
        for name in ("starts_at", "ends_at"):
            if name in found and found[name] and self.given.get(name):
                same = datetime.fromisoformat(found[name]) == _minute(self.given[name])
                found[name] = self.given[name] if same else found[name]
        return found | {"terms": self.terms()}


def _minute(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(second=0, microsecond=0)


def _initial(content: Content) -> dict[str, Any]:
    initial = {name: value for name, value in content.items() if name != "terms"}
    for name in ("starts_at", "ends_at"):
        if initial.get(name):
            initial[name] = localtime(datetime.fromisoformat(initial[name]))
    return initial | terms_initial(content.get("terms", []))


class CoverForm(PictureForm):
    """The picture of an item: the same questions as for an activity's."""


class ReplayForm(forms.Form):
    """Where the replay is."""

    url = SafeAddressField(
        label=gettext_lazy("回放网址"), help_text=gettext_lazy("直播所在的网站，或可以在本站播放的网站。")
    )
