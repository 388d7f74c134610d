from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class SummariesConfig(AppConfig):
    name = "kepuyue.summaries"
    label = "summaries"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first
        from kepuyue.messaging import kinds
        from kepuyue.summaries.reporting import document, letter

        document.register()
        letter.register()

        audit.name_actions(
            {
                "summary.open": pgettext_lazy("audit", "总结开始填报"),
                "summary.change": pgettext_lazy("audit", "填写总结"),
                "summary.fill": pgettext_lazy("audit", "用来件填入总结草稿"),
                "summary.file": pgettext_lazy("audit", "报送总结"),
                "summary.take_back": pgettext_lazy("audit", "取回总结"),
                "summary.supplement": pgettext_lazy("audit", "开始补报"),
                "summary.photo.add": pgettext_lazy("audit", "添加总结照片"),
                "summary.photo.describe": pgettext_lazy("audit", "修改照片说明"),
                "summary.photo.remove": pgettext_lazy("audit", "删除总结照片"),
                "summary.photo.withhold": pgettext_lazy("audit", "不再公开总结照片"),
                "summary.accept": pgettext_lazy("audit", "采纳总结"),
                "summary.return": pgettext_lazy("audit", "退回总结"),
                "summary.chase": pgettext_lazy("audit", "催报总结"),
            }
        )
        kinds.register("summary.due", label=_("总结可以填了、快到期了"), digest=True, may_unsubscribe=True)
        kinds.register("summary.turn", label=_("总结等我采纳"), digest=True, may_unsubscribe=True)
        kinds.register("summary.decided", label=_("总结的采纳和退回"), digest=True)
        kinds.register("summary.late", label=_("上级催报总结"), digest=True)
