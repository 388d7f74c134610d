"""The reference page's view of the description: what a reader asks of each operation, from the one document."""

from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kepuyue.api.interface import api

# How people read what the description calls in English
TITLES: dict[str, Any] = {
    "List and search activities": _("查询活动"),
    "One activity": _("一项活动"),
    "Follow the programme: what changed, in the order of change": _("跟随节目：按变动先后读取"),
    "Editions": _("各届"),
    "Districts": _("各区"),
    "Classifications": _("分类"),
    "Units": _("单位"),
    "Indicators": _("指标"),
    "Published figures": _("发布的数字"),
    "Join the queue of a session": _("排队"),
    "Book seats": _("预约名额"),
    "Whose token this is": _("令牌是谁的"),
    "The unit's activities": _("本单位的活动"),
    "One of the unit's activities": _("本单位的一项活动"),
    "Create or change an activity": _("新建或修改活动"),
    "Add a picture": _("加图片"),
    "Pass a sign-off on": _("转达签审"),
    "A link to sign off by": _("签审链接"),
    "Hand in for review": _("提交审核"),
    "Take back from review": _("撤回申报"),
    "Cancel an activity": _("取消活动"),
    "Cancel a session": _("取消场次"),
    "Postpone a session": _("场次延期"),
    "A picture of the unit's activities": _("本单位活动的图片"),
    "How many come": _("预约和到场人数"),
    "The unit's summaries": _("本单位的总结"),
    "The unit's figures": _("本单位的汇总数字"),
}
GROUPS: dict[str, Any] = {
    "programme": _("公开的节目（不用令牌）"),
    "vocabulary": _("代码表（不用令牌）"),
    "figures": _("发布的数字（不用令牌）"),
    "booking": _("预约"),
    "unit": _("本单位的活动（要令牌）"),
}


@dataclass(frozen=True)
class Line:
    """One parameter, or one field of what is sent or answered."""

    name: str
    kind: str
    is_required: bool
    note: str
    depth: int = 0

    @property
    def indent(self) -> str:
        """Before the name of a field inside another one."""
        return "· " * self.depth


@dataclass(frozen=True)
class Operation:
    """One operation."""

    method: str
    path: str
    title: Any
    summary: str
    notes: list[str]
    scope: str
    parameters: list[Line]
    sent: list[Line]
    answered: list[Line]
    statuses: list[tuple[str, str]] = field(default_factory=list)
    shape: str = ""
    "What the answer is called in the description"
    same_as: "Operation | None" = None
    "Where this answer is told of already"

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"{self.method}{self.path.replace('/', '-').replace('{', '').replace('}', '')}".lower()


def operations() -> list[tuple[Any, list[Operation]]]:
    """All operations by group, in the order of the description."""
    schema = api.get_openapi_schema()
    found: dict[str, list[Operation]] = {name: [] for name in GROUPS}
    told: dict[str, Operation] = {}
    for path, by_method in schema["paths"].items():
        for method, raw in by_method.items():
            one = _operation(schema, path, method, raw)
            if one.shape in told:
                one = replace(one, answered=[], same_as=told[one.shape])
            elif one.shape:
                told[one.shape] = one
            found[raw["tags"][0]].append(one)
    return [(GROUPS[name], rows) for name, rows in found.items()]


def _operation(schema: Any, path: str, method: str, one: dict[str, Any]) -> Operation:
    body: dict[str, Any] = one.get("requestBody", {}).get("content", {})
    nothing: dict[str, Any] = {}
    good = next(answer for status, answer in one["responses"].items() if int(status) < 300)
    notes = " \n".join(one.get("description", "").splitlines()).split(" \n \n")
    return Operation(
        method=method.upper(),
        path=path,
        title=TITLES.get(one["summary"], one["summary"]),
        summary=one["summary"],
        notes=[said(note.replace("\n", "")) for note in notes if note.strip()],
        scope=one.get("x-scope", ""),
        parameters=[
            Line(p["name"], _kind(p["schema"]), p.get("required", False), _note(p)) for p in one["parameters"]
        ],
        sent=_fields(schema, next(iter(body.values()), nothing).get("schema", {})),
        answered=_fields(
            schema, next(iter(good.get("content", nothing).values()), nothing).get("schema", {})
        ),
        shape=_resolved(schema, next(iter(good.get("content", nothing).values()), nothing).get("schema", {}))[
            1
        ],
        statuses=[(str(status), said(answer["description"])) for status, answer in one["responses"].items()],
    )


def said(note: str) -> str:
    """A note of the description in the reader's language: written in English, its Chinese is in `locale/zh_Hans`."""
    return pgettext("interface", note) if note else ""


def _note(one: dict[str, Any]) -> str:
    """The first paragraph of it."""
    note = str(one.get("description") or one.get("schema", {}).get("description") or "")
    return said(note.split("\n\n")[0])


def _fields(schema: Any, shape: dict[str, Any], depth: int = 0, seen: tuple[str, ...] = ()) -> list[Line]:
    """The fields of a shape, those inside it one step further in; a shape inside itself is told once."""
    shape, name = _resolved(schema, shape)
    if name in seen or depth > 3:
        return []
    if shape.get("type") == "array":
        return _fields(schema, shape.get("items", {}), depth, seen)
    required = set(shape.get("required", ()))
    lines = []
    for key, value in shape.get("properties", {}).items():
        inner, inner_name = _resolved(schema, value)
        note = _note(value) or (_note(inner) if inner_name else "")
        lines.append(Line(key, _kind(value), key in required, note, depth))
        lines += _fields(schema, _inside(value), depth + 1, (*seen, name)) if _inside(value) else []
    return lines


def _inside(value: dict[str, Any]) -> dict[str, Any]:
    """The shape that a field holds, or holds many of; empty where it is a plain value."""
    for one in (value, value.get("items", {}), *value.get("anyOf", ()), *value.get("allOf", ())):
        if isinstance(one, dict) and ("$ref" in one or "properties" in one):
            return one
        if isinstance(one, dict) and "$ref" in one.get("items", {}):
            return dict(one["items"])
    return {}


def _resolved(schema: Any, shape: dict[str, Any]) -> tuple[dict[str, Any], str]:
    if "$ref" not in shape:
        return shape, ""
    name = shape["$ref"].rpartition("/")[2]
    return schema["components"]["schemas"][name], name


def _kind(shape: dict[str, Any]) -> str:
    if "$ref" in shape:
        return "object"
    if choices := shape.get("enum"):
        return " | ".join(map(str, choices))
    if "const" in shape:
        return str(shape["const"]).lower()
    if many := shape.get("anyOf"):
        return " | ".join(dict.fromkeys(_kind(one) for one in many))
    kind = str(shape.get("type", "object"))
    if kind == "array":
        return f"[{_kind(shape.get('items', {}))}]"
    return f"{kind} ({shape['format']})" if "format" in shape else kind
