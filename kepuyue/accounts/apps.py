from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "kepuyue.accounts"
    label = "accounts"

    def ready(self) -> None:
        from kepuyue.messaging import kinds  # rooms are named once all are loaded

        kinds.register("account.sign_in", label=_("登录和密码"))
