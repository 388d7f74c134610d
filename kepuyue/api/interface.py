"""The interface itself: its title, its errors, its description. Views hang their addresses on it."""

from copy import deepcopy
from typing import Any

from ninja import NinjaAPI

from kepuyue import __version__
from kepuyue.api import problems

PROBLEM = "application/problem+json"
TAGS = [
    {"name": "programme", "description": "The public programme. No token is needed."},
    {"name": "vocabulary", "description": "What activities name by codes. No token is needed."},
    {
        "name": "figures",
        "description": "What the office published of the month in numbers. No token is needed.",
    },
    {"name": "booking", "description": "Seats of a session, with a place in its queue."},
    {"name": "unit", "description": "What a unit does with its own activities, with a token of its scopes."},
]


class Interface(NinjaAPI):
    """Describes what the library's own description leaves out: problems, scopes, entity tags."""

    _document: dict[str, Any] | None = None

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """OpenAPI 3.1, as served and as the reference page shows it; made once in the life of a process."""
        if self._document is None:
            # A copy: what views say of themselves is used again
            self._document = _completed(deepcopy(dict(super().get_openapi_schema(**kwargs))))
        return self._document


def _completed(schema: dict[str, Any]) -> dict[str, Any]:
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _complete(path, method, operation)
            for content in operation.get("requestBody", {}).get("content", {}).values():
                # What a body written by hand is made of stands with all other shapes
                schema["components"]["schemas"] |= content["schema"].pop("$defs", {})
    for scheme in schema["components"].get("securitySchemes", {}).values():
        scheme["description"] = "A token of the unit, made by its owner at the desk under 接口"
    return schema


def _complete(path: str, method: str, operation: dict[str, Any]) -> None:
    for status, answer in operation["responses"].items():
        content = answer.get("content", {})
        if int(status) >= 400 and "application/json" in content:
            answer["content"] = {PROBLEM: content["application/json"]}
        elif "/unit" in path and method != "post" and "content" in answer:
            answer["headers"] = {
                "ETag": {"description": "Names this state (RFC 9110, 8.8.3)", "schema": {"type": "string"}}
            }
    if "tags" not in operation:
        operation["tags"] = ["booking" if "/sessions/" in path and "/unit/" not in path else "programme"]


api = Interface(
    title="科普月 API",
    version=__version__,
    description=(
        "The programme of a city's science month: read it, follow it, and register a unit's own activities. Times "
        "are ISO 8601 with the offset of the edition's time zone; coordinates are WGS-84 degrees; errors are RFC 9457 "
        "problem details, their sentences in Chinese or English by Accept-Language. Whatever is read carries an ETag; "
        "If-None-Match with it is answered 304 where nothing changed."
    ),
    docs_url=None,  # its page would load scripts from elsewhere
    urls_namespace="api",
    openapi_extra={"tags": TAGS},
)
problems.install(api)
