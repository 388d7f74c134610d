from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class AccountsConfig(AppConfig):
    name = "kepuyue.accounts"
    label = "accounts"

    def ready(self) -> None:
        from kepuyue.accounts import receivers  # noqa: F401 -- models must be loaded first
        from kepuyue.core import audit
        from kepuyue.messaging import kinds

        kinds.register("account.sign_in", label=_("登录和密码"), is_secret=True)
        kinds.register("account.security", label=_("登录方式有变化"))
        kinds.register("account.new_device", label=_("新设备登录"), digest=True)
        audit.name_actions(
            {
                "account.edit": pgettext_lazy("audit", "修改个人资料"),
                "account.new_device": pgettext_lazy("audit", "新设备登录"),
                "account.session_end": pgettext_lazy("audit", "退出一台设备"),
                "account.sessions_end": pgettext_lazy("audit", "退出其他设备"),
                "account.password_change": pgettext_lazy("audit", "修改密码"),
                "account.password_reset": pgettext_lazy("audit", "通过邮件设置密码"),
                "account.address_ask": pgettext_lazy("audit", "申请更换登录邮箱"),
                "account.address_change": pgettext_lazy("audit", "更换登录邮箱"),
                "account.address_proven": pgettext_lazy("audit", "确认登录邮箱"),
                "account.factor_add": pgettext_lazy("audit", "添加第二步验证"),
                "account.factor_remove": pgettext_lazy("audit", "移除第二步验证"),
                "account.factor_reset": pgettext_lazy("audit", "清除第二步验证"),
                "account.codes_renew": pgettext_lazy("audit", "更换恢复码"),
                "account.bind": pgettext_lazy("audit", "绑定外部登录"),
                "account.release": pgettext_lazy("audit", "解除外部登录"),
            }
        )
