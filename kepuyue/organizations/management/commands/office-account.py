from getpass import getpass
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from kepuyue.core import audit
from kepuyue.organizations.models import Membership, Role
from kepuyue.organizations.queries import office


class Command(BaseCommand):
    help = "Make the first person of the office, who then adds the others at the desk."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", required=True, help="address to sign in with")
        parser.add_argument("--name", required=True, help="as others read it")
        parser.add_argument("--no-password", action="store_true", help="set it later by mail")

    def handle(self, *args: Any, **options: Any) -> None:
        top = office()
        if top is None:
            raise CommandError(
                "No office yet: load an edition first, kepuyue edition load editions/shenzhen-2024"
            )
        users = get_user_model()
        if users.objects.filter(email__iexact=options["email"]).exists():
            raise CommandError("There is already a person with this address.")
        password = None if options["no_password"] else getpass("密码 / Password: ")
        try:
            if password is not None:
                validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        with transaction.atomic():
            person = users.objects.create_user(options["email"], password, name=options["name"])
            Membership.objects.create(user=person, organization=top, role=Role.OFFICE)
            audit.record("unit.people.add", top, by=None, changes={"people": [None, person.name]},
                         organization_path=top.path)  # fmt: skip
        self.stdout.write(f"{person.email}: {top.name}, {Role.OFFICE.label}")
