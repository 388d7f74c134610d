from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MailboxConfig(AppConfig):
    name = "kepuyue.mailbox"
    label = "mailbox"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds

        audit.name_actions(
            {
                "letter.take": pgettext_lazy("audit", "收到来件"),
                "letter.enter": pgettext_lazy("audit", "登记公文"),
                "letter.read": pgettext_lazy("audit", "读取来件"),
                "letter.place": pgettext_lazy("audit", "用来件填写总结"),
                "letter.set_aside": pgettext_lazy("audit", "搁置来件"),
                "letter.take_up": pgettext_lazy("audit", "重新处理来件"),
            }
        )
        # Who sent a report by mail is answered by mail, whatever they read at the desk
        kinds.register("letter.receipt", label=_("邮件报送的回执"))
