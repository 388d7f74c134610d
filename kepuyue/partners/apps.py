from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartnersConfig(AppConfig):
    name = "kepuyue.partners"
    label = "partners"

    def ready(self) -> None:
        from kepuyue.core import audit
        from kepuyue.messaging import kinds
        from kepuyue.partners import receivers  # noqa: F401 (models must be ready before they listen)

        kinds.register("partners.failed", label=_("推送地址多次失败"))
        audit.name_actions(
            {
                "token.make": pgettext_lazy("audit", "建立访问令牌"),
                "token.first_use": pgettext_lazy("audit", "第一次使用访问令牌"),
                "token.revoke": pgettext_lazy("audit", "停用访问令牌"),
                "endpoint.make": pgettext_lazy("audit", "添加推送地址"),
                "endpoint.pause": pgettext_lazy("audit", "暂停推送"),
                "endpoint.resume": pgettext_lazy("audit", "恢复推送"),
                "endpoint.fail": pgettext_lazy("audit", "推送多次失败，已停用"),
                "endpoint.remove": pgettext_lazy("audit", "删除推送地址"),
                "delivery.again": pgettext_lazy("audit", "重新推送"),
            }
        )
