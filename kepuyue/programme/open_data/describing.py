"""What the open data says about itself: the license, the data dictionary, the descriptor for programs."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kepuyue.core import wording
from kepuyue.core.links import whole
from kepuyue.editions.models import Edition
from kepuyue.programme.feeds.texts import line
from kepuyue.programme.open_data.columns import SEPARATOR, Column, Table
from kepuyue.programme.open_data.tables import TABLES

# Data Package 2.0 of the Frictionless community
PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LANGUAGES = ("zh-hans", "en")


@dataclass(frozen=True)
class Written:
    """One file of a table as it stands in the package."""

    table: Table
    form: str
    rows: int
    size: int
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.form}"


def address() -> str:
    """The whole address of the page that tells of the open data."""
    return whole(reverse("programme:open-data"))


def title(edition: Edition) -> str:
    """In the reader's language."""
    return _("%(name)s开放数据") % {"name": line(edition.name_for_reader)}


def license_name(edition: Edition) -> str:
    """The license's full name and short name, in the reader's language."""
    rules = edition.rules.open_data
    return wording.with_aside(
        rules.license_name_en if wording.is_english() else rules.license_name, rules.license
    )


def attribution(edition: Edition) -> str:
    """The line by which whoever uses the data names where they are from."""
    return _("数据来源：%(office)s，%(title)s，%(address)s，许可：%(license)s") % {
        "office": publisher(edition),
        "title": title(edition),
        "address": address(),
        "license": edition.rules.open_data.license,
    }


def publisher(edition: Edition) -> str:
    """Who answers for the data, in the reader's language."""
    english = wording.is_english() and (edition.office_name_en or edition.city_en)
    return line(english or edition.office_name or edition.city)


def covered() -> list[str]:
    """What the license covers and what it does not."""
    return [
        _("许可适用于文件里的全部内容：活动、场次、场地、单位的事实，以及活动名称和一句话介绍。"),
        _("活动的全文、图片、标识和新闻稿不在文件里，也不在这项许可之内；需要的话，按活动页面找主办单位。"),
        _("没有个人信息：主讲人、联系人和电话都不在文件里，文字里的手机号、邮箱和社交账号已隐去。"),
    ]


def freshness() -> str:
    """How old the file may be (`offer.FRESH`)."""
    return _(
        "取消、改期、换地点和下架马上更新；其他改动一小时后更新，新文件做好前先给上一份。没有改动，文件一个字节也不变。"
    )


def reading() -> list[str]:
    """How the files are to be read."""
    return [
        _("每张表有两份，内容相同：CSV和JSON Lines（.jsonl，每行一个JSON对象）。文字都是UTF-8。"),
        _("CSV带BOM，用Excel可以直接打开；第一行是栏名，空白是没有或不知道。"),
        _("CSV里以=、+、-、@等符号开头的文字前面加了一个单引号，免得被当作公式；JSON Lines里是原文。"),
        _("CSV一格里有几项时用分号（%(sign)s）隔开，JSON Lines里是数组。是和否写作true和false。")
        % {"sign": SEPARATOR},
        _("时间带时区（ISO 8601），坐标是WGS-84。"),
    ]


def readme(edition: Edition, files: Iterable[Written], changed: datetime) -> str:
    """The data dictionary in the language that is active, as Markdown."""
    counts = {one.table.name: one.rows for one in files}
    parts = [
        f"# {title(edition)}",
        wording.labelled(_("发布单位"), publisher(edition)),
        wording.labelled(_("数据的最近改动"), changed.isoformat(timespec="seconds")),
        wording.labelled(_("最新的一份在"), address()),
        freshness(),
        f"## {_('许可')}",
        f"{license_name(edition)}\n<{edition.rules.open_data.license_url}>",
        _bullets(covered()),
        _("使用时请写明："),
        f"> {attribution(edition)}",
        f"## {_('怎么读')}",
        _bullets(
            [
                *reading(),
                _(
                    "datapackage.json是给程序看的说明（Frictionless Data Package 2.0）；SHA256SUMS可以核对文件。"
                ),
            ]
        ),
        f"## {_('各表')}",
        _grid(
            (_("文件"), _("内容"), _("行数")),
            (
                (f"{one.name}.csv · .jsonl", f"{one.label}{_('：')}{one.note}", counts[one.name])
                for one in TABLES
            ),
        ),
    ]
    for table in TABLES:
        parts += [f"### {table.name} {table.label}", str(table.note), _grid(
            (_("栏"), _("类型"), _("含义")),
            ((f"`{name}`", kind, meaning) for name, kind, meaning in dictionary(table)),
        )]  # fmt: skip
        parts.append(wording.labelled(_("主键"), ", ".join(f"`{name}`" for name in table.key)))
    return "\n\n".join(parts) + "\n"


