"""`kepuyue demo-accounts`: whom one can sign in as in the demonstration."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kepuyue.demo import accounts


class Command(BaseCommand):
    help = "Print the demonstration's accounts and their passwords. Demonstration mode only."

    def handle(self, **options: Any) -> None:
        drawn = accounts.passwords()
        if not drawn:
            raise CommandError(_("还没有演示账号。请先运行 kepuyue seed。"))
        for account in accounts.ACCOUNTS:
            if account.email in drawn:
                self.stdout.write(f"  {account.email:<26} {drawn[account.email]:<16} {account.name}")
