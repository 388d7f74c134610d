"""Pictures from outside, made harmless: decoded within limits and written anew without any metadata."""

import warnings
from io import BytesIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageCms, ImageOps
from pillow_heif import register_heif_opener

LONGEST_SIDE = 2000  # pixels
MOST_PIXELS = 60_000_000
READABLE = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "HEIF")
SRGB = ImageCms.createProfile("sRGB")
# What phones of one large maker take; the decoder is libheif
register_heif_opener()


def re_encoded(file: UploadedFile) -> ContentFile:
    """The picture as a plain JPEG: upright, in sRGB, at most 2,000 pixels long, without EXIF, position or profile.

    Raises ValidationError in the reader's language for what is too large, truncated, or no picture.
    """
    with_alpha = _decoded(file)
    flat = Image.new("RGB", with_alpha.size, "white")
    flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
    written = BytesIO()
    flat.save(written, "JPEG", quality=85, optimize=True, progressive=True)
    # A name is needed for an image field to learn the size of what it is given
    return ContentFile(written.getvalue(), name="picture.jpg")


def drawn(file: File) -> ContentFile:
    """A mark or drawing as a plain PNG of its own size and with its transparency; raises as `re_encoded` does.

    A drawing in SVG can carry a program and is refused like any other file that is no picture.
    """
    written = BytesIO()
    _decoded(file).save(written, "PNG", optimize=True)
    return ContentFile(written.getvalue(), name="picture.png")


def _decoded(file: File) -> Image.Image:
    limit = settings.UPLOAD_MAX_BYTES
    if (file.size or 0) > limit:
        raise ValidationError(_("图片超过%(limit)s MB，请压缩后再上传。") % {"limit": limit // 1_000_000})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(file, formats=READABLE)
            if image.width * image.height > MOST_PIXELS:
                raise ValidationError(_("图片的像素太多，请缩小后再上传。"))
            # Made small while it is read, so that a large photo never stands in memory in full
            image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            with_alpha = _in_srgb(ImageOps.exif_transpose(image)).convert("RGBA")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ValidationError(_("图片的像素太多，请缩小后再上传。")) from error
    except ValidationError:
        raise
    except Exception as error:  # a broken file can break its decoder in any way
        raise ValidationError(_("这个文件不是能打开的图片。请用 JPG、PNG、WebP 或 HEIC 格式。")) from error
    return with_alpha


def _in_srgb(image: Image.Image) -> Image.Image:
    """In the colors that every screen assumes where none are named; a profile that cannot be read says nothing."""
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("RGB", "CMYK", "RGBA"):
        return image
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    plain = image.convert("RGB") if alpha else image
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        converted = ImageCms.profileToProfile(plain, source, SRGB, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError):
        return image
    if converted is None:
        return image
    if alpha:
        converted.putalpha(alpha)
    return converted
