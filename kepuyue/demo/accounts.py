"""The accounts that a demonstration prints: their passwords are random and kept in DATA_DIR."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from kepuyue.core.codes import new_code
from kepuyue.organizations.models import Role


@dataclass(frozen=True)
class Account:
    """Somebody to sign in as: address, name, role, and the unit by name ("" for the office)."""

    email: str
    name: str
    role: Role
    unit: str = ""


ACCOUNTS = (
    Account("office@demo.example", "演示·市级管理员", Role.OFFICE),
    Account("futian@demo.example", "演示·福田区审核人", Role.REVIEWER, "福田区科学技术协会"),
    Account("department@demo.example", "演示·市生态环境局审核人", Role.REVIEWER, "深圳市生态环境局"),
    Account("owner@demo.example", "演示·深圳市科学馆单位负责人", Role.OWNER, "深圳市科学馆"),
    Account("editor@demo.example", "演示·福田高科馆填报人", Role.EDITOR, "福田高科馆（福田国高馆）"),
    Account("check-in@demo.example", "演示·深圳市科学馆签到员", Role.CHECK_IN, "深圳市科学馆"),
    Account("helpdesk@demo.example", "演示·预约代办员", Role.HELPDESK),
    Account("judge@demo.example", "演示·评委", Role.JUDGE),
    Account("moderator@demo.example", "演示·内容审看员", Role.MODERATOR),
)


def path() -> Path:
    """The file with the passwords, readable by its owner only."""
    return Path(settings.DATA_DIR) / "demo-accounts.json"


def passwords() -> dict[str, str]:
    """Address → password; empty before the demonstration was seeded."""
    return dict(json.loads(path().read_text())) if path().exists() else {}


def draw_passwords() -> dict[str, str]:
    """The kept passwords, with new random ones for accounts that have none yet."""
    kept = passwords()
    drawn = {account.email: kept.get(account.email) or _password() for account in ACCOUNTS}
    descriptor = os.open(path(), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(drawn, file, indent=2)
    path().chmod(0o600)
    return drawn


def _password() -> str:
    """14 places that are easy to type: 12 of 28 characters are 57 bits."""
    return "-".join(new_code(4) for _part in range(3)).lower()
