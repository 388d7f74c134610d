from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class BookingsConfig(AppConfig):
    name = "kepuyue.bookings"
    label = "bookings"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "booking.create": pgettext_lazy("audit", "预约"),
                "booking.promote": pgettext_lazy("audit", "候补转正"),
                "booking.accept": pgettext_lazy("audit", "确认候补名额"),
                "booking.cancel": pgettext_lazy("audit", "取消预约"),
                "booking.expire": pgettext_lazy("audit", "候补名额逾期"),
                "booking.resize": pgettext_lazy("audit", "修改预约人数"),
                "booking.by_proxy": pgettext_lazy("audit", "代办预约"),
                "booking.list": pgettext_lazy("audit", "查看预约名单"),
                "booking.look": pgettext_lazy("audit", "查看一个预约"),
                "booking.show": pgettext_lazy("audit", "查看完整姓名和手机号"),
                "booking.export": pgettext_lazy("audit", "导出预约名单"),
                "terms.create": pgettext_lazy("audit", "设置预约规则"),
                "terms.change": pgettext_lazy("audit", "修改预约规则"),
                "terms.remove": pgettext_lazy("audit", "取消预约规则"),
            }
        )
