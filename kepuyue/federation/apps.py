from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class FederationConfig(AppConfig):
    name = "kepuyue.federation"
    label = "federation"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.federation import receivers  # noqa: F401 (models must be ready before they listen)

        audit.name_actions(
            {
                "source.add": pgettext_lazy("audit", "登记来源城市"),
                "source.start": pgettext_lazy("audit", "开始聚合来源城市"),
                "source.change": pgettext_lazy("audit", "修改来源城市"),
                "source.pause": pgettext_lazy("audit", "暂停来源城市"),
                "source.resume": pgettext_lazy("audit", "恢复来源城市"),
                "source.read": pgettext_lazy("audit", "读取来源城市"),
                "source.read_soon": pgettext_lazy("audit", "要求读取来源城市"),
                "source.moved": pgettext_lazy("audit", "确认来源城市的新网址"),
                "source.withdraw": pgettext_lazy("audit", "撤下来源城市"),
                "source.begin_anew": pgettext_lazy("audit", "来源城市从头读取"),
                "source.correspond": pgettext_lazy("audit", "决定分类对照"),
            }
        )
