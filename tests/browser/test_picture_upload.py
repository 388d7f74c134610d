"""Photos on their way in: made small and upright by the browser, with the same form where there are no scripts."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, Request, expect

from kepuyue.activities.models import Activity
from tests.activities.acting import draft
from tests.browser.conftest import Troubles
from tests.cast import Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("in_the_month")]
ORIENTATION, GPS = 0x0112, 0x8825
ON_ITS_SIDE = 6  # as a phone that was held upright notes it


def photo(width: int, height: int) -> dict[str, Any]:
    """A heavy photo with its left half dark, taken upright, with the position where it was taken."""
    picture = Image.effect_noise((width, height), 90).convert("RGB")
    picture.paste((20, 20, 60), (0, 0, width // 2, height))
    exif = Image.Exif()
    exif[ORIENTATION] = ON_ITS_SIDE
    exif[GPS] = {1: "N", 2: (22.0, 32.0, 0.0)}
    written = BytesIO()
    picture.save(written, "JPEG", quality=95, exif=exif)
    return {"name": "IMG_0042.jpg", "mimeType": "image/jpeg", "buffer": written.getvalue()}


@pytest.fixture
def activity(cast: Cast) -> Activity:
    return draft(cast)


@pytest.fixture
def opened(
    cast: Cast, activity: Activity, sign_in_browser: Callable[[Page, Any], None]
) -> Callable[[Page], Page]:
    def enter(page: Page) -> Page:
        sign_in_browser(page, cast.editor)
        page.goto(f"/desk/activities/{activity.code}/pictures/")
        page.locator("[name=alt]").fill("孩子们在看望远镜")
        page.locator("[name=rights_confirmed]").check()
        return page

    return enter


def test_photo_of_a_phone_is_sent_small_and_upright(
    opened: Callable[[Page], Page],
    phone: Page,
    activity: Activity,
    assert_fits: Callable[[Page], None],
    assert_accessible: Callable[[Page], None],
) -> None:
    page, file = opened(phone), photo(3000, 2000)
    sent: list[Request] = []
    page.on("requestfinished", lambda asked: asked.method == "POST" and sent.append(asked))
    page.locator("input[type=file]").set_input_files(file)
    # At once: the photo is made small first
    page.get_by_role("button", name="添加").click()

    expect(page.get_by_role("img", name="孩子们在看望远镜")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("图片已添加")
    (stored,) = activity.pictures.all()
    assert (stored.width, stored.height) == (1333, 2000)
    assert sent[0].sizes()["requestBodySize"] < len(file["buffer"]) / 2
    with stored.file.open() as file_kept, Image.open(file_kept) as kept:
        # What lay on the left of the turned picture is on top
        assert kept.convert("L").getpixel((666, 200)) < 60
        assert not kept.getexif()
    assert_fits(page)
    page.get_by_role("button", name="关闭提示").click()
    expect(page.locator("#toasts .toast")).to_have_count(0)
    # The whole page at once: wherever it were scrolled to, the bars would lie over something
    page.set_viewport_size({"width": 390, "height": page.evaluate("document.body.scrollHeight")})
    assert_accessible(page)


def test_what_is_chosen_is_shown_and_refused_with_a_sentence(
    opened: Callable[[Page], Page],
    desktop: Page,
    activity: Activity,
    assert_accessible: Callable[[Page], None],
    troubles: Troubles,
) -> None:
    page = opened(desktop)
    page.locator("input[type=file]").set_input_files(photo(2400, 1200))
    expect(page.get_by_text("拍摄位置已去掉")).to_be_visible()
    expect(page.get_by_role("img", name="将要上传的图片")).to_be_visible()
    assert_accessible(page)

    page.locator("input[type=file]").set_input_files(
        {"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no picture"}
    )
    expect(page.get_by_role("img", name="将要上传的图片")).to_be_hidden()
    page.get_by_role("button", name="添加").click()

    expect(page.get_by_text("不是能打开的图片").first).to_be_visible()
    assert activity.pictures.count() == 0
    # The browser's own word on the refusal
    troubles.remove(
        "console: Failed to load resource: the server responded with a status of 422 (Unprocessable Entity)"
    )


def test_without_scripts_the_photo_goes_as_it_is(
    opened: Callable[[Page], Page], open_page: Callable[..., Page], activity: Activity
) -> None:
    page = opened(open_page(390, 844, java_script_enabled=False))
    page.locator("input[type=file]").set_input_files(photo(1200, 600))
    page.get_by_role("button", name="添加").click()

    expect(page.get_by_role("img", name="孩子们在看望远镜")).to_be_visible()
    (stored,) = activity.pictures.all()
    assert (stored.width, stored.height) == (600, 1200)
