"""Keys of other programs: who may make them, what they can be good for, and that nothing of them is kept."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from kepuyue.core.models import AuditEvent
from kepuyue.organizations.models import Role
from kepuyue.organizations.permissions import may
from kepuyue.partners.actions import tokens
from kepuyue.partners.models import Token
from kepuyue.partners.permissions import acting, scopes_to_give
from tests.cast import Cast, come_in
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def make(cast: Cast, **facts: Any) -> tuple[Token, str]:
    wanted: dict[str, Any] = {
        "name": "图书馆系统",
        "scopes": ["activities:write"],
        "days": 30,
        "by": cast.owner,
    }
    return tokens.make(cast.own_unit, **(wanted | facts))


def test_only_its_digest_is_kept_and_it_is_found_by_it(cast: Cast) -> None:
    token, secret = make(cast)

    row = Token.objects.values().get()
    assert secret.startswith("kpy_") and secret not in json.dumps(row, default=str)
    assert tokens.known(secret) == token
    assert tokens.known(secret[:-1]) is tokens.known("") is tokens.known("x" * 500) is None


def test_making_first_use_and_revoking_stand_in_the_trail_once_each(cast: Cast) -> None:
    token, secret = make(cast)
    tokens.known(secret)
    tokens.known(secret)
    tokens.revoke(token, by=cast.owner)
    tokens.revoke(token, by=cast.owner)

    assert tokens.known(secret) is None
    rows = AuditEvent.objects.filter(subject_type="token").order_by("pk")
    assert [row.action for row in rows] == ["token.make", "token.first_use", "token.revoke"]
    assert {row.organization_path for row in rows} == {cast.own_unit.path}
    assert secret not in "".join(map(str, rows.values_list("changes", "reason", "subject_name")))


@pytest.mark.parametrize("name", ["editor", "colleague", "district_reviewer", "outsider", "office"])
def test_who_does_not_own_the_unit_makes_no_key_of_it(cast: Cast, name: str) -> None:
    with pytest.raises(PermissionDenied):
        make(cast, by=getattr(cast, name))
    token, _secret = make(cast)
    with pytest.raises(PermissionDenied):
        tokens.revoke(token, by=getattr(cast, name))


@pytest.mark.parametrize(
    "facts", [{"scopes": []}, {"scopes": ["everything"]}, {"days": 0}, {"days": 401}, {"name": " "}]
)
def test_what_is_no_proper_key_is_not_made(cast: Cast, facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make(cast, **facts)
    assert Token.objects.count() == 0


def test_a_person_lends_no_more_than_they_have(cast: Cast) -> None:
    assert "activities:cancel" in scopes_to_give(cast.owner, cast.own_unit)
    assert scopes_to_give(cast.editor, cast.far_unit) == []
    assert "activities:cancel" not in scopes_to_give(cast.editor, cast.own_unit)


def test_a_program_of_the_office_reaches_no_other_unit_and_decides_nothing(cast: Cast) -> None:
    token, _secret = tokens.make(
        cast.office_unit,
        by=cast.office,
        name="门户",
        scopes=["activities:write", "activities:cancel"],
        days=9,
    )
    person = acting(token)
    assert person is not None

    assert may(person, "activity.edit", cast.office_unit)
    assert not any(
        may(person, name, unit)
        for name in ("activity.edit", "activity.cancel", "review.decide", "unit.edit", "edition.manage")
        for unit in (cast.own_unit, cast.own_district)
    )
    assert not may(person, "activity.submit", cast.office_unit), "not lent"
    assert may(cast.office, "review.decide", cast.own_unit), "the person keeps their roles"


def test_roles_in_other_units_are_not_lent(cast: Cast) -> None:
    MembershipFactory(user=cast.owner, organization=cast.far_unit, role=Role.OWNER)
    token, _secret = make(cast)
    person = acting(Token.objects.get(pk=token.pk))

    assert person is not None and not may(person, "activity.edit", cast.far_unit)


def test_the_secret_is_shown_once_at_the_desk(cast: Cast) -> None:
    client = Client()
    come_in(client, cast.owner)
    sent = {
        "organization": cast.own_unit.pk, "name": "图书馆系统", "scopes": ["activities:write"], "days": "30",
    }  # fmt: skip

    made = client.post(reverse("partners:token-new"), sent)
    first, second = client.get(made["Location"]), client.get(made["Location"])

    assert "kpy_" in first.content.decode() and 'value="kpy_' not in second.content.decode()
    assert first.headers["cache-control"].startswith("max-age=0")


def test_an_operator_lists_and_revokes(cast: Cast) -> None:
    token, secret = make(cast)

    out = StringIO()
    call_command("api", "tokens", format="json", stdout=out)
    [row] = json.loads(out.getvalue())
    call_command("api", "revoke", str(token.pk), stdout=StringIO())

    assert (row["id"], row["unit"], row["is_open"]) == (token.pk, cast.own_unit.name, True)
    assert secret not in out.getvalue() and tokens.known(secret) is None
    with pytest.raises(CommandError):
        call_command("api", "revoke", "999999")
