from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms
from pillow_heif import register_heif_opener

from kepuyue.core.pictures import LONGEST_SIDE, re_encoded

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
NO_PICTURE = "这个文件不是能打开的图片。请用 JPG、PNG、WebP 或 HEIC 格式。"


def encoded(image: Image.Image, format: str = "JPEG", **options: object) -> bytes:
    written = BytesIO()
    image.save(written, format, **options)
    return written.getvalue()


def upload(data: bytes, name: str = "photo.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def half_red(size: tuple[int, int] = (60, 40)) -> Image.Image:
    """White with a red left half."""
    image = Image.new("RGB", size, "white")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(re_encoded(upload(data)).read()))
    image.load()
    return image


def test_picture_written_anew_has_no_exif_position_or_profile() -> None:
    exif = Image.Exif()
    exif[MAKER] = "SecretCam"
    exif.get_ifd(GPS).update({1: "N", 2: (22.0, 32.0, 30.0), 3: "E", 4: (114.0, 3.0, 10.0)})
    data = encoded(half_red(), exif=exif, icc_profile=b"profile", comment=b"by Li")
    assert Image.open(BytesIO(data)).getexif().get_ifd(GPS) != {}

    written = re_encoded(upload(data)).read()

    clean = Image.open(BytesIO(written))
    assert dict(clean.getexif()) == {}
    assert set(clean.info) & {"exif", "icc_profile", "comment"} == set()
    assert b"SecretCam" not in written


def test_picture_turned_by_its_orientation_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was held upright

    upright = opened(encoded(half_red((60, 40)), exif=exif))

    assert upright.size == (40, 60)
    top, bottom = upright.getpixel((20, 5)), upright.getpixel((20, 55))
    assert top[1] < 80  # type: ignore[index]
    assert bottom[1] > 200  # type: ignore[index]


def test_picture_longer_than_the_limit_is_made_smaller_in_proportion() -> None:
    assert opened(encoded(Image.new("RGB", (3000, 1500)))).size == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_picture_within_the_limit_keeps_its_size() -> None:
    assert opened(encoded(half_red((640, 480)))).size == (640, 480)


def test_transparent_picture_stands_on_white() -> None:
    flat = opened(encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0)), "PNG"))

    assert (flat.format, flat.mode, flat.getpixel((10, 10))) == ("JPEG", "RGB", (255, 255, 255))


@pytest.mark.parametrize(
    ("mode", "format"),
    [
        ("L", "JPEG"), ("CMYK", "JPEG"), ("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("I;16", "PNG"), ("P", "GIF"),
        ("RGB", "WEBP"), ("RGBA", "WEBP"), ("RGB", "BMP"), ("RGB", "TIFF"), ("F", "TIFF"), ("I;16", "TIFF"),
        ("CMYK", "TIFF"),
    ],
)  # fmt: skip
def test_picture_of_every_usual_kind_is_taken(mode: str, format: str) -> None:
    picture = opened(encoded(Image.new(mode, (2100, 30)), format))

    assert (picture.format, picture.mode, picture.width) == ("JPEG", "RGB", LONGEST_SIDE)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.4",
        b"\x00" * 100,
        b"PK\x03\x04rest",
    ],
    ids=["empty", "text", "svg", "pdf", "zeros", "zip"],
)
def test_file_that_is_no_picture_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        re_encoded(upload(data))

    assert refused.value.messages == [NO_PICTURE]


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"])
def test_truncated_picture_is_refused_with_a_sentence(format: str) -> None:
    data = encoded(half_red((300, 200)), format)

    with pytest.raises(ValidationError) as refused:
        re_encoded(upload(data[: len(data) // 2]))

    assert refused.value.messages == [NO_PICTURE]


def test_picture_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    bomb = encoded(Image.new("1", (9000, 8000)), "PNG")
    assert len(bomb) < 100_000

    with pytest.raises(ValidationError) as refused:
        re_encoded(upload(bomb))

    assert refused.value.messages == ["图片的像素太多，请缩小后再上传。"]


def test_picture_of_far_too_many_pixels_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = encoded(Image.new("1", (14000, 14000)), "PNG")

    with pytest.raises(ValidationError) as refused:
        re_encoded(upload(bomb))

    assert refused.value.messages == ["图片的像素太多，请缩小后再上传。"]


def test_picture_of_too_many_bytes_is_refused(settings: object) -> None:
    settings.UPLOAD_MAX_BYTES = 2_000_000  # type: ignore[attr-defined]
    data = encoded(half_red()) + b"\x00" * 2_000_000

    with pytest.raises(ValidationError) as refused:
        re_encoded(upload(data))

    assert refused.value.messages == ["图片超过2 MB，请压缩后再上传。"]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP"]),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_damaged_picture_is_taken_or_refused_but_never_breaks(
    format: str, damage: list[tuple[float, int]]
) -> None:
    data = bytearray(encoded(half_red((50, 40)), format))
    for place, value in damage:
        data[int(place * len(data))] = value

    try:
        written = re_encoded(upload(bytes(data)))
    except ValidationError as refused:
        assert len(refused.messages) == 1
    else:
        assert written.read()[:2] == b"\xff\xd8"


def test_phones_own_format_is_read() -> None:
    register_heif_opener()  # for writing one; the reader brings its own

    assert opened(encoded(half_red((64, 48)), "HEIF", quality=95)).getpixel((10, 20))[0] > 230  # type: ignore[index]


def test_colors_of_another_profile_are_told_as_every_screen_shows_them() -> None:
    wide = ImageCms.createProfile("sRGB")
    swapped = bytearray(ImageCms.ImageCmsProfile(wide).tobytes())
    # The red and the blue primary change places, so that what the numbers call red is blue
    red, blue = swapped.find(b"rXYZ"), swapped.find(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"

    shown = opened(encoded(Image.new("RGB", (40, 40), "red"), "PNG", icc_profile=bytes(swapped)))

    red_of, _green, blue_of = shown.getpixel((20, 20))  # type: ignore[misc]
    assert blue_of > 200 > 60 > red_of


def test_unreadable_profile_leaves_the_picture_as_it_is() -> None:
    shown = opened(encoded(Image.new("RGB", (40, 40), "red"), "PNG", icc_profile=b"profile"))

    assert shown.getpixel((20, 20))[0] > 240  # type: ignore[index]
