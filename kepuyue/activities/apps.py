from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ActivitiesConfig(AppConfig):
    name = "kepuyue.activities"
    label = "activities"

    def ready(self) -> None:
        from kepuyue.core import audit  # models must be loaded first

        audit.name_actions(
            {
                "activity.create": _("新建了活动"),
                "activity.change": _("修改"),
                "activity.submit": _("提交审核"),
                "activity.withdraw": _("撤回"),
                "activity.publish": _("发布"),
                "activity.revise": _("发布变更"),
                "activity.cancel": _("取消活动"),
                "activity.archive": _("存档"),
                "activity.picture.add": _("添加图片"),
                "activity.picture.remove": _("删除图片"),
                "review.approved": _("审核通过"),
                "review.returned": _("退回修改"),
                "review.rejected": _("不予通过"),
            }
        )
