from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CloudConfig(AppConfig):
    name = "kepuyue.cloud"
    label = "cloud"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds

        audit.name_actions(
            {
                "cloud.create": pgettext_lazy("audit", "登记云上节目"),
                "cloud.change": pgettext_lazy("audit", "修改云上节目"),
                "cloud.discard": pgettext_lazy("audit", "放弃云上节目的修改"),
                "cloud.submit": pgettext_lazy("audit", "提交云上节目"),
                "cloud.take_back": pgettext_lazy("audit", "收回云上节目"),
                "cloud.approve": pgettext_lazy("audit", "通过云上节目"),
                "cloud.return": pgettext_lazy("audit", "退回云上节目"),
                "cloud.withdraw": pgettext_lazy("audit", "撤回云上节目"),
                "cloud.reopen": pgettext_lazy("audit", "重新编辑云上节目"),
                "cloud.live": pgettext_lazy("audit", "开始直播"),
                "cloud.ended": pgettext_lazy("audit", "结束直播"),
                "cloud.replay": pgettext_lazy("audit", "填写回放网址"),
                "cloud.cover.add": pgettext_lazy("audit", "添加云上节目封面"),
                "cloud.cover.remove": pgettext_lazy("audit", "删除云上节目封面"),
                "question.ask": pgettext_lazy("audit", "收到提问"),
                "question.take_back": pgettext_lazy("audit", "提问人撤回提问"),
                "question.release": pgettext_lazy("audit", "公开提问"),
                "question.reword": pgettext_lazy("audit", "修改提问的文字"),
                "question.refuse": pgettext_lazy("audit", "不公开提问"),
                "question.reopen": pgettext_lazy("audit", "重新审看提问"),
                "question.merge": pgettext_lazy("audit", "合并提问"),
                "question.answer": pgettext_lazy("audit", "回答提问"),
            }
        )
        kinds.register("cloud.turn", label=_("云上节目等我审核"), digest=True, may_unsubscribe=False)
        kinds.register("cloud.decided", label=_("云上节目的审核结果"), digest=True, may_unsubscribe=False)
        kinds.register("question.turn", label=_("提问等我审看"), digest=True, may_unsubscribe=True)
