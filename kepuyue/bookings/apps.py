from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BookingsConfig(AppConfig):
    name = "kepuyue.bookings"
    label = "bookings"

    def ready(self) -> None:
        from kepuyue.bookings import receivers, telling  # noqa: F401 -- models must be loaded first
        from kepuyue.core import audit
        from kepuyue.messaging import kinds

        audit.name_actions(
            {
                "booking.create": pgettext_lazy("audit", "预约"),
                "booking.check_in": pgettext_lazy("audit", "签到"),
                "booking.undo_check_in": pgettext_lazy("audit", "撤销签到"),
                "booking.promote": pgettext_lazy("audit", "候补转正"),
                "booking.accept": pgettext_lazy("audit", "确认候补名额"),
                "booking.cancel": pgettext_lazy("audit", "取消预约"),
                "booking.erase": pgettext_lazy("audit", "删除预约里的个人信息"),
                "booking.expire": pgettext_lazy("audit", "候补名额逾期"),
                "booking.name": pgettext_lazy("audit", "填写班级名单"),
                "booking.resize": pgettext_lazy("audit", "修改预约人数"),
                "booking.by_proxy": pgettext_lazy("audit", "代办预约"),
                "booking.list": pgettext_lazy("audit", "查看预约名单"),
                "booking.look": pgettext_lazy("audit", "查看一个预约"),
                "booking.show": pgettext_lazy("audit", "查看完整姓名和手机号"),
                "booking.export": pgettext_lazy("audit", "导出预约名单"),
                "booking.carry": pgettext_lazy("audit", "签到手机下载名单"),
                "booking.find": pgettext_lazy("audit", "签到时按姓名查找"),
                "booking.draw": pgettext_lazy("audit", "抽签结果"),
                "ballot.draw": pgettext_lazy("audit", "抽签"),
                "block.place": pgettext_lazy("audit", "限制网上预约"),
                "block.appeal": pgettext_lazy("audit", "对预约限制说明原因"),
                "block.lift": pgettext_lazy("audit", "解除预约限制"),
                "block.uphold": pgettext_lazy("audit", "维持预约限制"),
                "feedback.give": pgettext_lazy("audit", "填写评价"),
                "terms.create": pgettext_lazy("audit", "设置预约规则"),
                "terms.change": pgettext_lazy("audit", "修改预约规则"),
                "terms.remove": pgettext_lazy("audit", "取消预约规则"),
            }
        )
        kinds.register(telling.CODE, label=_("查预约的验证码"), is_secret=True)
        kinds.register(telling.BLOCK, label=_("暂停网上预约"))
        kinds.register(telling.LIFTED, label=_("恢复网上预约"))
        # Each holds the link that opens the ticket
        kinds.register(telling.OFFER, label=_("候补轮到了"), is_secret=True)
        kinds.register(telling.DRAW, label=_("抽签结果"), is_secret=True)
        kinds.register(telling.CHANGE, label=_("预约的场次有变化"), is_secret=True)
        kinds.register(telling.REMINDER, label=_("预约前一天的提醒"), is_secret=True)
