"""Keys of other programs, for whoever runs the machine: what there is, and an end to one."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kepuyue.partners.actions import tokens
from kepuyue.partners.models import Token


class Command(BaseCommand):
    help = "List the tokens of all units (tokens), or withdraw one (revoke ID). Exit code 1: there is no such token."

    def add_arguments(self, parser: CommandParser) -> None:
        """`kepuyue api tokens --format json`, `kepuyue api revoke 12`."""
        parser.add_argument("act", choices=["tokens", "revoke"])
        parser.add_argument("id", nargs="?", type=int, help="number of the token, as listed")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, act: str, id: int | None, format: str, **options: Any) -> None:
        """Print what was asked for."""
        if act == "tokens":
            rows = [
                _row(one) for one in Token.objects.select_related("organization", "made_by").order_by("pk")
            ]
        else:
            found = Token.objects.filter(pk=id).first() if id is not None else None
            if found is None:
                raise CommandError(f"no token has the number {id}; `kepuyue api tokens` lists them")
            rows = [_row(tokens.revoke(found, by=None))]
        if format == "json":
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for row in rows:
            state = "open" if row["is_open"] else "closed"
            used = row["last_used_at"] or "never used"
            self.stdout.write(f"{row['id']:>6}  {state:<6}  {row['unit']}  {row['name']}  {used}")


def _row(token: Token) -> dict[str, Any]:
    return {
        "id": token.pk,
        "unit": token.organization.name,
        "name": token.name,
        "start": token.start,
        "scopes": token.scopes,
        "made_by": token.made_by.name if token.made_by else "",
        "made_at": token.made_at.isoformat(),
        "expires_at": token.expires_at.isoformat(),
        "last_used_at": token.last_used_at.isoformat() if token.last_used_at else None,
        "revoked_at": token.revoked_at.isoformat() if token.revoked_at else None,
        "is_open": token.is_open,
    }
