from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from kepuyue.activities.actions import illustration
from kepuyue.activities.models import Activity, Picture
from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from tests.activities.acting import draft, fresh
from tests.cast import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_the_month")]


def photo(name: str = "../../etc/公园 照片.PNG") -> SimpleUploadedFile:
    written = BytesIO()
    Image.new("RGB", (30, 20), "navy").save(written, "PNG")
    return SimpleUploadedFile(name, written.getvalue())


def add(cast: Cast, activity: Activity, by: Any = None, **more: Any) -> Picture:
    return illustration.add(activity, by=by or cast.editor, file=photo(), alt="水火箭", **more)


def test_add_keeps_a_plain_jpeg_under_a_name_of_ours(cast: Cast) -> None:
    activity = draft(cast)

    picture = add(cast, activity, credit="本馆")

    stored = Picture.objects.get(pk=picture.pk)
    assert (stored.width, stored.height, stored.alt, stored.credit, stored.rights_confirmed) == (
        30,
        20,
        "水火箭",
        "本馆",
        True,
    )
    assert stored.file.name is not None
    assert stored.file.name.startswith("pictures/")
    assert activity.code.lower() in stored.file.name
    with stored.file.open("rb") as file:
        assert file.read(2) == b"\xff\xd8"
    event = audit.trail(activity)[0]
    assert (event.action, event.reason, event.version, fresh(activity).version) == (
        "activity.picture.add",
        "水火箭",
        2,
        2,
    )


def test_add_of_no_picture_leaves_nothing(cast: Cast) -> None:
    activity = draft(cast)

    with pytest.raises(ValidationError):
        illustration.add(activity, by=cast.editor, file=SimpleUploadedFile("a.jpg", b"no"), alt="x")

    assert (activity.pictures.count(), fresh(activity).version) == (0, 1)


def test_add_above_the_limit_is_refused(cast: Cast) -> None:
    activity = draft(cast)
    Picture.objects.bulk_create(
        Picture(activity=activity, file="x.jpg", alt="x", width=1, height=1) for _ in range(illustration.MOST)
    )

    with pytest.raises(ValidationError, match="最多12张图片"):
        add(cast, activity)


@pytest.mark.parametrize("person", ["check_in", "colleague", "district_reviewer", "outsider"])
def test_add_by_others_is_denied(cast: Cast, person: str) -> None:
    activity = draft(cast)

    with pytest.raises(PermissionDenied):
        add(cast, activity, by=getattr(cast, person))


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("submitted", "这项活动正在审核，暂不能修改。需要修改时，请先撤回。"),
        ("archived", "这项活动现在是“已存档”，不能再修改。"),
    ],
)
def test_add_and_remove_when_it_is_out_of_hand_say_why(cast: Cast, state: str, sentence: str) -> None:
    activity = draft(cast)
    picture = add(cast, activity)
    Activity.objects.filter(pk=activity.pk).update(state=state)

    with pytest.raises(NotPossibleNow) as adding:
        add(cast, activity)
    with pytest.raises(NotPossibleNow) as removing:
        illustration.remove(picture, by=cast.editor)

    assert adding.value.messages == removing.value.messages == [sentence]


def test_remove_deletes_the_row_and_then_the_file(
    cast: Cast, django_capture_on_commit_callbacks: Any
) -> None:
    activity = draft(cast)
    picture = add(cast, activity)
    storage, name = picture.file.storage, str(picture.file.name)

    with django_capture_on_commit_callbacks(execute=True):
        illustration.remove(picture, by=cast.owner)
        assert storage.exists(name)

    assert (activity.pictures.count(), storage.exists(name)) == (0, False)
    assert audit.trail(activity)[0].action == "activity.picture.remove"


def test_remove_by_others_is_denied(cast: Cast) -> None:
    picture = add(cast, draft(cast))

    with pytest.raises(PermissionDenied):
        illustration.remove(picture, by=cast.colleague)
