from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ImportsConfig(AppConfig):
    name = "kepuyue.imports"
    label = "imports"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions({"import.stage": _("上传表格"), "import.commit": _("导入表格")})
