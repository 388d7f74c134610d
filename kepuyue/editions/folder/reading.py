"""Reading YAML, CSV, GeoJSON and Markdown so that every value knows its line. Nothing in a file is executed."""

import csv
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from django.utils.translation import gettext as _
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from kepuyue.editions.folder.problems import Problem, nearest, suggestion

MAX_BYTES = 2_000_000
Location = tuple[str | int, ...]


@dataclass
class Document:
    """A file's data, the line of each value and, in YAML, its place in the text."""

    file: str
    data: Any = None
    lines: dict[Location, int] = field(default_factory=dict)
    spans: dict[Location, tuple[int, int]] = field(default_factory=dict)

    def line(self, location: Location) -> int | None:
        """The line of a value, or of the nearest thing around it that is there."""
        while location and location not in self.lines:
            location = location[:-1]
        return self.lines.get(location)


class Unreadable(Exception):
    """The file cannot be read as a whole."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(str(problem))


def read_text(folder: Path, name: str) -> str:
    """The file's text in UTF-8, or `Unreadable`."""
    path = folder / name
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Unreadable(
                Problem(
                    name,
                    None,
                    _("文件太大（超过2 MB）。"),
                    _("请检查是不是放错了文件，地图请先简化。"),
                )
            )
        raw = path.read_bytes()
    except FileNotFoundError:
        raise Unreadable(_missing(folder, name)) from None
    except OSError as error:
        raise Unreadable(
            Problem(
                name,
                None,
                _("文件打不开：%(why)s。") % {"why": error.strerror},
                _("请检查它是不是普通文件、能不能读。"),
            )
        ) from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(
            Problem(
                name,
                raw.count(b"\n", 0, error.start) + 1,
                _("文件不是 UTF-8 编码。"),
                _("请用编辑器另存为 UTF-8（表格软件里选“CSV UTF-8”）。"),
            )
        ) from None
    if "\0" in text:
        raise Unreadable(
            Problem(
                name,
                text.count("\n", 0, text.index("\0")) + 1,
                _("文件里有空字符，可能已损坏或不是文本。"),
                _("请换一份完好的文件。"),
            )
        )
    return text


