from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from kepuyue.accounts.actions import second_factor
from kepuyue.accounts.models import User


class Command(BaseCommand):
    help = "Take away the second factor of a person who has lost it: second-factor reset ADDRESS --why …"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        reset = verbs.add_parser("reset", help="end all sessions; the next sign-in needs the password only")
        reset.add_argument("address")
        reset.add_argument("--why", required=True, help="how you made sure who asks; kept in the audit trail")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["address"]).first()
        if person is None:
            raise CommandError(f"There is no person with the address {options['address']}.")
        try:
            count = second_factor.reset(person, why=options["why"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"{person.email}: {count}")
