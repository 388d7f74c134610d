from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ResourcesConfig(AppConfig):
    name = "kepuyue.resources"
    label = "resources"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds
        from kepuyue.resources import receivers  # noqa: F401 (models must be ready before they listen)

        audit.name_actions(
            {
                "offer.create": pgettext_lazy("audit", "登记资源"),
                "offer.change": pgettext_lazy("audit", "修改资源"),
                "offer.open": pgettext_lazy("audit", "开放资源"),
                "offer.pause": pgettext_lazy("audit", "暂停资源"),
                "offer.close": pgettext_lazy("audit", "停止资源"),
                "offer.picture.add": pgettext_lazy("audit", "添加资源图片"),
                "offer.picture.remove": pgettext_lazy("audit", "删除资源图片"),
                "request.create": pgettext_lazy("audit", "提出需求"),
                "request.change": pgettext_lazy("audit", "修改需求"),
                "request.withdraw": pgettext_lazy("audit", "撤回需求"),
                "request.open_up": pgettext_lazy("audit", "改为公开征集"),
                "request.expire": pgettext_lazy("audit", "需求过期"),
                "request.fulfil": pgettext_lazy("audit", "约定完成"),
                "request.call_off": pgettext_lazy("audit", "取消约定"),
                "proposal.answer": pgettext_lazy("audit", "答复需求"),
                "proposal.counter": pgettext_lazy("audit", "另提时间"),
                "proposal.accept": pgettext_lazy("audit", "接受"),
                "proposal.decline": pgettext_lazy("audit", "谢绝"),
                "proposal.take_back": pgettext_lazy("audit", "收回答复"),
                "joint.draft": pgettext_lazy("audit", "由资源对接生成草稿"),
                "opening.change": pgettext_lazy("audit", "填写开放安排"),
                "opening.file": pgettext_lazy("audit", "报送开放安排"),
                "opening.confirm": pgettext_lazy("audit", "确认开放安排"),
                "opening.return": pgettext_lazy("audit", "退回开放安排"),
                "opening.remind": pgettext_lazy("audit", "提醒填报开放安排"),
            }
        )
        kinds.register("resource.turn", label=_("资源对接等我答复"), digest=False, may_unsubscribe=False)
        kinds.register("resource.news", label=_("资源对接的进展"), digest=True, may_unsubscribe=True)
        kinds.register("resource.agreed", label=_("约定成立和取消"), digest=False, may_unsubscribe=False)
        kinds.register("opening.turn", label=_("开放安排等我处理"), digest=True, may_unsubscribe=False)
