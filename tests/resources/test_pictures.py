"""A picture of what is offered: made harmless, seen by those who see the offer, carried into the joint activity."""

from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from kepuyue.resources.actions import agreeing, illustrating
from tests.cast import Cast
from tests.factories.editions import png
from tests.resources.acting import asked, fresh, offered

pytestmark = pytest.mark.usefixtures("in_the_month")


def upload(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("../expert.png", content or png(), content_type="image/png")


@pytest.fixture
def files(settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def test_picture_is_a_plain_jpeg_with_its_words(cast: Cast, files: Any) -> None:
    offer = illustrating.show(offered(cast), by=cast.owner, file=upload(), alt="望远镜", credit="本馆")

    with offer.picture.open("rb") as file:
        assert Image.open(BytesIO(file.read())).format == "JPEG"
    assert (offer.picture_alt, offer.picture_credit, offer.picture_width) == ("望远镜", "本馆", 60)
    assert ".." not in (offer.picture.name or "")


def test_what_is_no_picture_is_refused_and_the_old_one_stays(cast: Cast, files: Any) -> None:
    offer = illustrating.show(offered(cast), by=cast.owner, file=upload(), alt="望远镜")

    with pytest.raises(ValidationError):
        illustrating.show(offer, by=cast.owner, file=upload(b"<svg onload=alert(1)>"), alt="坏的")

    assert fresh(offer).picture_alt == "望远镜" and fresh(offer).picture.storage.exists(offer.picture.name)


def test_another_unit_cannot_change_it(cast: Cast, files: Any) -> None:
    with pytest.raises(PermissionDenied):
        illustrating.show(offered(cast), by=cast.colleague, file=upload(), alt="别人的")


def test_replaced_and_removed_files_are_gone(
    cast: Cast, files: Any, django_capture_on_commit_callbacks: Any
) -> None:
    offer = illustrating.show(offered(cast), by=cast.owner, file=upload(), alt="一")
    first = offer.picture.name
    with django_capture_on_commit_callbacks(execute=True):
        offer = illustrating.show(offer, by=cast.owner, file=upload(), alt="二")
    second = offer.picture.name
    with django_capture_on_commit_callbacks(execute=True):
        offer = illustrating.remove(offer, by=cast.owner)

    assert not offer.picture and not offer.picture_alt
    assert not any(offer.picture.storage.exists(name) for name in (first, second))


def test_joint_activity_gets_a_copy_of_its_own(
    cast: Cast, files: Any, django_capture_on_commit_callbacks: Any
) -> None:
    offer = illustrating.show(offered(cast), by=cast.owner, file=upload(), alt="望远镜", credit="本馆")

    activity = agreeing.accept(asked(cast, offer), by=cast.owner, registrar=cast.other_unit)
    with django_capture_on_commit_callbacks(execute=True):
        illustrating.remove(offer, by=cast.owner)

    picture = activity.pictures.get()
    assert (picture.alt, picture.credit, picture.rights_confirmed) == ("望远镜", "本馆", True)
    assert picture.file.storage.exists(picture.file.name)


def test_form_and_pages(client: Client, cast: Cast, files: Any) -> None:
    offer = offered(cast)
    client.force_login(cast.owner)
    address = f"/desk/resources/offers/{offer.code}/picture/"

    refused = client.post(address, {"file": upload(), "alt": "望远镜"})
    taken = client.post(address, {"file": upload(), "alt": "望远镜", "rights_confirmed": "on"})

    assert (refused.status_code, taken.status_code) == (422, 302)
    assert 'alt="望远镜"' in client.get(f"/desk/resources/offers/{offer.code}/").content.decode()
    shown = client.get(f"/desk/resources/offers/{offer.code}/picture.jpg")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/jpeg")
    assert b"".join(shown.streaming_content).startswith(b"\xff\xd8")
    client.force_login(cast.colleague)
    assert 'alt="望远镜"' in client.get("/desk/resources/").content.decode()
    assert client.post(f"{address}removal/").status_code == 404
