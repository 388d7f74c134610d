"""A database as parts of a backup: taken in one moment while others write, and put back in one transaction.

SQLite gives its file by its own online backup. PostgreSQL gives each table by COPY in one snapshot: that needs no
program beside this one, and no version of it that fits the server's. Its schema is not in the backup: it is made by
the migrations that the backup names, and then brought up to this program's.
"""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import Any, Protocol

from django.apps import apps
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from psycopg import sql

from kepuyue.operation.backup import DATABASE, BadBackup, Refused
from kepuyue.operation.backup.archive import Read, Writer

SQLITE_FILE = f"{DATABASE}kepuyue.sqlite3"
PAGES = 2_000  # of 4 KiB that are copied between two words about progress
LOCK_PATIENCE = 30  # seconds that a restore waits for those who use the database


@dataclass
class Taken:
    """What was taken of a database."""

    migrations: list[list[str]]
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    "Each table's rows and, for PostgreSQL, its columns"
    sequences: dict[str, int] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    "Media that rows name"


class Engine(Protocol):
    """What a backup asks of a database."""

    @staticmethod
    @contextmanager
    def snapshot(folder: Path) -> Iterator["Snapshot"]:
        """The database as it is in this moment, whoever writes meanwhile."""

    @staticmethod
    def verify(folder: Path, manifest: dict[str, Any]) -> None:
        """Whether the parts in the folder are sound and hold what the manifest says. Raises `BadBackup`."""

    @staticmethod
    def put(folder: Path, manifest: dict[str, Any]) -> None:
        """Let the verified parts in the folder take the place of all that is there, at once or not at all."""


class Snapshot(Protocol):
    """A database of one moment."""

    taken: Taken

    def write(self, writer: Writer) -> None:
        """Its parts."""


def engine() -> type[Engine]:
    """That of the configured database."""
    return Sqlite if connection.vendor == "sqlite" else Postgres


def media_columns() -> list[tuple[str, str]]:
    """Table and column of everything that names a file of media."""
    return [
        (model._meta.db_table, str(one.column))
        for model in apps.get_models()
        for one in model._meta.concrete_fields
        if isinstance(one, models.FileField)
    ]


def own_tables() -> set[str]:
    """The tables of this program's rooms."""
    return {
        model._meta.db_table for model in apps.get_models() if model.__module__.startswith("kepuyue.")
    } & set(connection.introspection.table_names())


def is_empty() -> bool:
    """Whether nobody has put anything into the configured database."""
    with connection.cursor() as cursor:
        for table in sorted(own_tables()):
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 (our own names)
            if cursor.fetchone():
                return False
    return True


def pending(applied: Iterable[Iterable[str]]) -> int:
    """How many migrations the program has beyond those; raises `Refused` where it lacks one of them."""
    known = set(MigrationLoader(None).disk_migrations)
    had = {(app, name) for app, name in applied}
    if unknown := sorted(had - known):
        newest = ".".join(unknown[-1])
        raise Refused(
            _("备份是较新的程序做的（这里没有 %(name)s）。请先升级程序，再恢复。") % {"name": newest}
        )
    return len(known - had)


