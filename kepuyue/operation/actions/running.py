"""Having a duty done now, out of its turn."""

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.duties import Duty, all_duties
from kepuyue.core.ledger import Ledger
from kepuyue.core.models import DutyRun
from kepuyue.operation.permissions import check_operates

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


def duty_named(name: str) -> Duty:
    """The duty of this name. Raises ValidationError where there is none."""
    for duty in all_duties():
        if duty.name == name:
            return duty
    raise ValidationError(_("没有这项后台任务：%(name)s") % {"name": name})


@transaction.atomic
def ask(name: str, *, by: "User") -> None:
    """Keep that somebody has the duty done out of its turn; whoever calls queues it afterwards."""
    check_operates(by)
    duty = duty_named(name)
    run, _is_new = DutyRun.objects.get_or_create(name=duty.name)
    audit.record("duty.run", run, by=by)


def run(name: str) -> DutyRun:
    """Do the duty here and now, and write what became of it; what it raises goes on."""
    ledger = Ledger()
    try:
        ledger.run(duty_named(name))
    finally:
        ledger.write_runs()
    return DutyRun.objects.get(name=name)
