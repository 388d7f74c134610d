"""The booklet, read back as a reader, a printer and a program would; and how it is asked for and made."""

import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.http import QueryDict
from django.test import Client
from django.utils import timezone, translation
from fontTools.ttLib import TTFont
from pylopdf_fonts_zh_cn import sans_path
from pypdf import PdfReader

from kepuyue.activities.models import Activity, Participation, Session, State, UnitRole
from kepuyue.editions.models import Edition
from kepuyue.programme import tasks
from kepuyue.programme.actions import outputs
from kepuyue.programme.handbook import book, compiling, pages, typesetter, wish
from kepuyue.programme.models import Output
from kepuyue.programme.posters.lettering import MISSING, drawable
from kepuyue.publicity.models import KeyDecision
from tests.conftest import SHENZHEN
from tests.factories import ActivityFactory, DistrictFactory, SessionFactory, UnitFactory, VenueFactory
from tests.programme.given import announce, published
from tests.security import corpus

pytestmark = pytest.mark.django_db
CLOSING = "，。、；：？！）》」』】”’％"


@pytest.fixture(autouse=True)
def own_folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def at(day: int, hour: int = 9, month: int = 9) -> datetime:
    return datetime(2024, month, day, hour, tzinfo=SHENZHEN)


@pytest.fixture
def month(in_the_month: datetime) -> dict[str, Activity]:
    """Two districts, a talk on two days, one called off, one in another city, one over weeks, one without a day."""
    hall = VenueFactory(name="少年宫", address="红荔路1号")
    futian = DistrictFactory(code="futian", name="福田区", name_en="Futian District")
    nanshan = DistrictFactory(code="nanshan", name="南山区", name_en="Nanshan District")

    def one(title: str, *days: int, **facts: Any) -> Activity:
        made = published(title=title, sessions=0, **{"district": futian, **facts})
        for day in days:
            SessionFactory(activity=made, venue=hall, starts_at=at(day), ends_at=at(day, 11))
        return made

    talk = one("湿地观鸟", 15, 16, host="福田区科协", summary="带望远镜", public_phone="0755-00000000",
               audience_note="亲子家庭", admission="free", booking_mode="walk_in")  # fmt: skip
    off = one(
        "停办的讲座", 15, state=State.CANCELLED, cancel_reason="台风", district=nanshan, host="南山区科协"
    )
    linked = one("广州的开放日", 18, city="广州", district=None)
    lasting = one("标本展", district=nanshan)
    SessionFactory(activity=lasting, is_all_day=True, starts_at=at(1, 0), ends_at=at(1, 0, 10))
    undated = one("择期举行", dates_as_written="九月下旬")
    for each in (talk, off, linked, lasting, undated):
        announce(each)
    return {"talk": talk, "off": off, "linked": linked, "lasting": lasting, "undated": undated}


def edition() -> Edition:
    return Edition.objects.get(is_current=True)


def asked(query: str = "") -> wish.Wish:
    return wish.of_address(edition(), QueryDict(query))


