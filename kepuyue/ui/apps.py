from django.apps import AppConfig
from django.forms import Field
from django.utils.translation import gettext_lazy as _


class UiConfig(AppConfig):
    name = "kepuyue.ui"
    label = "ui"

    def ready(self) -> None:
        # Django's own sentence speaks of a "field"; whoever reads ours knows what to do
        Field.default_error_messages["required"] = _("请填写或选择这一项。")
