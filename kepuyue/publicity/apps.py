from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PublicityConfig(AppConfig):
    name = "kepuyue.publicity"
    label = "publicity"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds

        audit.name_actions(
            {
                "highlight.choose": pgettext_lazy("audit", "选为每日热点"),
                "highlight.describe": pgettext_lazy("audit", "写热点推荐语"),
                "highlight.order": pgettext_lazy("audit", "调整热点顺序"),
                "highlight.remove": pgettext_lazy("audit", "拿掉每日热点"),
            }
        )
        kinds.register("highlight.chosen", label=_("活动入选每日热点"), digest=True, may_unsubscribe=True)
