"""Photos of a summary: clean, as many as the edition takes, whose they are, children not public without consent, likeness shown."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image, ImageDraw

from kepuyue.activities.models import State
from kepuyue.core.time import shifted
from kepuyue.summaries import likeness, queries
from kepuyue.summaries.actions import deciding, filing, photographing
from kepuyue.summaries.actions.filing import Typed
from kepuyue.summaries.models import Photo
from tests.cast import Cast
from tests.factories import ActivityFactory, SummaryFactory

FACTS = {
    "caption": "孩子们看水火箭升空", "rights": "own", "rights_note": "", "people": "nobody", "guardians_agreed": False,
}  # fmt: skip


@pytest.fixture(autouse=True)
def on_the_25th() -> Any:
    with shifted(datetime(2024, 9, 25, 2, tzinfo=UTC) - timezone.now()):
        yield


def opened(cast: Cast) -> Any:
    activity = ActivityFactory(
        edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, sessions=1
    )
    return SummaryFactory(activity=activity)


def drawn(size: tuple[int, int] = (320, 240), *, x: int = 60, quality: int = 90) -> SimpleUploadedFile:
    """Two bright disks on gray, the first `x` of 320 from the left."""
    image = Image.new("RGB", (320, 240), "gray")
    for left, top in ((x, 30), (250 - x // 2, 140)):
        ImageDraw.Draw(image).ellipse((left, top, left + 70, top + 70), fill="white")
    image = image.resize(size)
    written = BytesIO()
    image.save(written, "JPEG", quality=quality)
    return SimpleUploadedFile("a.jpg", written.getvalue())


def add(summary: Any, cast: Cast, file: SimpleUploadedFile | None = None, **more: Any) -> Photo:
    return photographing.add(summary, by=cast.editor, file=file or drawn(), facts=FACTS | more)


def test_more_photos_than_the_edition_takes_are_refused_and_others_may_not_add(cast: Cast) -> None:
    summary = opened(cast)
    cast.edition.policy = {"summaries": {"photos": 2}}
    cast.edition.save()
    for _number in range(2):
        add(summary, cast)

    with pytest.raises(ValidationError, match="最多2张"):
        add(summary, cast)
    with pytest.raises(PermissionDenied):
        photographing.add(summary, by=cast.district_reviewer, file=drawn(), facts=FACTS)


def test_photo_of_others_says_whose_it_is(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="别人拍的照片"):
        add(opened(cast), cast, rights="others")


@pytest.mark.parametrize(
    ("people", "agreed", "public"),
    [("nobody", False, True), ("adults", False, True), ("children", False, False), ("children", True, True)],
)
def test_children_are_public_only_with_their_guardians_consent(
    people: str, agreed: bool, public: bool, cast: Cast
) -> None:
    assert add(opened(cast), cast, people=people, guardians_agreed=agreed).may_be_published == public


def test_same_picture_smaller_and_worse_is_found_in_another_summary_and_another_one_is_not(
    cast: Cast,
) -> None:
    first = add(opened(cast), cast)
    again = add(opened(cast), cast, drawn((200, 150), quality=40))
    other = add(opened(cast), cast, drawn(x=200))

    assert queries.alike([first, again, other]) == [[again], [first], []]


def test_plain_surface_is_like_nothing() -> None:
    assert not likeness.is_near("0" * 16, "0" * 16)


def test_page_adds_a_photo_and_only_those_concerned_see_it(cast: Cast, client: Client) -> None:
    summary = opened(cast)
    address = f"/desk/summaries/{summary.activity.code}/photos/"
    client.force_login(cast.editor)

    refused = client.post(address, {"file": SimpleUploadedFile("a.jpg", b"GIF89a no picture")} | FACTS | {"guardians_agreed": ""})  # fmt: skip
    added = client.post(address, {"file": drawn()} | FACTS | {"guardians_agreed": ""})
    photo = Photo.objects.get()
    seen = client.get(f"/desk/summaries/photos/{photo.pk}/file/")
    body = b"".join(seen.streaming_content)  # type: ignore[attr-defined]
    client.force_login(cast.colleague)

    assert (refused.status_code, added.status_code) == (422, 302)
    assert Image.open(BytesIO(body)).size == (320, 240)
    assert client.get(f"/desk/summaries/photos/{photo.pk}/file/").status_code == 404


def test_removed_photo_leaves_no_file(cast: Cast, django_capture_on_commit_callbacks: Any) -> None:
    photo = add(opened(cast), cast)
    storage, name = photo.file.storage, photo.file.name

    with django_capture_on_commit_callbacks(execute=True):
        photographing.remove(photo, by=cast.editor)

    assert not storage.exists(str(name))


def accepted(cast: Cast, **more: Any) -> tuple[Any, Photo]:
    """A summary with one photo, filed and accepted."""
    summary = opened(cast)
    photo = add(summary, cast, **more)
    typed = Typed({"visits-count": (30, "")})
    summary = filing.write(filing.again(summary), typed, by=cast.editor, version=2)
    filing.file(summary, by=cast.editor)
    return deciding.accept(summary, by=cast.district_reviewer), photo


def test_what_was_accepted_with_consent_is_public_and_nothing_else(cast: Cast) -> None:
    summary, photo = accepted(cast)
    filing.supplement(summary, by=cast.editor)
    add(summary, cast, drawn(x=200), caption="补报时加的")
    _others, _children = accepted(cast, people="children")

    assert queries.public_photos(summary.activity) == [photo]
    assert queries.public_photos(_others.activity) == []


def test_described_anew_it_is_public_again_only_when_that_is_accepted(cast: Cast) -> None:
    summary, photo = accepted(cast)
    summary = filing.supplement(summary, by=cast.editor)
    photographing.describe(photo, by=cast.editor, facts=FACTS | {"caption": "水火箭飞过了操场"})
    before = queries.public_photos(summary.activity)
    deciding.accept(filing.file(summary, by=cast.editor), by=cast.district_reviewer)

    assert (before, queries.public_photos(summary.activity)) == ([], [photo])


def status_of(client: Client, address: str) -> int:
    answer = client.get(address)
    b"".join(answer)  # reads a file to its end, which closes it
    return answer.status_code


def test_withheld_photo_is_gone_for_the_public_at_once_and_stays_for_those_concerned(
    cast: Cast, client: Client
) -> None:
    summary, photo = accepted(cast)
    page, picture = f"/activities/{summary.activity.code}/photos/", f"/photos/{photo.pk}.jpg"
    seen = (client.get(page).content.decode(), status_of(client, picture))
    with pytest.raises(PermissionDenied):
        photographing.withhold(photo, by=cast.other_reviewer)

    photographing.withhold(photo, by=cast.district_reviewer)

    assert picture in seen[0]
    assert seen[1] == 200
    assert picture not in client.get(page).content.decode()
    assert status_of(client, picture) == 404
    client.force_login(cast.editor)
    assert status_of(client, f"/desk/summaries/photos/{photo.pk}/file/") == 200


def test_part_of_the_activity_page_is_nothing_where_there_are_no_photos(cast: Cast, client: Client) -> None:
    address = f"/activities/{opened(cast).activity.code}/photos/"

    part = client.get(address, headers={"HX-Request": "true"})
    page = client.get(address)

    assert part.content.decode().strip() == ""
    assert "还没有照片" in page.content.decode()
