"""What people type about letters. Forms hand clean facts to the actions."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from kepuyue.mailbox.models import Letter
from kepuyue.ui.forms import VersionedForm


class FilesInput(forms.ClearableFileInput):
    """Several files in one field."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Several files; each passes what a single one passes."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        """The files as a list; empty ones and none are refused."""
        given = data if isinstance(data, list | tuple) else [data]
        return [super(FilesField, self).clean(one, initial) for one in given or [None]]


class DocumentForm(forms.Form):
    """An official letter: its number and its files."""

    number = forms.CharField(
        label=gettext_lazy("发文字号"),
        max_length=60,
        help_text=gettext_lazy("照来文写，像这样：深龙科协〔2024〕12号。"),
    )
    subject = forms.CharField(
        label=gettext_lazy("来文标题"), max_length=200, required=False,
        help_text=gettext_lazy("可不填；写了单位和活动名称，更容易对上。"),
    )  # fmt: skip
    upload = FilesField(
        label=gettext_lazy("文件"),
        help_text=gettext_lazy(
            "正文和附件一起选：Word、PDF、Excel、图片、压缩包或邮件，最多10个，一共不超过30 MB。"
        ),
    )


class PlaceForm(VersionedForm):
    """The activities whose drafts a letter goes into, by their codes."""

    code = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, codes: list[str], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["code"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(code, code) for code in codes]


class AsideForm(VersionedForm):
    """Why a letter is left."""

    note = forms.CharField(
        label=gettext_lazy("为什么搁置"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("例如：不是总结；重复来件；已请单位自己填。"),
    )  # fmt: skip


class TrayFilter(forms.Form):
    """Which letters are wanted; what is not understood shows those that wait."""

    WAYS = (
        ("waiting", gettext_lazy("等人处理")),
        ("placed", gettext_lazy("已填入总结")),
        ("set_aside", gettext_lazy("已搁置")),
    )
    STATES = {
        "waiting": (Letter.State.NEW, Letter.State.WAITING),
        "placed": (Letter.State.PLACED,),
        "set_aside": (Letter.State.SET_ASIDE,),
    }
    show = forms.ChoiceField(choices=WAYS, required=False)

    @property
    def shown(self) -> str:
        """The wanted state, the waiting ones where none is said."""
        return self.cleaned_data.get("show") or "waiting" if self.is_valid() else "waiting"
