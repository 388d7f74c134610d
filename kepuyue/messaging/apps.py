from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MessagingConfig(AppConfig):
    name = "kepuyue.messaging"
    label = "messaging"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds

        kinds.register("messages.digest", label=_("每日摘要"))
        audit.name_actions(
            {
                "messages.choose": pgettext_lazy("audit", "修改消息设置"),
                "messages.hold": pgettext_lazy("audit", "暂缓一条消息"),
                "messages.release": pgettext_lazy("audit", "放行一条消息"),
                "messages.send_again": pgettext_lazy("audit", "重发一条消息"),
                "messages.hold_kind": pgettext_lazy("audit", "暂缓一类消息"),
                "messages.release_kind": pgettext_lazy("audit", "放行一类消息"),
            }
        )
