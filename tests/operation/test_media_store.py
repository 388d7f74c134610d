"""Media in a store of objects: everything that writes or reads a file does so there."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from moto.server import ThreadedMotoServer
from PIL import Image

from kepuyue.activities.actions import illustration
from kepuyue.core import stores
from kepuyue.core.time import now
from kepuyue.documents import storing
from kepuyue.documents.actions import filing
from kepuyue.operation.backup import media
from kepuyue.operation.backup.making import make
from kepuyue.operation.backup.restoring import restore
from kepuyue.programme.posters import poster
from tests.cast import Cast
from tests.factories import ActivityFactory
from tests.factories.editions import png


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A store on this machine that speaks S3."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=port, verbose=False)
    running.start()
    yield f"http://127.0.0.1:{port}"
    running.stop()


@pytest.fixture
def bucket(server: str, settings: Any, tmp_path: Path) -> Any:
    """An empty bucket that media are kept in; its folder on this machine stays empty."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": stores.store(f"s3://key:secret@kepuyue-media?endpoint={server}&prefix=site"),
    }
    made = boto3.resource(
        "s3",
        endpoint_url=server,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    ).create_bucket(Bucket="kepuyue-media")
    made.objects.delete()
    yield made
    assert not settings.MEDIA_ROOT.exists()


def names(bucket: Any) -> set[str]:
    return {one.key for one in bucket.objects.all()}


@pytest.mark.django_db(transaction=True)
def test_picture_is_kept_shown_drawn_and_deleted_there(
    bucket: Any, cast: Cast, sign_in: Any, settings: Any, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    activity = ActivityFactory(organization=cast.own_unit, sessions=1)
    file = SimpleUploadedFile("a.png", png(size=(400, 300)))
    picture = illustration.add(activity, by=cast.owner, file=file, alt="星空")
    assert names(bucket) == {f"site/{picture.file.name}"}

    shown = sign_in(cast.owner).get(reverse("activities:picture", args=[picture.pk]))
    facts = poster.facts_of(activity, now())

    assert Image.open(BytesIO(b"".join(shown.streaming_content))).size == (400, 300)
    assert poster.drawn(poster.CARD, facts) != poster.drawn(poster.CARD, replace(facts, picture=""))
    illustration.remove(picture, by=cast.owner)
    assert names(bucket) == set()
    assert poster.drawn(poster.POSTER, facts), "a file that is gone breaks no poster"


@pytest.mark.django_db
def test_pictures_of_documents_are_kept_there_and_tidied(bucket: Any) -> None:
    name = storing._keep(png())

    assert names(bucket) == {f"site/{storing.path_of(name)}"}
    assert filing.tidy_pictures() == 0, "what is young may belong to what is just written"


@pytest.mark.django_db(transaction=True)
def test_backup_reads_and_writes_there(bucket: Any, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    (tmp_path / "secret-key").write_text("key")
    kept = default_storage.save("pictures/2026/a.png", SimpleUploadedFile("a.png", png()))
    before = {name: media.digest(name) for name in media.all_names()}
    make(tmp_path / "backup", recipients=(), progress=lambda *_: None)
    bucket.objects.delete()

    restore(tmp_path / "backup", identities=(), is_replacing=False, progress=lambda *_: None)

    assert {name: media.digest(name) for name in media.all_names()} == before
    assert set(before) == {kept}


@pytest.mark.parametrize(
    "address",
    ["http://bucket", "s3://", "s3://bucket/folder", "s3://bucket?endpont=x", "s3://bucket?endpoint=x"],
)
def test_address_that_names_no_store_is_refused(address: str) -> None:
    with pytest.raises(stores.WrongStore, match="s3://key:secret@bucket"):
        stores.store(address)


def test_secret_may_hold_any_sign() -> None:
    options = stores.store("s3://AKIA:a%2Fb%2B@bucket?region=cn-north-1")["OPTIONS"]

    assert (options["secret_key"], options["bucket_name"], options["region_name"]) == (
        "a/b+",
        "bucket",
        "cn-north-1",
    )
    assert options["endpoint_url"] is None
