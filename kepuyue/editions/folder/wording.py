"""From a schema's error to a sentence with its remedy, and checking a document against a schema."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

from django.utils.translation import gettext as _
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from kepuyue.editions.folder.problems import TO_FILL_IN, Problem, suggestion
from kepuyue.editions.folder.reading import Document, Location


def checked(model: type[BaseModel], document: Document) -> tuple[Any, dict[str, Any], list[Problem]]:
    """A document that is one record: (the record or None, its valid parts by key, problems)."""
    try:
        record = TypeAdapter(model).validate_python(document.data)
    except ValidationError as error:
        return None, _valid_parts(model, document.data), _sentences(error, model, document, ())
    return record, {name: getattr(record, name) for name in model.model_fields}, []


def checked_each(shape: Any, document: Document) -> tuple[list[tuple[int, Any]], list[Problem]]:
    """A document that is a list: [(its number, entry)] of the valid entries, and problems."""
    if not isinstance(document.data, list):
        return [], [
            Problem(
                document.file, 1, _("这里应是一份清单。"), _("请每项以“- ”开头，参照已有一届的同名文件。")
            )
        ]
    entries: list[tuple[int, Any]] = []
    problems: list[Problem] = []
    adapter = TypeAdapter(shape)
    for number, value in enumerate(document.data):
        try:
            entries.append((number, adapter.validate_python(value)))
        except ValidationError as error:
            problems += _sentences(error, shape, document, (number,))
    return entries, problems


def _valid_parts(model: type[BaseModel], data: Any) -> dict[str, Any]:
    """The keys that are right by themselves, so that one slip does not hide the others."""
    parts: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        if isinstance(data, dict) and name in data:
            try:
                parts[name] = _adapter(field).validate_python(data[name])
            except ValidationError:
                continue
        elif not field.is_required():
            parts[name] = field.get_default()
    return parts


def _adapter(field: FieldInfo) -> TypeAdapter[Any]:
    shape: Any = Annotated[field.annotation, field]
    return TypeAdapter(shape)


def _sentences(error: ValidationError, shape: Any, document: Document, at: Location) -> list[Problem]:
    return [_sentence(detail, shape, document, at) for detail in error.errors()]


def _sentence(detail: ErrorDetails, shape: Any, document: Document, at: Location) -> Problem:
    # A union adds the names of its branches to the place; the document knows no such key
    place: Location = tuple(
        part for part in detail["loc"] if isinstance(part, int) or not part.startswith("constrained-")
    )
    key = next((str(part) for part in reversed(place) if isinstance(part, str)), "")
    where = (*at, *place)
    if detail["type"] == "missing":
        where = where[:-1]
    what, remedy = _words(detail, key, shape, place)
    return Problem(document.file, document.line(where), what, remedy)


def _words(detail: ErrorDetails, key: str, shape: Any, place: Location) -> tuple[str, str]:
    kind, value, facts = detail["type"], detail["input"], detail.get("ctx", {})
    names = {"key": key, "value": _short(value)}
    if kind == "missing":
        return _("缺少“%(key)s”。") % names, _("请补上这一项。")
    if kind == "extra_forbidden":
        return _("不认识“%(key)s”。") % names, suggestion(key, _keys(shape, place[:-1]))
    if kind == "to_fill_in" or (isinstance(value, str) and TO_FILL_IN in value):
        return _("“%(key)s”还没有填写。") % names, _("请写上这一届的内容。")
    if value is None or value == "":
        return _("“%(key)s”是空的。") % names, _("请填写，或者删去这一行。")
    if kind in {"enum", "literal_error"}:
        return _("“%(key)s”不能是“%(value)s”。") % names, suggestion(str(value), _choices(facts))
    if kind in WORDS:
        what, remedy = WORDS[kind]()
    else:
        what, remedy = _family(kind)
    return what % names, remedy % facts


def _family(kind: str) -> tuple[str, str]:
    if kind.startswith("string"):
        return _("“%(key)s”应是文字。"), _("请给这个值加上引号。")
    if kind.startswith(("int", "float")):
        return _("“%(key)s”应是数字，现在是“%(value)s”。"), _("请只写数字。")
    if kind.startswith("list"):
        return _("“%(key)s”应是一份清单。"), _("请写成 [甲, 乙]，或每项一行、以“- ”开头。")
    if kind.startswith(("model", "dict")):
        return _("“%(key)s”下面应分项填写。"), _("请参照已有一届的写法，每项一行、缩进对齐。")
    return _("“%(key)s”的值“%(value)s”不对。"), _("请参照已有一届的写法。")


# By the schema's name of the error; functions, because the language is known only when they are called
WORDS: Mapping[str, Any] = {
    "code": lambda: (
        _("代码“%(value)s”不合要求。"),
        _("代码只用小写字母、数字、连字符和下划线，以字母开头。"),
    ),
    "day": lambda: (_("“%(key)s”不是日期：%(value)s。"), _("请写成 2024-09-01 的样子。")),
    "no_such_day": lambda: (_("没有“%(value)s”这一天。"), _("请核对月份和日期。")),
    "email": lambda: (_("“%(value)s”不是邮箱地址。"), _("请核对。")),
    "zone": lambda: (_("没有“%(value)s”这个时区。"), _("请写 Asia/Shanghai 这样的名称。")),
    "credit_code": lambda: (_("统一社会信用代码“%(value)s”的校验位不对。"), _("请对照证书逐位核对。")),
    "string_too_long": lambda: (_("“%(key)s”太长。"), _("请缩短到%(max_length)s个字以内。")),
    "string_too_short": lambda: (_("“%(key)s”是空的。"), _("请填写，或者删去这一行。")),
    "too_short": lambda: (_("“%(key)s”里的项太少。"), _("至少要有%(min_length)s项。")),
    "too_long": lambda: (_("“%(key)s”里的项太多。"), _("最多%(max_length)s项。")),
    "greater_than_equal": lambda: (_("“%(key)s”太小：%(value)s。"), _("不能小于%(ge)s。")),
    "less_than_equal": lambda: (_("“%(key)s”太大：%(value)s。"), _("不能大于%(le)s。")),
    "bool_parsing": lambda: (_("“%(key)s”不能是“%(value)s”。"), _("请写 true 或 false。")),
    "bool_type": lambda: (_("“%(key)s”不能是“%(value)s”。"), _("请写 true 或 false。")),
    "string_pattern_mismatch": lambda: (
        _("“%(key)s”的写法不对：%(value)s。"),
        _("请参照已有一届的写法。"),
    ),
}


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _choices(facts: Mapping[str, Any]) -> list[str]:
    """The allowed values from the schema's own list: 'a', 'b' or 'c'."""
    return [part.strip(" '") for part in str(facts.get("expected", "")).replace(" or ", ", ").split(",")]


def _keys(shape: Any, place: Location) -> list[str]:
    """The keys that the schema allows at a place."""
    for part in place:
        shape = _inner(shape, part)
    model = next((option for option in _options(shape) if hasattr(option, "model_fields")), None)
    return list(model.model_fields) if model else []


def _inner(shape: Any, part: str | int) -> Any:
    for option in _options(shape):
        if isinstance(part, str) and hasattr(option, "model_fields") and part in option.model_fields:
            return option.model_fields[part].annotation
        if get_origin(option) in (list, dict):
            return get_args(option)[-1]
    return None


def _options(shape: Any) -> list[Any]:
    """The types that an annotation stands for, without its metadata."""
    if get_origin(shape) is Annotated:
        return _options(get_args(shape)[0])
    arguments = get_args(shape)
    if arguments and get_origin(shape) not in (list, dict):
        return [option for argument in arguments for option in _options(argument)]
    return [shape]
