"""The whole interface asked what its description allows, and what it does not: never a fault of ours, and every answer
as described. Deterministic and in process; a few examples of each operation in the gate, many more with `--long`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as examples_of
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup

from kepuyue.api.interface import api
from kepuyue.api.views import vocabulary
from tests.api.partner import ACTIVITY, Partner
from tests.architecture.world import World, a_world

pytestmark = pytest.mark.django_db
FEW, MANY = 4, 60
DOCUMENT = api.get_openapi_schema()
schema = schemathesis.openapi.from_dict(
    DOCUMENT,
    config=SchemathesisConfig.from_dict(
        {"generation": {"deterministic": True, "with-security-parameters": False}}
    ),
)
schema.app = get_wsgi_application()
OPERATIONS = {found.ok().label: found.ok() for found in schema.get_all_operations()}
# What is refused or taken is judged by rules of the house that are narrower than a schema can say
CHECKED = [
    CHECKS.get_one(name)
    for name in (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
    )
]
KEY = "lib-7"


@pytest.fixture(scope="module")
def place(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[World, Partner]]:
    with django_db_blocker.unblock(), a_world() as world:
        partner = Partner(world.cast.own_unit)
        assert partner.put(f"/unit/activities/{KEY}", ACTIVITY).status_code == 201
        # As the framework's test client has it (which connects them again): the connection outlives each request
        for signal in (request_started, request_finished):
            signal.disconnect(close_old_connections)
        yield world, partner
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)


def known_things(world: World) -> dict[str, Any]:
    """What every second example is about, so that it is not all about nothing."""
    return {
        "key": KEY,
        "code": world.samples["own-public"]["code"],
        "session": world.samples["bookable"]["session"],
    }


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["right", "wrong"])
@pytest.mark.parametrize("label", sorted(OPERATIONS))
def test_no_request_is_answered_by_a_fault_or_otherwise_than_described(
    label: str, mode: GenerationMode, place: tuple[World, Partner], is_long: bool, settings: Any
) -> None:
    settings.API_REQUESTS_PER_TOKEN = 0
    world, partner = place
    operation, examples = OPERATIONS[label], 0
    if mode is GenerationMode.NEGATIVE and not can_be_asked_wrongly(operation):
        return

    @generously(MANY if is_long else FEW)
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask(case: Any) -> None:
        nonlocal examples
        examples += 1
        if examples % 2 and mode is GenerationMode.POSITIVE:
            case.path_parameters.update(
                {name: value for name, value in known_things(world).items() if name in case.path_parameters}
            )
        # Compressed answers are the middleware's business, and no client of these tests unpacks them
        headers = {"Accept-Encoding": "identity"}
        if "security" in operation.definition.raw:
            headers["Authorization"] = f"Bearer {partner.secret}"
        with transaction.atomic():
            case.call_and_validate(headers=headers, checks=CHECKED)
            transaction.set_rollback(True)

    ask()
    assert examples


def can_be_asked_wrongly(operation: Any) -> bool:
    """Not where nothing is taken, or one text of whatever length."""
    names = [one.name for one in operation.iter_parameters()]
    return bool(operation.body.items) or names not in ([], ["code"])


def generously(examples: int) -> Any:
    """The same examples at each run, however slow the machine is."""
    return examples_of(
        max_examples=examples,
        derandomize=True,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )


def test_control_a_fault_and_an_answer_that_is_not_described_are_noticed(
    place: tuple[World, Partner], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        objects = property(lambda self: 1 / 0)

    case = OPERATIONS["GET /api/v1/districts"].Case()
    case.call_and_validate(checks=CHECKED)
    monkeypatch.setattr(vocabulary, "District", Broken())
    with pytest.raises(FailureGroup):
        case.call_and_validate(checks=CHECKED)


def test_the_description_says_of_each_operation_with_a_token_which_scope_it_asks_for() -> None:
    for path, operations in DOCUMENT["paths"].items():
        for method, operation in operations.items():
            assert ("security" in operation) == ("/unit" in path and "/units" not in path), (method, path)
            if method in ("post", "put") and "security" in operation:
                names = {one["name"] for one in operation["parameters"] if one["in"] == "header"}
                assert names == ({"Idempotency-Key"} if method == "post" else {"If-Match"})
            refusals = {status for status in operation["responses"] if int(status) >= 400}
            assert all(
                [*operation["responses"][status]["content"]] == ["application/problem+json"]
                for status in refusals
            )


def test_every_reference_of_the_description_leads_somewhere_and_names_mean_one_thing() -> None:
    def references(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from ([value["$ref"]] if isinstance(value.get("$ref"), str) else [])
            for part in value.values():
                yield from references(part)
        elif isinstance(value, list):
            for part in value:
                yield from references(part)

    known = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert set(references(DOCUMENT)) <= known


def test_the_reference_page_tells_of_every_operation(client: Client) -> None:
    for language in ("zh-hans", "en"):
        page = client.get("/api/", headers={"accept-language": language}).content.decode()
        for path, operations in DOCUMENT["paths"].items():
            for method in operations:
                assert f"<code>{method.upper()} {path}</code>" in page
        assert "<script" not in page.partition("<main")[2].partition("</main>")[0]
        assert ("五分钟填报第一项活动" in page) == (language == "zh-hans")
