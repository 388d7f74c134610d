"""How a delivery ended, in words."""

from django.utils.translation import gettext as _

from kepuyue.partners.models import Delivery


def fault_shown(delivery: Delivery) -> str:
    """What came back, or why nothing did; empty before the first try."""
    if delivery.status is not None:
        return f"HTTP {delivery.status}"
    words = {
        "": "",
        "time-out": _("对方没有及时回答"),
        "no-such-host": _("找不到这个域名"),
        "no-connection": _("连不上"),
        "certificate": _("对方的证书不可信"),
        "inner-address": _("指向内网地址，不会推送"),
        "secret": _("密钥已经打不开，请重新添加这个地址"),
    }
    return words.get(delivery.fault, _("地址或回答有误"))
