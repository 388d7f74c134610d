"""The restore drill: what was backed up comes back row by row and file by file, and nothing else is believed."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as site
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection

from kepuyue.accounts.models import User
from kepuyue.activities.models import Activity
from kepuyue.core import ciphers
from kepuyue.operation.backup import BadBackup, CannotBackUp, Refused, databases, keys, media
from kepuyue.operation.backup.making import make
from kepuyue.operation.backup.restoring import restore
from kepuyue.operation.backup.verifying import verify
from tests import cast as casting
from tests.architecture.samples import samples
from tests.factories import ActivityFactory, PictureFactory, UserFactory
from tests.security.planting import something_everywhere

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def own_place(settings: Any, tmp_path: Path) -> Iterator[Path]:
    """Media and key of this test alone."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret-key").write_text("the key of this place")
    yield tmp_path


def rows_of_all_tables() -> dict[str, list[str]]:
    """Every row of every table, whatever made it."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT * FROM {name}")
            found[table] = sorted(map(repr, cursor.fetchall()))
    return found


def all_files() -> dict[str, str]:
    """The digest of every file of media."""
    return {name: media.digest(name) for name in media.all_names()}


def lose_everything() -> None:
    """What a restore is made for."""
    call_command("flush", verbosity=0, interactive=False)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM programme_terms")
    for name in list(media.all_names()):
        default_storage.delete(name)


def quiet(*_numbers: int) -> None:
    pass


def back_up(path: Path, *recipients: Any) -> Path:
    make(path, recipients=recipients, progress=quiet)
    return path


def bring_back(path: Path, *identities: Any, is_replacing: bool = False) -> Any:
    return restore(path, identities=identities, is_replacing=is_replacing, progress=quiet)


def test_every_row_and_file_comes_back(own_place: Path) -> None:
    cast = casting.assemble()
    samples(cast)
    something_everywhere(cast)
    before, files = rows_of_all_tables(), all_files()
    empty = {table for table in databases.own_tables() if not before[table]}
    made = make(own_place / "backup", recipients=(), progress=quiet)
    lose_everything()
    (own_place / "secret-key").write_text("another")

    done = bring_back(own_place / "backup")

    assert empty == set(), "a drill with empty tables proves little"
    assert rows_of_all_tables() == before
    assert all_files() == files
    assert len(files) > 5
    assert (done.rows, done.media) == (made.rows, made.media) == (made.rows, len(files))
    assert (own_place / "secret-key").read_text() == site.SECRET_KEY
    # What numbers rows goes on after them
    assert ActivityFactory().pk > max(Activity.objects.order_by("pk").values_list("pk", flat=True)[:1])


def test_encrypted_backup_opens_with_its_key_alone(own_place: Path) -> None:
    ActivityFactory(title="密文里找不到的名称")
    public = keys.new_key(own_place / "private")
    path = back_up(own_place / "backup", keys.recipient(public))
    keys.new_key(own_place / "wrong")
    lose_everything()

    with pytest.raises(Refused, match="加密"):
        bring_back(path)
    with pytest.raises(BadBackup, match="私钥"):
        bring_back(path, *keys.identities(own_place / "wrong"))
    with pytest.raises(Refused, match="没有私钥"):
        keys.identities(own_place / "secret-key")
    bring_back(path, *keys.identities(own_place / "private"))

    assert Activity.objects.get().title == "密文里找不到的名称"
    assert path.read_bytes().startswith(b"age-encryption.org/v1")
    assert path.stat().st_mode & 0o077 == (own_place / "private").stat().st_mode & 0o077 == 0


def test_what_is_there_is_replaced_only_when_asked(own_place: Path) -> None:
    kept = ActivityFactory(title="备份里的")
    path = back_up(own_place / "backup")
    Activity.objects.filter(pk=kept.pk).update(title="后来的")
    later = default_storage.save("pictures/later.jpg", ContentFile(b"later"))

    with pytest.raises(Refused, match="--replace"):
        bring_back(path)
    assert Activity.objects.get().title == "后来的"
    bring_back(path, is_replacing=True)

    assert Activity.objects.get().title == "备份里的"
    assert not default_storage.exists(later)


@pytest.mark.parametrize("place", [0.02, 0.3, 0.6, 0.98])
def test_damaged_backup_changes_nothing(own_place: Path, place: float) -> None:
    PictureFactory(activity=ActivityFactory())
    path = back_up(own_place / "backup")
    data = bytearray(path.read_bytes())
    # A stretch, as of a bad sector: one wrong bit may name another run of the same zeros, and nothing is damaged then
    spot = int(len(data) * place)
    data[spot : spot + 64] = bytes(byte ^ 0x55 for byte in data[spot : spot + 64])
    path.write_bytes(data)
    before, files = rows_of_all_tables(), all_files()

    with pytest.raises(BadBackup):
        bring_back(path, is_replacing=True)

    assert (rows_of_all_tables(), all_files()) == (before, files)


def test_backup_that_was_cut_off_is_none(own_place: Path) -> None:
    path = back_up(own_place / "backup")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])

    with pytest.raises(BadBackup, match="损坏"):
        verify(path, identities=(), folder=own_place, progress=quiet)


def test_backup_of_a_newer_program_is_refused(own_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('core', '9999_future', CURRENT_TIMESTAMP)"
        )
    try:
        path = back_up(own_place / "backup")
        with pytest.raises(Refused, match="9999_future"):
            bring_back(path, is_replacing=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_future'")


def test_key_that_the_environment_sets_has_to_open_what_comes_back(
    own_place: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    ActivityFactory()
    path = back_up(own_place / "backup")
    old = settings.SECRET_KEY
    sealed = ciphers.encrypted("sealed")
    lose_everything()
    monkeypatch.setenv("SECRET_KEY", "another")
    settings.SECRET_KEY = "another"

    with pytest.raises(Refused, match="SECRET_KEY_FALLBACKS"):
        bring_back(path)
    settings.SECRET_KEY_FALLBACKS = [old]
    bring_back(path)

    assert ciphers.decrypted(sealed) == "sealed"
    assert (own_place / "secret-key").read_text() == "the key of this place"


def test_earlier_keys_of_the_backup_have_to_be_known_too(own_place: Path, settings: Any) -> None:
    sealed = ciphers.encrypted("sealed")
    earlier, settings.SECRET_KEY = settings.SECRET_KEY, "the key after it"
    settings.SECRET_KEY_FALLBACKS = [earlier]
    path = back_up(own_place / "backup")
    lose_everything()
    settings.SECRET_KEY = "of a machine that is new"
    settings.SECRET_KEY_FALLBACKS = []

    with pytest.raises(Refused, match="SECRET_KEY_FALLBACKS"):
        bring_back(path)
    settings.SECRET_KEY_FALLBACKS = [earlier]
    bring_back(path)

    assert ciphers.decrypted(sealed) == "sealed"
    assert (own_place / "secret-key").read_text() == "the key after it"


def test_a_place_without_a_key_has_none_after_a_restore_that_was_refused(
    own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = back_up(own_place / "backup")
    lose_everything()
    (own_place / "secret-key").unlink()

    def refuse(*_given: Any) -> None:
        raise Refused("busy")

    monkeypatch.setattr(databases.engine(), "put", refuse)
    with pytest.raises(Refused, match="busy"):
        bring_back(path)

    assert not (own_place / "secret-key").exists()


def test_what_was_worked_out_before_is_forgotten(own_place: Path) -> None:
    path = back_up(own_place / "backup")
    lose_everything()
    cache.set("burden", "of the rows of before")

    bring_back(path)

    assert cache.get("burden") is None


def test_media_may_take_longer_than_the_database_waits(
    own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PictureFactory(activity=ActivityFactory())
    add = media.add

    def slowly(*given: Any) -> bool:
        assert not connection.in_atomic_block, "the database is held while media are read"
        return add(*given)

    monkeypatch.setattr(media, "add", slowly)

    assert make(own_place / "backup", recipients=(), progress=quiet).media == 1


def test_file_that_a_row_names_and_nobody_has_is_told(own_place: Path, capsys: Any) -> None:
    picture = PictureFactory(activity=ActivityFactory())
    default_storage.delete(picture.file.name)

    with pytest.raises(SystemExit) as ended:
        call_command("backup", str(own_place / "backup"), "--format", "json")

    assert ended.value.code == 3
    assert json.loads(capsys.readouterr().out)["missing"] == [picture.file.name]


def test_commands_say_what_they_did_and_end_with_a_status(own_place: Path, capsys: Any) -> None:
    ActivityFactory()
    path = own_place / "backup"

    call_command("backup", str(path), "--format", "json")
    made = json.loads(capsys.readouterr().out)
    call_command("backup", "--verify", str(path), "--format", "json")
    seen = json.loads(capsys.readouterr().out)
    with pytest.raises(CommandError) as again:
        call_command("backup", str(path))
    with pytest.raises(CommandError) as full:
        call_command("restore", str(path))
    call_command("restore", str(path), "--replace", "--format", "json")
    back = json.loads(capsys.readouterr().out)

    assert made["rows"] == seen["rows"] == back["rows"] > 0
    assert (again.value.returncode, full.value.returncode) == (1, 2)


def test_no_half_file_is_left_where_the_disk_is_full(
    own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> bool:
        raise OSError(28, os.strerror(28))

    default_storage.save("pictures/one.jpg", ContentFile(b"one"))
    monkeypatch.setattr(media, "add", full)

    with pytest.raises(CannotBackUp, match="No space left"):
        back_up(own_place / "backup")

    assert [path.name for path in own_place.iterdir() if "backup" in path.name] == []


def test_backup_is_of_one_moment_although_others_write(
    own_place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row and its file that come while media are copied: the row is not in it, and no row lacks its file."""
    PictureFactory(activity=ActivityFactory(title="之前"))
    add, wrote = media.add, []

    def add_and_write(writer: Any, name: str) -> bool:
        if not wrote:
            wrote.append(_write_elsewhere())
        return add(writer, name)

    monkeypatch.setattr(media, "add", add_and_write)
    path = back_up(own_place / "backup")
    assert User.objects.filter(email="meanwhile@example.org").exists()

    bring_back(path, is_replacing=True)

    assert not User.objects.filter(email="meanwhile@example.org").exists()
    assert Activity.objects.get().title == "之前"


def _write_elsewhere() -> bool:
    """Somebody else writes meanwhile, and is not held up."""

    def write() -> None:
        UserFactory(email="meanwhile@example.org")
        connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()
    return True
