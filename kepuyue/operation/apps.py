from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class OperationConfig(AppConfig):
    name = "kepuyue.operation"
    label = "operation"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions({"duty.run": pgettext_lazy("audit", "立即运行后台任务")})
