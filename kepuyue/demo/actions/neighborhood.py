"""Units that show what the office does with units: one that waits, a pair that is one, and a few liaisons.

All names are names of roles and all numbers are 0755-00000000.
"""

from datetime import datetime, timedelta
from functools import partial

from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.organizations.actions import liaisons, units
from kepuyue.organizations.models import Liaison, Organization

WAITING = "演示·莲花山社区科普工作站"
# The same unit twice, as two colleagues would write it
PAIR = ("演示·梅林街道科普服务中心", "演示·梅林科普服务中心")
LIAISONS = ("福田区科学技术协会", "深圳市生态环境局")


def settle(agenda: Agenda, cast: Cast, until: datetime) -> None:
    """Put the units in their places two days before `until`."""
    superior = cast.named("福田区科学技术协会")
    if superior is not None and not Organization.objects.filter(name=WAITING).exists():
        agenda.at(until - timedelta(days=2), partial(_settle, superior, cast))


def _settle(superior: Organization, cast: Cast) -> None:
    facts = {"parent": superior, "district": superior.district, "type": Organization.Type.GRASSROOTS,
             "no_code_reason": Organization.NoCode.WORKSTATION}  # fmt: skip
    reviewer = cast.reviewer(superior)
    for name in PAIR:
        units.create(unit={"name": name, **facts}, by=reviewer)
    units.register(unit={"name": WAITING, **facts}, person_name="演示·工作站联系人",
                   email="workstation@demo.example")  # fmt: skip
    for name in LIAISONS:
        unit = cast.named(name)
        if unit is not None and not Liaison.objects.filter(organization=unit).exists():
            told = {"leader_name": "演示·分管领导", "lead_office": "科普工作处", "name": "演示·联络员",
                    "phone": "0755-00000000"}  # fmt: skip
            liaisons.name(unit, told, by=cast.reviewer(unit), version=0)
