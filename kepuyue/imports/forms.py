from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import URLValidator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kepuyue.imports import reader
from kepuyue.imports.actions.subscribing import address_of
from kepuyue.imports.calendars.plain import MOST_BYTES
from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import Organization


class SheetForm(forms.Form):
    """A file with a table."""

    file = forms.FileField(
        label=_("表格文件"),
        allow_empty_file=True,  # an empty file gets the reader's own sentence
        help_text=_("Excel 表（.xlsx、.xls、.xlsb、.ods、.et）或 CSV，最大 20 MB。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.et,.csv,.txt,.htm,.html"}),
        error_messages={"required": _("请选择要导入的表格文件。")},
    )

    def clean_file(self) -> UploadedFile:
        """Refuse by size before anything is read into memory."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            reader.check_size(file.size or 0)
        except reader.Unreadable as reason:
            raise forms.ValidationError(str(reason)) from None
        return file


class UploadForm(SheetForm):
    """A file, and the unit whose activities it holds."""

    organization: Any = forms.ModelChoiceField(queryset=None, label=_("填报单位"))
    field_order = ("organization", "file")

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **options: Any) -> None:
        super().__init__(*args, **options)
        ask_which(self.fields["organization"], organizations)


class UnitUploadForm(UploadForm):
    """A file of units, and the superior below which they come."""

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **options: Any) -> None:
        super().__init__(*args, organizations=organizations, **options)
        self.fields["organization"].label = _("上级单位")
        self.fields["organization"].help_text = _("表里的单位都会建在它下面。")


class CalendarFileForm(forms.Form):
    """A new file of a calendar."""

    file = forms.FileField(
        label=_("日历文件"),
        required=False,
        allow_empty_file=True,  # an empty file gets the reader's own sentence
        help_text=_(".ics、会议日程（XML、JSON）、OpenAgenda（JSON）或保存的活动网页，最大 5 MB。"),
        widget=forms.FileInput(attrs={"accept": ".ics,.ical,.xml,.json,.html,.htm"}),
    )

    def clean_file(self) -> UploadedFile | None:
        """Refuse by size before anything is read into memory."""
        file: UploadedFile | None = self.cleaned_data["file"]
        if file is not None and (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(_("文件太大，最多5 MB。请只导出本届期间的活动。"))
        return file


class CalendarForm(CalendarFileForm):
    """The address of a calendar, or a file of one, and the unit whose activities it names."""

    organization: Any = forms.ModelChoiceField(queryset=None, label=_("填报单位"))
    url = forms.CharField(
        label=_("日历网址"),
        required=False,
        max_length=500,
        help_text=_("日历软件里“公开日历”“订阅地址”那一行，或活动网页的网址。系统会按时刷新。"),
        widget=forms.TextInput(attrs={"inputmode": "url", "placeholder": "https://", "autocomplete": "url"}),
    )
    field_order = ("organization", "url", "file")

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **options: Any) -> None:
        super().__init__(*args, **options)
        ask_which(self.fields["organization"], organizations)

    def clean_url(self) -> str:
        """The address as it is asked; that it points to no inner network is seen when it is asked."""
        text = str(self.cleaned_data["url"]).strip()
        if not text:
            return ""
        try:
            url = address_of(text if "://" in text else f"https://{text}")
            URLValidator(schemes=("http", "https"))(url)
        except ValueError:
            raise forms.ValidationError(_("网址写得不对。")) from None
        return url

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and bool(cleaned.get("url")) == bool(cleaned.get("file") is not None):
            self.add_error("url", _("请填写日历网址，或选择一个文件，二者选一。"))
        return cleaned
