from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kepuyue.accounts.actions import stays
from kepuyue.accounts.models import User


class Command(BaseCommand):
    help = "End all sessions of one person, or of everybody: sign-out ADDRESS --why …, sign-out --everybody --why …"

    def add_arguments(self, parser: CommandParser) -> None:
        whom = parser.add_mutually_exclusive_group(required=True)
        whom.add_argument("address", nargs="?", help="the address that the person signs in with")
        whom.add_argument(
            "--everybody", action="store_true", help="all people, after a key was lost for instance"
        )
        parser.add_argument("--why", required=True, help="kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        people = User.objects.order_by("pk")
        if not options["everybody"]:
            people = people.filter(email__iexact=options["address"])
            if not people.exists():
                raise CommandError(f"There is no person with the address {options['address']}.")
        try:
            count = stays.end_by_operator(people.iterator(), why=options["why"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"signed out: {count}")
