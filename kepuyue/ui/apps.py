from django import forms
from django.apps import AppConfig
from django.core import validators
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy


class UiConfig(AppConfig):
    name = "kepuyue.ui"
    label = "ui"

    def ready(self) -> None:
        """Django's own sentences speak of "fields", "values" and "variables"; whoever reads ours knows what to do."""
        forms.Field.default_error_messages["required"] = _("请填写或选择这一项。")
        forms.IntegerField.default_error_messages["invalid"] = _("请只写整数。")
        forms.DateField.default_error_messages["invalid"] = _("看不懂这个日期，请写成 2024-09-14 这样。")
        forms.TimeField.default_error_messages["invalid"] = _("看不懂这个时间，请写成 14:00 这样。")
        forms.DateTimeField.default_error_messages["invalid"] = _(
            "看不懂这个日期和时间，请写成 2024-09-14 14:00 这样。"
        )
        address = _("请写完整的网址，以 http:// 或 https:// 开头。")
        forms.URLField.default_error_messages["invalid"] = address
        none_such = _("没有这个选项，请从列表里选。")
        for field in (
            forms.ChoiceField,
            forms.MultipleChoiceField,
            forms.ModelChoiceField,
            forms.ModelMultipleChoiceField,
        ):
            field.default_error_messages["invalid_choice"] = none_such
        validators.URLValidator.message = address
        validators.EmailValidator.message = _("请写完整的邮箱地址，例如 name@example.cn。")
        validators.MinValueValidator.message = _("不能小于%(limit_value)s。")
        validators.MaxValueValidator.message = _("不能大于%(limit_value)s。")
        validators.ProhibitNullCharactersValidator.message = _("里面有看不见的控制字符，请删掉后重写。")
        validators.MaxLengthValidator.message = ngettext_lazy(
            "太长了：最多%(limit_value)d个字，现在有%(show_value)d个。",
            "太长了：最多%(limit_value)d个字，现在有%(show_value)d个。",
            "limit_value",
        )
