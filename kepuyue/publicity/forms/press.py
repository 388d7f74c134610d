"""A story for the press, when it appears, and on which terms a picture may be used."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.models import Picture
from kepuyue.editions.models import Edition
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import Organization
from kepuyue.publicity.forms.named import ActivitiesField, public_activities
from kepuyue.publicity.models import PressPicture, Story
from kepuyue.ui.forms import VersionedForm

TEXTS = ("title", "summary", "body", "title_en", "summary_en", "body_en")
LONGEST = 20_000  # characters of a text
MARKDOWN = gettext_lazy("用 Markdown 书写：空一行分段，“## ”开头是小标题，“- ”开头是清单。")
USUAL_TERMS = "可用于报道科普月，请署名；不得用于广告，不得改变原意。"
USUAL_TERMS_EN = (
    "Free for reporting on the science month, with credit; not for advertising, not out of context."
)


class StoryForm(VersionedForm):
    """What a story says."""

    token = forms.UUIDField(widget=forms.HiddenInput, required=False, initial=uuid4)
    organization = forms.ModelChoiceField(Organization.objects.none(), label=gettext_lazy("发布单位"))
    title = forms.CharField(label=gettext_lazy("标题"), max_length=80)
    summary = forms.CharField(
        label=gettext_lazy("导语"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("一两句话说清谁、何时、何地、什么事。"),
    )  # fmt: skip
    body = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 14, "class": "article"}),
        help_text=MARKDOWN,
    )
    title_en = forms.CharField(label=gettext_lazy("标题（英文）"), max_length=160, required=False)
    summary_en = forms.CharField(
        label=gettext_lazy("导语（英文）"),
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    body_en = forms.CharField(
        label=gettext_lazy("正文（英文）"), max_length=LONGEST, required=False,
        widget=forms.Textarea(attrs={"rows": 14, "class": "article"}),
        help_text=gettext_lazy("不填时，英文页面显示中文，并说明没有译文。"),
    )  # fmt: skip
    picture = forms.ModelChoiceField(
        PressPicture.objects.none(), label=gettext_lazy("主图"), required=False,
        empty_label=gettext_lazy("不用图片"),
        help_text=gettext_lazy("只能选已确认媒体可用的图片。"),
    )  # fmt: skip

    def __init__(
        self, *args: Any, edition: Edition, organizations: Any, story: Story | None = None, **options: Any
    ) -> None:
        options["initial"] = (_initial(story) if story else {}) | (options.get("initial") or {})
        super().__init__(*args, **options)
        ask_which(self.fields["organization"], organizations)
        choice = self.fields["picture"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = (
            PressPicture.objects.usable().filter(edition=edition).select_related("picture__activity")
        )
        self.fields["activities"] = ActivitiesField(
            rows=public_activities(edition), label=_("相关活动"),
            help_text=_("一行一项：编号、活动页面的网址，或名称。"),
        )  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """What the action writes; call `is_valid` first."""
        return {name: self.cleaned_data[name] for name in (*TEXTS, "picture", "activities")}

    def groups(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields as the page shows them."""
        parts = (
            (_("中文"), ("organization", "title", "summary", "body")),
            (_("图片和相关活动"), ("picture", "activities")),
            (_("英文"), ("title_en", "summary_en", "body_en")),
        )
        return [
            (title, [self[name] for name in names if name in self.fields and not self[name].is_hidden])
            for title, names in parts
        ]


def _initial(story: Story) -> dict[str, Any]:
    facts = {name: getattr(story, name) for name in TEXTS}
    return facts | {
        "picture": story.picture_id,
        "activities": list(story.activities.all()),
        "organization": story.organization_id,
        "version": story.version,
    }


class ReleaseForm(VersionedForm):
    """Now, or at a later moment in the edition's zone."""

    at = forms.DateTimeField(
        label=gettext_lazy("定时发布"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("不填就是现在发布。"),
    )  # fmt: skip


class ClearingForm(VersionedForm):
    """Whose the picture is, who can be seen in it, and what media have to keep to."""

    credit = forms.CharField(
        label=gettext_lazy("署名"),
        max_length=80,
        help_text=gettext_lazy("媒体照此署名，例如：深圳市科协供图。"),
    )
    ground = forms.ChoiceField(
        label=gettext_lazy("权利依据"), choices=PressPicture.Ground.choices, widget=forms.RadioSelect
    )
    people = forms.ChoiceField(
        label=gettext_lazy("画面中的人"), choices=PressPicture.People.choices, widget=forms.RadioSelect
    )
    evidence = forms.CharField(
        label=gettext_lazy("凭证"), max_length=200, required=False,
        help_text=gettext_lazy("授权书、同意书的编号或存放处。不公开。"),
    )  # fmt: skip
    terms = forms.CharField(label=gettext_lazy("使用要求"), max_length=200, initial=USUAL_TERMS)
    terms_en = forms.CharField(
        label=gettext_lazy("使用要求（英文）"), max_length=300, required=False, initial=USUAL_TERMS_EN
    )

    def __init__(self, *args: Any, picture: Picture, known: PressPicture | None, **options: Any) -> None:
        names = ("credit", "ground", "people", "evidence", "terms", "terms_en", "version")
        first = {"credit": picture.credit}
        options["initial"] = {name: getattr(known, name) for name in names} if known else first
        super().__init__(*args, **options)

    def facts(self) -> dict[str, Any]:
        """What the action writes; call `is_valid` first."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}
