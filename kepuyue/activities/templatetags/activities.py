from datetime import datetime

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kepuyue.activities.content import labels
from kepuyue.core import audit, wording
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
        return ngettext("%(n)s天", "%(n)s天", days) % {"n": days}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(n)s小时", "%(n)s小时", hours) % {"n": hours}
    return _("不到1小时")


@register.filter
def field_label(field: str) -> str:
    """A field's name as people read it."""
    return str(labels().get(field, field))


@register.filter
def what_happened(event: AuditEvent) -> str:
    """An audit row of an activity as a phrase."""
    what = audit.action_name(event.action)
    if event.action not in ("activity.change", "activity.revise"):
        return what
    names = labels()
    fields = wording.listed(names.get(field, field) for field in event.changes)
    return wording.labelled(what, fields)
