from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kepuyue.imports import reader
from kepuyue.organizations.models import Organization


class UploadForm(forms.Form):
    """A file, and the unit whose activities it holds."""

    organization: Any = forms.ModelChoiceField(queryset=None, label=_("填报单位"))
    file = forms.FileField(
        label=_("表格文件"),
        allow_empty_file=True,  # an empty file gets the reader's own sentence
        help_text=_("Excel 表（.xlsx、.xls、.xlsb、.ods、.et）或 CSV，最大 20 MB。"),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.xlsb,.ods,.et,.csv,.txt"}),
        error_messages={"required": _("请选择要导入的表格文件。")},
    )

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["organization"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organizations
        if len(organizations) == 1:
            field.initial = organizations[0]
            field.widget = forms.HiddenInput()

    def clean_file(self) -> UploadedFile:
        """Refuse by size before anything is read into memory."""
        file: UploadedFile = self.cleaned_data["file"]
        try:
            reader.check_size(file.size or 0)
        except reader.Unreadable as reason:
            raise forms.ValidationError(str(reason)) from None
        return file


class UnitUploadForm(UploadForm):
    """A file of units, and the superior below which they come."""

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **options: Any) -> None:
        super().__init__(*args, organizations=organizations, **options)
        self.fields["organization"].label = _("上级单位")
        self.fields["organization"].help_text = _("表里的单位都会建在它下面。")
