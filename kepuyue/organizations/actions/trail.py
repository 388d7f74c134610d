"""Handing the trail out: that somebody took it away is in the trail itself; its head goes to the office by mail."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit, seals
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import today
from kepuyue.messaging.actions import outbox
from kepuyue.organizations import queries
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.permissions import check

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def export(wanted: dict[str, str], *, by: "User") -> QuerySet[AuditEvent]:
    """The rows of the person's branch narrowed as on the page; the office only. What was asked for is recorded."""
    office = queries.office()
    if office is None:
        raise PermissionDenied(_("还没有市级统筹单位。"))
    check(by, "audit.export", office)
    rows = queries.narrowed(queries.audit_rows(by), wanted)
    audit.record(
        "audit.export",
        office,
        by=by,
        changes={name: [None, value] for name, value in wanted.items()},
        reason=_("链头 %(head)s") % {"head": seals.head()},
    )
    return rows


@transaction.atomic
def tell_the_head(office: Organization) -> int:
    """Mail the chain's head to the office's people, once a day: a mailbox is a place outside the database.

    Returns how many were told just now; nobody is before the first seal.
    """
    head = seals.head()
    if head.position == 0:
        return 0
    with translation.override(settings.CITY_LANGUAGE):
        told = [
            outbox.post(
                kind="audit.head",
                to=person.email,
                person=person,
                subject=gettext_lazy("操作记录已封存到第%(position)s条"),
                body=gettext_lazy(
                    "今天的链头是 %(head)s。请保留这封邮件：以后用 kepuyue audit verify --expect 核对，"
                    "就能看出记录有没有被截断或重做。"
                ),
                values={"position": head.position, "head": head},
                link=reverse("organizations:audit"),
                key=f"audit.head:{today():%F}:{person.pk}",
            )
            for person in queries.people_of(office, (Role.OFFICE,))
        ]
    return len([message for message in told if message])