def _missing(folder: Path, name: str) -> Problem:
    others = sorted(path.name for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []
    return Problem(
        name, None, _("缺少这个文件。"), nearest(name, others) or _("请补上，可以参照已有一届的同名文件。")
    )


if TYPE_CHECKING or not yaml.__with_libyaml__:
    _Parsing = yaml.SafeLoader
else:

    class _Parsing(Composer, yaml.cyaml.CParser, SafeConstructor, Resolver):
        """The same with the parser in C, ten times as fast; composing stays ours, to see each value's place."""

        def __init__(self, text: str) -> None:
            yaml.cyaml.CParser.__init__(self, text)
            Composer.__init__(self)
            SafeConstructor.__init__(self)
            Resolver.__init__(self)


class _Loader(_Parsing):
    """YAML's plain core: text, numbers, true and false. A date stays text, so that its form can be checked."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        # One value written once: an alias could also make a small file unfold to gigabytes
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "alias", self.peek_event().start_mark)
        return super().compose_node(parent, index)


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})", list("-0123456789")),
    ("float", r"-?[0-9]+\.[0-9]+", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)
_PLAIN = {f"tag:yaml.org,2002:{name}" for name in ("str", "null", "bool", "int", "float", "seq", "map")}


def read_yaml(folder: Path, name: str) -> tuple[Document, list[Problem]]:
    """A YAML file; the problems are those that leave the rest of it readable."""
    text = read_text(folder, name)
    document = Document(name)
    problems: list[Problem] = []
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        if root is None:
            raise Unreadable(Problem(name, None, _("文件是空的。"), _("请参照已有一届的同名文件填写。")))
        document.data = _value(loader, root, (), document, problems)
    except yaml.MarkedYAMLError as error:
        raise Unreadable(_yaml_problem(name, error, text)) from None
    except yaml.reader.ReaderError as error:
        # The parser in C counts bytes
        before = text.encode()[: error.position] if yaml.__with_libyaml__ else text[: error.position].encode()
        line = before.count(b"\n") + 1
        raise Unreadable(
            Problem(name, line, _("这里有不能使用的字符。"), _("请删除看不见的控制字符。"))
        ) from None
    except RecursionError:
        raise Unreadable(Problem(name, None, _("文件的层次太深。"), _("请减少嵌套。"))) from None
    return document, problems


def _value(
    loader: _Loader, node: yaml.Node, place: Location, document: Document, problems: list[Problem]
) -> Any:
    document.lines.setdefault(place, node.start_mark.line + 1)
    document.spans[place] = (node.start_mark.index, node.end_mark.index)
    if node.tag not in _PLAIN:
        raise yaml.constructor.ConstructorError(None, None, "tag", node.start_mark)
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(loader, child, (*place, number), document, problems)
            for number, child in enumerate(node.value)
        ]
    if isinstance(node, yaml.MappingNode):
        return _mapping(loader, node, place, document, problems)
    return loader.construct_object(node)


def _mapping(
    loader: _Loader, node: yaml.MappingNode, place: Location, document: Document, problems: list[Problem]
) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise yaml.constructor.ConstructorError(None, None, "key", key_node.start_mark)
        key = str(key_node.value)
        if key in result:
            problems.append(
                Problem(
                    document.file,
                    line,
                    _("“%(key)s”写了两次。") % {"key": key},
                    _("请只留一处（前一处在第%(line)s行）。") % {"line": document.lines[*place, key]},
                )
            )
            continue
        document.lines[*place, key] = line
        result[key] = _value(loader, value_node, (*place, key), document, problems)
    return result


def _yaml_problem(name: str, error: yaml.MarkedYAMLError, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark else None
    if error.problem == "alias":
        return Problem(name, line, _("这里用了 YAML 的引用（*）。"), _("请把内容直接写出来。"))
    if isinstance(error, yaml.constructor.ConstructorError):
        return Problem(name, line, _("这里用了 YAML 的类型标记或复杂的键。"), _("请只写普通的文字和数字。"))
    if mark and "\t" in "".join(text.splitlines()[mark.line : mark.line + 1])[: mark.column + 1]:
        return Problem(name, line, _("这里用了制表符。"), _("请用空格缩进。"))
    return Problem(
        name,
        line,
        _("YAML 格式有误，从这里起读不懂。"),
        _("请检查这一行和上一行的缩进、冒号后的空格、引号和括号是否成对。"),
    )


def read_table(
    folder: Path, name: str, columns: list[str], required: set[str]
) -> tuple[Document, list[Problem]]:
    """A CSV table as a list of {column: text} without the empty cells."""
    text = read_text(folder, name)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    document, problems = Document(name, []), []
    try:
        head = [cell.strip() for cell in next(reader, [])]
        problems += _head_problems(name, head, columns, required)
        start = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) != len(head):
                    problems.append(
                        Problem(
                            name,
                            start,
                            _("这一行有%(found)s格，表头有%(expected)s格。")
                            % {"found": len(cells), "expected": len(head)},
                            _("请补上或删去逗号；单元格里有逗号时用双引号括起来。"),
                        )
                    )
                row = {column: cell.strip() for column, cell in zip(head, cells, strict=False)}
                document.lines[len(document.data),] = start
                document.data.append({key: cell for key, cell in row.items() if cell and key in columns})
            start = reader.line_num + 1
    except csv.Error:
        problems.append(
            Problem(
                name,
                start,
                _("CSV 格式有误，从这里起读不懂。"),
                _("请检查双引号是否成对。"),
            )
        )
    return document, problems


def _head_problems(name: str, head: list[str], columns: list[str], required: set[str]) -> list[Problem]:
    if not any(head):
        return [
            Problem(
                name,
                1,
                _("表格是空的。"),
                _("第一行请写列名：%(columns)s。") % {"columns": ",".join(columns)},
            )
        ]
    found = [
        Problem(name, 1, _("不认识的列“%(column)s”。") % {"column": column}, suggestion(column, columns))
        for column in head
        if column not in columns
    ]
    found += [
        Problem(name, 1, _("列“%(column)s”出现了两次。") % {"column": column}, _("请只留一列。"))
        for column in dict.fromkeys(head)
        if head.count(column) > 1
    ]
    found += [
        Problem(name, 1, _("缺少列“%(column)s”。") % {"column": column}, _("请在第一行补上这个列名。"))
        for column in columns
        if column in required and column not in head
    ]
    return found


def read_geojson(folder: Path, name: str) -> Document:
    """A GeoJSON FeatureCollection of polygons; each feature's line is where its code stands."""
    text = read_text(folder, name)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(
            Problem(
                name, getattr(error, "lineno", None), _("不是完好的 GeoJSON。"), _("请重新导出这个文件。")
            )
        ) from None
    document = Document(name, data)
    for number, match in enumerate(re.finditer(r'"code"\s*:', text)):
        document.lines["features", number] = text.count("\n", 0, match.start()) + 1
    return document
