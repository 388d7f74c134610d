from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class InsightConfig(AppConfig):
    name = "kepuyue.insight"
    label = "insight"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "figures.publish": pgettext_lazy("audit", "发布数字"),
                "figures.correct": pgettext_lazy("audit", "更正已发布的数字"),
                "statistics.keep": pgettext_lazy("audit", "填写统计年报"),
            }
        )
