"""Who is told of what happens to an item and to questions, by mail and at the desk."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.cloud.models import CloudItem, Question
from kepuyue.cloud.permissions import reviewing_unit
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Role
from kepuyue.organizations.permissions import REVIEWING
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.organizations.models import Organization

WRITING = (Role.OWNER, Role.EDITOR, Role.OFFICE)
MODERATING = (Role.OWNER, Role.MODERATOR, Role.OFFICE)


@notices.in_city_language
def turn(item: CloudItem) -> None:
    """The superior has something to read."""
    notices.tell(
        "cloud.turn",
        people_of(reviewing_unit(item), REVIEWING),
        subject=_("云上节目待审核：%(title)s"),
        body=_("%(unit)s提交了云上节目“%(title)s”，请审核。"),
        values=_values(item),
        link=reverse("cloud:item", args=[item.code]),
        key=f"cloud.turn:{item.pk}:{item.version}",
    )


@notices.in_city_language
def decided(item: CloudItem) -> None:
    """The unit learns what the superior decided."""
    is_public = item.state == CloudItem.State.PUBLISHED
    notices.tell(
        "cloud.decided",
        people_of(item.organization, WRITING),
        subject=_("云上节目已发布：%(title)s") if is_public else _("云上节目请修改：%(title)s"),
        body=_("“%(title)s”已通过审核，公众现在可以看到。")
        if is_public
        else _("“%(title)s”需要修改。意见：%(remark)s"),
        values=_values(item),
        link=reverse("cloud:item", args=[item.code]),
        key=f"cloud.decided:{item.pk}:{item.version}",
    )


@notices.in_city_language
def withdrawn(item: CloudItem) -> None:
    """The unit learns that somebody above took its item off the public pages."""
    notices.tell(
        "cloud.decided",
        people_of(item.organization, WRITING),
        subject=_("云上节目已撤回：%(title)s"),
        body=_("上级撤回了“%(title)s”，公众现在看不到。原因：%(remark)s"),
        values=_values(item) | {"remark": item.withdraw_reason},
        link=reverse("cloud:item", args=[item.code]),
        key=f"cloud.withdrawn:{item.pk}:{item.version}",
    )


@notices.in_city_language
def asked(question: Question) -> None:
    """Questions wait. One message for a topic and hour: the message holds no word of what was asked."""
    item = question.item
    unit: Organization = item.organization
    notices.tell(
        "question.turn",
        people_of(unit, MODERATING),
        subject=_("有提问等待审看：%(title)s"),
        body=_("话题“%(title)s”收到新的提问，请在工作台审看。"),
        values=_values(item),
        link=reverse("cloud:questions"),
        key=f"question.turn:{item.pk}:{question.asked_at:%Y%m%d%H}",
    )


def _values(item: CloudItem) -> dict[str, object]:
    return {"title": item.title, "unit": item.organization.name, "remark": item.remark}
