from datetime import datetime

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.content import labels
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now

register = template.Library()


@register.filter
def waited(since: datetime | None) -> str:
    """How long something has waited, by the domain's clock, in its largest unit."""
    if since is None:
        return ""
    minutes = max(int((now() - since).total_seconds() // 60), 0)
    if minutes >= 24 * 60:
        days = minutes // (24 * 60)
        return ngettext("%(n)s 天", "%(n)s 天", days) % {"n": days}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(n)s 小时", "%(n)s 小时", hours) % {"n": hours}
    return _("不到1小时")


@register.filter
def what_happened(event: AuditEvent) -> str:
    """An audit row of an activity as a phrase."""
    names = labels()
    fields = "、".join(str(names.get(field, field)) for field in event.changes)
    phrases = {
        "activity.create": _("新建了活动"),
        "activity.change": _("修改了%(fields)s") % {"fields": fields},
        "activity.submit": _("提交审核"),
        "activity.withdraw": _("撤回"),
        "activity.publish": _("发布"),
        "activity.revise": _("发布变更：%(fields)s") % {"fields": fields},
        "activity.cancel": _("取消活动"),
        "activity.archive": _("存档"),
        "activity.picture.add": _("添加图片"),
        "activity.picture.remove": _("删除图片"),
        "review.approved": _("审核通过"),
        "review.returned": _("退回修改"),
        "review.rejected": _("不予通过"),
    }
    return phrases.get(event.action, event.action)