def read(body: bytes) -> list[str]:
    """The text of each page."""
    return [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def spaced(text: str) -> str:
    return " ".join(text.split()) + " "


def fonts(reader: PdfReader) -> Iterator[tuple[str, bool]]:
    """Each face by its name, and whether it travels with the file."""
    for page in reader.pages:
        for font in page["/Resources"].get("/Font", {}).values():  # type: ignore[index]
            [inner] = font.get_object()["/DescendantFonts"]
            facts = inner.get_object()["/FontDescriptor"].get_object()
            yield (
                str(facts["/FontName"]).rpartition("+")[2].lstrip("/"),
                bool({"/FontFile2", "/FontFile3"} & set(facts)),
            )


def test_the_booklet_has_all_in_its_order_with_true_page_numbers(month: dict[str, Activity]) -> None:
    body = wish.printed(asked())

    plain = read(body)
    sheets = [squeezed(text) for text in plain]
    cover, contents, whole = sheets[0], spaced(plain[1]), "".join(sheets)
    assert "节目册" in cover and squeezed(edition().name) in cover and squeezed(edition().theme) in cover
    chapters = {}
    for title in ("福田区", "南山区", "联动城市", "展览", "时间待定", "单位索引", "活动名称索引"):
        [number] = re.findall(rf"{title}[ ·]+(\d+) ", contents)
        chapters[title] = int(number)
        assert title in sheets[int(number) - 1]
    assert list(chapters.values()) == sorted(chapters.values())
    [day] = re.findall(r"9月16日 (\d+) ", contents)
    assert "9月16日（周一）" in sheets[int(day) - 1]
    # In full once, with all that a visitor asks for; on its later day the page is named
    talk = sheets[chapters["福田区"] - 1]
    for fact in ("09:00–11:00", "少年宫·红荔路1号", "福田区科协", "亲子家庭", "免费", "0755-00000000", "带望远镜",
                 month["talk"].code, "9月15日、9月16日"):  # fmt: skip
        assert fact in talk, fact
    assert f"湿地观鸟→{chapters['福田区']}" in talk and whole.count("带望远镜") == 1
    off = sheets[chapters["南山区"] - 1]
    assert "停办的讲座已取消" in off and "台风" in off
    assert "广州" in sheets[chapters["联动城市"] - 1] and "标本展" in sheets[chapters["展览"] - 1]
    assert "九月下旬" in sheets[chapters["时间待定"] - 1]


def test_the_indexes_are_complete_and_lead_to_the_right_page(month: dict[str, Activity]) -> None:
    Participation.objects.create(activity=month["linked"], role=UnitRole.SUPPORTER, name="安全教育协会")

    plain = read(wish.printed(asked()))
    sheets = [squeezed(text) for text in plain]

    start = next(number for number, text in enumerate(sheets) if "单位索引按拼音" in text)
    index, before = spaced(" ".join(plain[start:])), sheets[2:start]
    names = [unit.name for one in month.values() for unit in one.participations.all()]
    for name, title in [
        *((one.title, one.title) for one in month.values()),
        *((unit.name, one.title) for one in month.values() for unit in one.participations.all()),
    ]:
        [number] = re.findall(rf"{name} (\d+) ", index)
        assert title in sheets[int(number) - 1], name
    assert len(before) >= 4 and len(names) == 3
    # A before B, and letters as heads
    assert index.index("安全教育协会") < index.index("福田区科协") < index.index("南山区科协")
    assert "B 标本展" in index and "G 广州的开放日" in index


def test_a_page_stands_once_in_an_index_line_and_pages_stand_in_order(month: dict[str, Activity]) -> None:
    nanshan = month["off"].district
    for number, district in enumerate([nanshan, *[month["talk"].district] * 3, nanshan]):
        each = published(title=f"星空讲堂{number}", sessions=0, district=district, host="市天文台")
        SessionFactory(activity=each, starts_at=at(20 - number), ends_at=at(20 - number, 11))
        announce(each)

    plain = read(wish.printed(asked()))

    sheets = [squeezed(text) for text in plain]
    start = next(number for number, text in enumerate(sheets) if "单位索引按拼音" in text)
    [numbers] = re.findall(r"市天文台 ([\d ]+) ", spaced(" ".join(plain[start:])))
    holding = [number for number, text in enumerate(sheets[:start], 1) if "星空讲堂" in text]
    assert numbers == " ".join(map(str, holding)) and len(holding) == 2


def test_faces_travel_with_the_file_and_no_letter_is_missing(month: dict[str, Activity]) -> None:
    rare = published(title="𠮷野家🧪与Ａ１的龘靐 Ω≈ç 한국어 นิทรรศการ 展\ue000\u0378", sessions=1)

    body = wish.printed(asked())

    reader = PdfReader(io.BytesIO(body))
    found = set(fonts(reader))
    # Named so by us alone: whatever faces the machine has are not among them
    assert {name for name, _embedded in found} == {"Booklet-Sans", "Booklet-Serif"}
    assert all(embedded for _name, embedded in found)
    known = TTFont(str(sans_path())).getBestCmap()
    text = "".join(read(body))
    assert {sign for sign in text if not sign.isspace() and ord(sign) not in known} == set()
    assert "\ufffd" not in text and squeezed(drawable(rare.title)) in squeezed(text) and MISSING in text


def test_no_line_begins_with_a_closing_sign(in_the_month: datetime) -> None:
    # So that the sign falls on each place of a line in turn
    for length in range(12, 60, 2):
        published(
            title="科" * (length // 2) + "，学：普（及）。",
            summary="字" * length + "，" + "普" * 3 + "AI 2024年9月14日10:00、12:00（第3期）；" * 2,
            sessions=1,
        )

    sheets = read(wish.printed(asked("layout=a5")))

    lines = [line.strip() for text in sheets for line in text.splitlines() if line.strip()]
    assert len(lines) > 100
    assert [line for line in lines if line[0] in CLOSING] == []
    assert [line for line in lines if line[-1] in "（《“"] == []


def test_hostile_text_stays_text(in_the_month: datetime) -> None:
    for kind in corpus.names():
        hostile = corpus.KINDS[kind][0]
        made = published(title=f"始{hostile[:100]}终", summary=hostile[:200], host=f"单{hostile}"[:110])
        Activity.objects.filter(pk=made.pk).update(
            booking_url="javascript:kpx()", booking_note=hostile[:200], public_phone=hostile[:60],
            audience_note=hostile[:120], admission_note=hostile[:120],
        )  # fmt: skip
    Session.objects.update(note=corpus.KINDS["script"][0][:120], place=corpus.KINDS["markup"][0][:200])

    body = wish.printed(asked())

    text = squeezed("".join(read(body)))
    assert "<script>kpx()</script>" in text and "javascript:" not in text.replace(
        "[点](javascript:kpx())", ""
    )
    for sign in (b"/JavaScript", b"/JS ", b"/Launch", b"/EmbeddedFile", b"/SubmitForm"):
        assert sign not in body
    links = [
        note.get_object()["/A"]["/URI"]
        for page in PdfReader(io.BytesIO(body)).pages
        for note in page.get("/Annots", [])
        if "/A" in note.get_object() and "/URI" in note.get_object()["/A"]
    ]
    assert [link for link in links if "evil" in link or "kpx" in link] == []


def test_nothing_that_is_not_public_is_printed(month: dict[str, Activity]) -> None:
    ActivityFactory(title="还是草稿", sessions=1)
    Activity.objects.update(
        contact_name="联系人甲", contact_phone="13800000000", emergency_contact="负责人乙", content_lead="负责人丙",
        safety_plan="安全预案丁",
    )  # fmt: skip

    text = pages.rendered(compiling.compiled(asked().selection), "a4")

    assert "湿地观鸟" in text
    for secret in ("还是草稿", "联系人甲", "13800000000", "负责人乙", "负责人丙", "安全预案丁"):
        assert secret not in text


def test_headings_go_down_one_at_a_time(month: dict[str, Activity]) -> None:
    """What lasts and what has no day stands under its chapter without a day's heading (WCAG 2.2, 1.3.1)."""
    text = pages.rendered(compiling.compiled(asked().selection), "a4")

    levels = [int(level) for level in re.findall(r"<h([1-6])", text)]
    assert {2, 3} <= set(levels)
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_a_choice_and_an_english_reader(month: dict[str, Activity]) -> None:
    talk = month["talk"]
    Activity.objects.filter(pk=talk.pk).update(title_en="Watching birds")
    KeyDecision.objects.create(activity=talk, state="listed", organization=talk.organization)
    # Put forward by its unit and not decided on
    announce(published(title="等待认定", district=talk.district, is_key=True))

    with translation.override("en"):
        text = squeezed("".join(read(wish.printed(asked("district=futian&key=1")))))
        compiled = compiling.compiled(asked("district=nanshan").selection)

    assert "Watchingbirds" in text and "FutianDistrict" in text and "Keyactivity" in text
    assert "等待认定" not in text and "择期举行" not in text and "停办" not in text
    assert compiled.has_chinese
    [chapter] = [one for one in compiled.chapters if one.title == "Nanshan District"]
    assert [(line.title, line.language) for line in chapter.days[0].lines] == [("停办的讲座", "zh-Hans")]


def test_one_time_has_one_line_and_each_place_its_own(month: dict[str, Activity]) -> None:
    many = published(title="每日开放", sessions=0)
    other = VenueFactory(name="图书馆")
    for day in range(1, 21):
        for hour in (9, 14):
            SessionFactory(activity=many, starts_at=at(day, hour), ends_at=at(day, hour + 1))
    moved = SessionFactory(activity=many, starts_at=at(25), ends_at=at(25, 10), venue=other)
    postponed = SessionFactory(activity=many, starts_at=at(26), ends_at=at(26, 10), is_postponed=True)
    announce(many)

    compiled = compiling.compiled(asked().selection)

    [item] = [
        line for chapter in compiled.chapters for day in chapter.days for line in day.lines
        if line.title == "每日开放" and isinstance(line, book.Item)
    ]  # fmt: skip
    first, second, third = item.times
    assert first.text.endswith("09:00–10:00、14:00–15:00") and first.text.startswith("9月1日、9月2日、")
    assert (second.text, second.place) == ("9月25日（周三） 09:00–10:00", "图书馆")
    assert third.mark.startswith("已延期") and moved.pk != postponed.pk


# Asking, waiting, taking it along


def test_it_is_made_in_the_background_once_and_then_given_at_once(
    client: Client, month: dict[str, Activity]
) -> None:
    first = client.get("/handbook.pdf?district=futian")
    again = client.get("/handbook.pdf?district=futian")

    assert (first.status_code, again.status_code) == (202, 202) and first["Retry-After"]
    output = Output.objects.get()
    assert output.state == "waiting" and not output.file
    assert "排队中" in client.get("/handbook.pdf?district=futian&progress=1").content.decode()
    tasks.make_output.func(output.pk)
    tasks.make_output.func(output.pk)
    done = client.get("/handbook.pdf?district=futian")
    assert done.status_code == 200 and done["Content-Type"] == "application/pdf"
    body = b"".join(done.streaming_content)  # type: ignore[attr-defined]
    assert body.startswith(b"%PDF-") and "inline" in done["Content-Disposition"]
    asked_again = client.get("/handbook.pdf?district=futian", headers={"If-None-Match": done["ETag"]})
    assert asked_again.status_code == 304
    assert "打开节目册" in client.get("/handbook.pdf?district=futian&progress=1").content.decode()
    assert Output.objects.count() == 1


def test_a_cancellation_makes_a_new_booklet_in_the_place_of_the_old(
    client: Client, month: dict[str, Activity], tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client.get("/handbook.pdf")
    tasks.make_output.func(Output.objects.get().pk)
    month["talk"].state, month["talk"].version = State.CANCELLED, 9
    month["talk"].save()

    assert client.get("/handbook.pdf").status_code == 202
    with django_capture_on_commit_callbacks(execute=True):
        tasks.make_output.func(Output.objects.get(state="waiting").pk)

    body = b"".join(client.get("/handbook.pdf").streaming_content)  # type: ignore[attr-defined]
    assert "湿地观鸟已取消" in squeezed("".join(read(body)))
    assert Output.objects.count() == 1 and len(list((tmp_path / "outputs").iterdir())) == 1


def test_more_than_a_dozen_waiting_are_asked_to_come_again(
    client: Client, month: dict[str, Activity]
) -> None:
    for day in range(outputs.MOST_WAITING):
        assert (
            client.get(
                f"/handbook.pdf?q={'湿地观鸟'[: day % 4 + 1]}&layout={('a4', 'a5', 'large')[day // 4]}"
            ).status_code
            == 202
        )

    answer = client.get("/handbook.pdf?free=1")

    assert answer.status_code == 503 and answer["Retry-After"] == "60"
    assert "/handbook/print/?free=1" in answer.content.decode()
    assert Output.objects.count() == outputs.MOST_WAITING


def test_where_the_machine_cannot_set_pages_it_says_so_and_prints_from_the_browser(
    client: Client, month: dict[str, Activity], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typesetter, "LIBRARIES", ("libno-such-thing.so.0",))
    typesetter.is_there.cache_clear()
    try:
        choice, answer = client.get("/handbook/"), client.get("/handbook.pdf")
        printed = client.get("/handbook/print/")
        with pytest.raises(CommandError, match="libpango"):
            call_command("handbook", "x.pdf")
    finally:
        monkeypatch.undo()
        typesetter.is_there.cache_clear()

    assert choice.status_code == 200 and "还不能排版PDF" in choice.content.decode()
    assert answer.status_code == 503 and "/handbook/print/" in answer.content.decode()
    assert not Output.objects.exists()
    assert printed.status_code == 200 and "湿地观鸟" in printed.content.decode()


def test_what_fails_says_so_and_is_tried_again_later(
    client: Client,
    month: dict[str, Activity],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client.get("/handbook.pdf")
    output = Output.objects.get()
    monkeypatch.setattr(typesetter, "SECONDS", 0)
    tasks.make_output.func(output.pk)
    monkeypatch.undo()
    [told] = [record for record in caplog.records if "could not be made" in record.message]
    assert told.exc_info and told.exc_info[2], "the log says where it failed"

    output.refresh_from_db()
    assert output.is_failed and output.trouble
    assert "没有排成" in client.get("/handbook.pdf").content.decode()
    Output.objects.update(moved_at=timezone.now() - timedelta(minutes=3))
    assert "排队中" in client.get("/handbook.pdf").content.decode()


def test_files_that_nobody_asks_for_go_and_what_a_dead_process_left_is_begun_anew(
    client: Client, month: dict[str, Activity], tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client.get("/handbook.pdf?layout=a5")
    client.get("/handbook.pdf?free=1")
    old, dead = Output.objects.order_by("pk")
    old.file.save("old", ContentFile(b"%PDF-"))
    Output.objects.filter(pk=old.pk).update(
        state="ready", used_at=timezone.now() - outputs.KEPT - timedelta(hours=1)
    )
    Output.objects.filter(pk=dead.pk).update(state="working", moved_at=timezone.now() - outputs.SILENCE * 2)

    with django_capture_on_commit_callbacks(execute=True):
        left = outputs.tidy()

    assert left == [dead.pk] and Output.objects.get().state == "waiting"
    assert list((tmp_path / "outputs").iterdir()) == []


@pytest.mark.parametrize(
    ("query", "status"),
    [("district=nowhere", 422), ("date_from=xx", 422), ("q=没有这样的活动", 404), ("layout=xx", 202)],
)
def test_wrong_wishes_are_answered_politely(
    client: Client, month: dict[str, Activity], query: str, status: int
) -> None:
    assert client.get(f"/handbook.pdf?{query}").status_code == status


def test_before_publicity_opens_there_is_none(client: Client, month: dict[str, Activity], clock: Any) -> None:
    clock.set(datetime(2024, 8, 1))

    for address in ("/handbook/", "/handbook.pdf", "/handbook/print/"):
        page = client.get(address)
        assert page.status_code == 200 and "湿地观鸟" not in page.content.decode()
    assert not Output.objects.exists()


def test_the_command_writes_a_file(month: dict[str, Activity], tmp_path: Path) -> None:
    call_command("handbook", str(tmp_path / "a.pdf"), "--filter", "district=nanshan", "--layout", "large")

    text = squeezed("".join(read((tmp_path / "a.pdf").read_bytes())))
    assert "停办的讲座" in text and "湿地观鸟" not in text
    for wrong in (
        ["--filter", "district=nowhere"],
        ["--edition", "nowhere"],
        ["--filter", "q=没有这样的活动"],
    ):
        with pytest.raises(CommandError):
            call_command("handbook", str(tmp_path / "b.pdf"), *wrong)
    assert not (tmp_path / "b.pdf").exists()


def test_units_do_not_share_a_page_number_they_have_not(month: dict[str, Activity]) -> None:
    unit = UnitFactory(name="无关单位")

    compiled = compiling.compiled(asked().selection)

    assert unit.name not in {line.name for letter in compiled.by_unit for line in letter.lines}
    assert [letter.letter for letter in compiled.by_unit] == sorted(
        letter.letter for letter in compiled.by_unit
    )
