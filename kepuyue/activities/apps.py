from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ActivitiesConfig(AppConfig):
    name = "kepuyue.activities"
    label = "activities"

    def ready(self) -> None:
        from kepuyue.activities import (
            official,
            receivers,  # noqa: F401 (models must be ready before they listen)
        )
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds

        official.register()
        kinds.register("review.turn", label=_("轮到我审核"), digest=True, may_unsubscribe=True)
        kinds.register("review.decided", label=_("审核结果"))
        kinds.register("review.assigned", label=_("审核分办和接手"), digest=True, may_unsubscribe=True)
        kinds.register("review.taken_back", label=_("上一级收回"))
        kinds.register("review.late", label=_("审核超时提醒"))
        kinds.register("activity.changed", label=_("活动取消、改期、换地点和下架"))
        audit.name_actions(
            {
                "activity.create": pgettext_lazy("audit", "新建了活动"),
                "activity.clone": pgettext_lazy("audit", "从以前的活动复制"),
                "activity.confirm": pgettext_lazy("audit", "核对了上次的内容"),
                "activity.locate": pgettext_lazy("audit", "标注了场地位置"),
                "activity.carry_over": pgettext_lazy("audit", "沿用了上一项活动的联系人和负责人"),
                "activity.change": pgettext_lazy("audit", "修改"),
                "activity.submit": pgettext_lazy("audit", "提交审核"),
                "activity.withdraw": pgettext_lazy("audit", "撤回"),
                "activity.publish": pgettext_lazy("audit", "发布"),
                "activity.revise": pgettext_lazy("audit", "发布变更"),
                "activity.cancel": pgettext_lazy("audit", "取消活动"),
                "activity.archive": pgettext_lazy("audit", "存档"),
                "activity.picture.add": pgettext_lazy("audit", "添加图片"),
                "activity.picture.remove": pgettext_lazy("audit", "删除图片"),
                "activity.delete": pgettext_lazy("audit", "删除了草稿"),
                "activity.discard": pgettext_lazy("audit", "放弃了修改"),
                "activity.sign_off": pgettext_lazy("audit", "签审了内容"),
                "activity.sign_off_link": pgettext_lazy("audit", "发出了签审链接"),
                "activity.licence": pgettext_lazy("audit", "填写了许可文号"),
                "activity.waive": pgettext_lazy("audit", "登记了迟报例外"),
                "activity.waiver_asked": pgettext_lazy("audit", "请求迟报例外"),
                "activity.fast_lane": pgettext_lazy("audit", "免审发布"),
                "activity.take_down": pgettext_lazy("audit", "下架"),
                "activity.restore": pgettext_lazy("audit", "恢复"),
                "session.cancelled": pgettext_lazy("audit", "取消了场次"),
                "session.postponed": pgettext_lazy("audit", "场次延期"),
                "session.retimed": pgettext_lazy("audit", "场次改期"),
                "session.full": pgettext_lazy("audit", "说明了场次的名额"),
                "session.moved": pgettext_lazy("audit", "场次换地点"),
                "sampling.fine": pgettext_lazy("audit", "抽查没有问题"),
                "sampling.returned": pgettext_lazy("audit", "抽查要求更正"),
                "sampling.corrected": pgettext_lazy("audit", "抽查的问题已更正"),
                "sampling.taken_down": pgettext_lazy("audit", "抽查后下架"),
                "unit.trust": pgettext_lazy("audit", "登记为免审单位"),
                "unit.distrust": pgettext_lazy("audit", "取消了免审"),
                "review.approved": pgettext_lazy("audit", "审核通过"),
                "review.returned": pgettext_lazy("audit", "退回修改"),
                "review.reroute": pgettext_lazy("audit", "改由新的上级审核"),
                "review.rejected": pgettext_lazy("audit", "不予通过"),
                "review.taken_back": pgettext_lazy("audit", "收回审核通过"),
                "review.assign": pgettext_lazy("audit", "分办审核"),
                "review.take_over": pgettext_lazy("audit", "接手审核"),
                "review.hand_over": pgettext_lazy("audit", "审核工作随交接转交"),
                "review.release": pgettext_lazy("audit", "退回待分办"),
                "review.escalate": pgettext_lazy("audit", "审核超时催办"),
                "remark.keep": pgettext_lazy("audit", "保存常用意见"),
                "remark.drop": pgettext_lazy("audit", "删除常用意见"),
                "words.change": pgettext_lazy("audit", "修改敏感词表"),
            }
        )