class Sqlite:
    """The file of an embedded database."""

    def __init__(self, file: Path) -> None:
        self.file = file
        with closing(sqlite3.connect(file)) as copy:
            self.taken = Taken(
                [[*row] for row in copy.execute("SELECT app, name FROM django_migrations ORDER BY id")],
                _rows_of(copy),
                named=_named_by(copy),
            )

    @staticmethod
    @contextmanager
    def snapshot(folder: Path) -> Iterator["Sqlite"]:
        """A copy of the file, made page by page inside one read transaction: writers go on, and nothing begins anew."""
        name = connection.settings_dict["NAME"]
        with TemporaryDirectory(dir=folder, prefix=".kepuyue-backup-") as place:
            file = Path(place) / "kepuyue.sqlite3"
            with (
                closing(sqlite3.connect(f"file:{name}?mode=ro", uri=True)) as live,
                closing(sqlite3.connect(file)) as copy,
            ):
                live.isolation_level = None
                live.execute("BEGIN")
                live.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
                live.backup(copy, pages=PAGES)
                # A file by itself, without a log beside it
                copy.execute("PRAGMA journal_mode=DELETE")
            yield Sqlite(file)

    def write(self, writer: Writer) -> None:
        """The file as one part."""
        with self.file.open("rb") as file:
            writer.add(SQLITE_FILE, file, self.file.stat().st_size)

    @staticmethod
    def verify(folder: Path, manifest: dict[str, Any]) -> None:
        """Whether the file is a sound database that holds what the manifest says."""
        file = folder / "kepuyue.sqlite3"
        if not file.exists():
            raise BadBackup(_("备份里没有数据库。"))
        try:
            with closing(sqlite3.connect(file)) as copy:
                said = [row[0] for row in copy.execute("PRAGMA integrity_check(3)")]
                dangling = copy.execute("PRAGMA foreign_key_check").fetchone()
                rows = _rows_of(copy)
        except sqlite3.DatabaseError as error:
            raise BadBackup(_("备份里的数据库已损坏（%(why)s）。") % {"why": error}) from error
        if said != ["ok"] or dangling or rows != manifest["tables"]:
            why = dangling or (said if said != ["ok"] else "rows")
            raise BadBackup(_("备份里的数据库已损坏（%(why)s）。") % {"why": why})

    @staticmethod
    def put(folder: Path, manifest: dict[str, Any]) -> None:
        """Bring the copy up to date where it lies, then write its pages over the live file in one transaction."""
        file = folder / "kepuyue.sqlite3"
        if pending(manifest["migrations"]):
            # By a process of its own: migrations that fill rows ask the configured database, whatever it is called
            done = subprocess.run(
                [sys.executable, "-m", "kepuyue.cli", "migrate", "--verbosity", "0"],
                env={**os.environ, "DATABASE_URL": f"sqlite:///{file}"},
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode:
                raise BadBackup(_("旧数据库升级不成（%(why)s）。") % {"why": done.stderr.strip()[-300:]})
        with closing(sqlite3.connect(file)) as copy:
            copy.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            copy.execute("PRAGMA journal_mode=DELETE")
            connection.close()
            with closing(sqlite3.connect(connection.settings_dict["NAME"], timeout=LOCK_PATIENCE)) as live:
                live.execute("PRAGMA journal_mode=WAL")
                live.execute("PRAGMA synchronous=FULL")
                try:
                    copy.backup(live)
                except sqlite3.OperationalError as error:
                    raise Refused(
                        _("数据库一直有人在用（%(why)s）。请停下网站，再试一次。") % {"why": error}
                    ) from error


def _rows_of(copy: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    tables = [
        name
        for name, text in copy.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"
        )
        if not name.startswith("sqlite_") and "VIRTUAL TABLE" not in text
    ]
    count = "SELECT count(*) FROM {}"
    return {name: {"rows": copy.execute(count.format(_quoted(name))).fetchone()[0]} for name in tables}


def _named_by(copy: sqlite3.Connection) -> set[str]:
    named: set[str] = set()
    for table, column in media_columns():
        columns = {row[1] for row in copy.execute(f"PRAGMA table_info({_quoted(table)})")}
        if column in columns:
            asked = f"SELECT {_quoted(column)} FROM {_quoted(table)} WHERE {_quoted(column)} <> ''"  # noqa: S608 (our own names)
            named.update(row[0] for row in copy.execute(asked))
    return named


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Postgres:
    """All tables of the schema, each as COPY writes it."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
            self.taken = Taken([[*row] for row in cursor.fetchall()])
            cursor.execute(
                "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c "
                "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "
                "AND a.attgenerated = '' WHERE c.relkind IN ('r', 'p') "
                "AND c.relnamespace = current_schema()::regnamespace "
                "GROUP BY c.relname ORDER BY c.relname"
            )
            self.taken.tables = {name: {"columns": columns} for name, columns in cursor.fetchall()}
            cursor.execute(
                "SELECT sequencename, last_value FROM pg_sequences "
                "WHERE schemaname = current_schema() AND last_value IS NOT NULL"
            )
            self.taken.sequences = dict(cursor.fetchall())
            for table, column in media_columns():
                if column in self.taken.tables.get(table, {}).get("columns", ()):
                    name, where = connection.ops.quote_name(column), connection.ops.quote_name(table)
                    cursor.execute(f"SELECT {name} FROM {where} WHERE {name} <> ''")  # noqa: S608 (our own names)
                    self.taken.named.update(row[0] for row in cursor.fetchall())

    @staticmethod
    @contextmanager
    def snapshot(folder: Path) -> Iterator["Postgres"]:
        """One read-only transaction that sees one moment."""
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield Postgres()

    def write(self, writer: Writer) -> None:
        """Each table as one part."""
        for name, facts in self.taken.tables.items():
            rows = 0
            with TemporaryFile() as file:
                wanted = _copy(name, facts["columns"], "TO STDOUT")
                with connection.cursor() as cursor, cursor.copy(wanted) as source:
                    for data in source:
                        file.write(data)
                        # A line break inside a value is written as two signs
                        rows += bytes(data).count(b"\n")
                facts["rows"] = rows
                size = file.tell()
                file.seek(0)
                writer.add(_file_of(name), file, size)

    @staticmethod
    def verify(folder: Path, manifest: dict[str, Any]) -> None:
        """Whether each table has the rows that the manifest says."""
        for name, facts in manifest["tables"].items():
            file = folder / f"{name}.copy"
            if not file.exists():
                raise BadBackup(_("备份里没有表 %(name)s。") % {"name": name})
            with file.open("rb") as opened:
                rows = sum(1 for _line in opened)
            if rows != facts["rows"]:
                raise BadBackup(_("表 %(name)s 的行数不对。") % {"name": name})

    @staticmethod
    def put(folder: Path, manifest: dict[str, Any]) -> None:
        """Make the schema as the backup had it, fill it, bring it up to date: all in one transaction."""
        try:
            with transaction.atomic(durable=True):
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE}s'")
                    # The usual case: schema and backup are of the same migrations, and nothing has to be made anew
                    is_fitting = _applied(cursor) == {(app, name) for app, name in manifest["migrations"]}
                    if not is_fitting:
                        _drop_all(cursor)
                if not is_fitting:
                    executor = MigrationExecutor(connection)
                    executor.migrate(_tips(executor, manifest["migrations"]))
                with connection.cursor() as cursor:
                    _fill(cursor, folder, manifest)
                if not is_fitting:
                    call_command("migrate", verbosity=0, interactive=False)
        except DatabaseError as error:
            why = str(error).partition("\n")[0]
            raise Refused(_("数据库没有收下这个备份，一切照旧（%(why)s）。") % {"why": why}) from error


def _applied(cursor: Any) -> set[tuple[str, str]]:
    if "django_migrations" not in connection.introspection.table_names(cursor):
        return set()
    cursor.execute("SELECT app, name FROM django_migrations")
    return set(cursor.fetchall())


def _drop_all(cursor: Any) -> None:
    cursor.execute(
        "SELECT format('DROP TABLE IF EXISTS %I CASCADE', relname) FROM pg_class "
        "WHERE relkind IN ('r', 'p') AND relnamespace = current_schema()::regnamespace"
    )
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)


def _tips(executor: MigrationExecutor, applied: list[list[str]]) -> list[tuple[str, str]]:
    """The last of each room among those applied: whatever comes before is made on the way."""
    had = {(app, name) for app, name in applied} & set(executor.loader.graph.nodes)
    graph = executor.loader.graph.node_map
    return sorted(
        one
        for one in had
        if not any(child.key in had and child.key[0] == one[0] for child in graph[one].children)
    )


def _fill(cursor: Any, folder: Path, manifest: dict[str, Any]) -> None:
    tables = manifest["tables"]
    cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(sql.Identifier(name) for name in tables)))
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for name, facts in tables.items():
        wanted = _copy(name, facts["columns"], "FROM STDIN")
        with (folder / f"{name}.copy").open("rb") as file, cursor.copy(wanted) as target:
            while data := file.read(1 << 20):
                target.write(data)
    # What points nowhere is found here, and later migrations may change the tables
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name, value in manifest["sequences"].items():
        cursor.execute("SELECT setval(quote_ident(%s)::regclass, %s)", (name, value))


def _copy(name: str, columns: list[str], rest: str) -> sql.Composed:
    chosen = sql.SQL(", ").join(sql.Identifier(column) for column in columns)
    return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(name), chosen, sql.SQL(rest))


def _file_of(name: str) -> str:
    return f"{DATABASE}{name}.copy"


def keep(part: Read, folder: Path) -> None:
    """Put a part of the database into a folder."""
    name = part.name.removeprefix(DATABASE)
    if Path(name).name != name:
        raise BadBackup(_("备份里有不该有的名字：%(name)s") % {"name": part.name})
    with (folder / name).open("wb") as file:
        for data in part.chunks():
            file.write(data)


def names_file(name: str) -> bool:
    """Whether a row names this file of media now."""
    with connection.cursor() as cursor:
        there = set(connection.introspection.table_names(cursor))
        for table, column in media_columns():
            # Before an upgrade the database may be older than this program
            if table not in there or column not in {
                one.name for one in connection.introspection.get_table_description(cursor, table)
            }:
                continue
            where, what = connection.ops.quote_name(table), connection.ops.quote_name(column)
            cursor.execute(f"SELECT 1 FROM {where} WHERE {what} = %s LIMIT 1", (name,))  # noqa: S608 (our own names)
            if cursor.fetchone():
                return True
    return False
