"""The forms of questions: asking, looking after one's own, and what moderators do."""

from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.cloud import privacy
from kepuyue.cloud.actions.asking import LONGEST, SHORTEST
from kepuyue.cloud.models import Question
from kepuyue.ui.forms import VersionedForm


class AskForm(forms.Form):
    """One question. What would lead to a person is taken out and shown before anything is sent on."""

    text = forms.CharField(
        label=gettext_lazy("您的问题"), max_length=LONGEST, min_length=SHORTEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("请不要写真实姓名、学校、电话、住址和账号。最多500字。"),
        error_messages={"max_length": gettext_lazy("最多%(limit_value)d字，现在有%(show_value)d字，请写短一些。")},
    )  # fmt: skip
    nickname = forms.CharField(
        label=gettext_lazy("称呼"), max_length=20, required=False,
        help_text=gettext_lazy("可以不填；请不要用真名。"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    # Programs fill in every field; people do not see this one
    website = forms.CharField(
        label=gettext_lazy("请留空"), required=False, max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # What is pasted is told to be too long and not cut off without a word
        self.fields["text"].widget.attrs.pop("maxlength", None)

    @property
    def is_by_a_program(self) -> bool:
        """Whether the field that people do not see was filled in."""
        return bool(self.data.get("website"))

    def clean(self) -> dict[str, Any]:
        """Masks, shows the masked text in the field and asks to look at it once more; nothing was kept yet."""
        cleaned = super().clean() or {}
        kinds: list[str] = []
        for name in ("text", "nickname"):
            safe = privacy.masked(cleaned.get(name) or "")
            if safe.kinds:
                kinds += safe.kinds
                data: Any = self.data.copy()  # type: ignore[attr-defined]
                data[name] = safe.text
                self.data = data
        if kinds:
            named = "、".join(dict.fromkeys(kinds))
            self.add_error(
                "text",
                _("为了保护您，已隐去%(kinds)s，没有保存。请看一看，没问题就再提交一次。") % {"kinds": named},
            )
        return cleaned


class CodesForm(forms.Form):
    """The codes of one's own questions: several from the browser's memory, or one that was typed."""

    code = forms.CharField(
        label=gettext_lazy("提问码"), max_length=20, required=False,
        help_text=gettext_lazy("提交后显示的12位字母和数字。"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def codes(self) -> list[str]:
        """All that were sent; what is no code is passed over."""
        sent = self.data.getlist("code") if hasattr(self.data, "getlist") else []
        return [code.strip()[:20] for code in sent[:50] if code.strip()]


class WordingForm(VersionedForm):
    """The question as the public will read it."""

    text = forms.CharField(
        label=gettext_lazy("公开的文字"), max_length=LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("只去掉会暴露提问人的内容，或改短；不要改变意思。"),
    )  # fmt: skip
    nickname = forms.CharField(label=gettext_lazy("公开的称呼"), max_length=20, required=False)


class RefusalForm(VersionedForm):
    """Why a question is not shown."""

    reason = forms.CharField(
        label=gettext_lazy("不公开的原因"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("提问人凭提问码会看到，请写得客气。"),
    )  # fmt: skip


class MergerForm(VersionedForm):
    """The question that this one is the same as."""

    into = forms.ModelChoiceField(queryset=Question.objects.none(), label=gettext_lazy("并入哪一条"))

    def __init__(self, *args: Any, question: Question, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["into"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = (
            Question.objects.filter(
                item=question.item_id, state__in=(Question.State.WAITING, Question.State.PUBLIC)
            )
            .exclude(pk=question.pk)
            .order_by("pk")
        )
        field.label_from_instance = lambda one: one.text[:60]  # type: ignore[method-assign,assignment]


class AnswerForm(VersionedForm):
    """The unit's answer."""

    text = forms.CharField(
        label=gettext_lazy("回答"), max_length=3000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    answered_as = forms.CharField(
        label=gettext_lazy("回答人"), max_length=80, required=False,
        help_text=gettext_lazy("可以不填，显示为单位。写专家姓名前请先征得同意。"),
    )  # fmt: skip