def dictionary(table: Table) -> list[tuple[str, str, str]]:
    """Name, type and meaning of each column, in the reader's language."""
    kinds = {
        "string": _("文字"), "integer": _("整数"), "number": _("数"), "boolean": _("是否"),
        "date": pgettext("data type", "日期"), "datetime": pgettext("data type", "时间"), "list": _("多项文字"),
    }  # fmt: skip
    return [(one.name, kinds[one.kind], _meaning(one)) for one in table.columns]


def license_text(edition: Edition) -> str:
    """A pointer to the license and the line to name the source by, in both languages."""
    parts = []
    for language in LANGUAGES:
        with translation.override(language):
            parts.append(
                "\n".join(
                    (
                        title(edition),
                        "",
                        license_name(edition),
                        edition.rules.open_data.license_url,
                        "",
                        *covered(),
                        "",
                        _("使用时请写明："),
                        attribution(edition),
                    )
                )
            )
    return "\n\n----\n\n".join(parts) + "\n"


def descriptor(edition: Edition, files: Iterable[Written], changed: datetime) -> str:
    """datapackage.json: what programs read first."""
    rules = edition.rules.open_data
    package = {
        "$schema": PROFILE,
        "name": package_name(edition),
        "title": _both(lambda: title(edition)),
        "description": _both(lambda: " ".join(covered())),
        "homepage": address(),
        "created": changed.isoformat(timespec="seconds"),
        "licenses": [
            {"name": rules.license, "path": rules.license_url, "title": _both(lambda: license_name(edition))}
        ],
        "contributors": [
            {"title": _both(lambda: publisher(edition)), "path": whole("/"), "roles": ["publisher"]}
        ],
        "keywords": ["科普", "science popularization", "events", edition.city, edition.city_en],
        "resources": [_resource(one) for one in files],
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"


def package_name(edition: Edition) -> str:
    """The name of the package; the file's is the same with its ending."""
    return f"kepuyue-{edition.code}-open-data"


def _resource(one: Written) -> dict[str, Any]:
    table, is_csv = one.table, one.form == "csv"
    schema: dict[str, Any] = {
        "fields": [_field(column) | column.schema(for_csv=is_csv) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    # Once is enough: the files of a table have the same rows
    if is_csv and table.foreign_keys():
        schema["foreignKeys"] = table.foreign_keys()
    return {
        "name": table.name if is_csv else f"{table.name}-{one.form}",
        "type": "table",
        "path": one.name,
        "title": _both(lambda: str(table.label)),
        "description": _both(lambda: str(table.note)),
        "format": one.form,
        "mediatype": "text/csv" if is_csv else "application/jsonl",
        "encoding": "utf-8",
        "bytes": one.size,
        "hash": f"sha256:{one.sha256}",
        "rows": one.rows,
        "schema": schema,
    }


def _field(column: Column) -> dict[str, Any]:
    return {"title": _both(lambda: str(column.label)), "description": _both(lambda: _meaning(column))}


def _meaning(column: Column) -> str:
    return f"{column.label}{_('：')}{column.note}" if column.note else str(column.label)


def _both(text: Any) -> str:
    """Chinese and English, once where they are the same."""
    found = []
    for language in LANGUAGES:
        with translation.override(language):
            found.append(str(text()))
    return " · ".join(dict.fromkeys(found))


def _bullets(lines: Iterable[str]) -> str:
    return "\n".join(f"- {one}" for one in lines)


def _grid(head: Iterable[object], rows: Iterable[Iterable[object]]) -> str:
    lines = [[str(cell).replace("|", "\\|") for cell in row] for row in (head, *rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in lines)
