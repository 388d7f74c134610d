"""From draft to register: numbers without gaps or doubles, frozen content, void ones that stay, corrections, the PDF."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from hashlib import sha256
from io import BytesIO
from typing import Any

import docx
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import FileSystemStorage, default_storage
from django.test import Client

from kepuyue.core import audit
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.documents import kinds, pdf, queries, storing
from kepuyue.documents.actions import drafting, filing, issuing, organs
from kepuyue.documents.actions.drafting import Typed
from kepuyue.documents.content import Document, Paragraph, Picture
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.documents.tasks import build_document
from tests.cast import Cast, come_in
from tests.factories import DraftFactory, OrganFactory
from tests.factories.documents import content
from tests.factories.editions import png
from tests.security.half_done import half_done


@pytest.fixture
def organ(cast: Cast) -> IssuingOrgan:
    return OrganFactory(organization=cast.office_unit, code="深科联办")


@pytest.fixture
def kind() -> Iterator[dict[str, Any]]:
    """A kind that the desk offers; what it was asked and whether it fails stand in the dictionary."""
    known: dict[str, Any] = {}

    def build(context: kinds.Context) -> Document:
        known["facts"] = context.facts
        context.progress(0.5)
        if known.get("fails"):
            raise ValidationError("没有活动")
        return Document(title="推荐函", blocks=(Paragraph("现予推荐。"),), dated=date(2024, 10, 9))

    kinds.register("letter", label="函", build=build, is_offered=lambda _user, _organ: True, is_long=True)
    yield known
    del kinds._known["letter"]


def typed(**more: Any) -> Typed:
    facts: dict[str, Any] = {
        "title": "通知",
        "addressees": "各区",
        "text": "请认真组织。",
        "dated": date(2024, 8, 6),
    }
    return Typed(**facts | more)


def words(document: OfficialDocument) -> list[str]:
    with document.word.open("rb") as file:
        return [one.text for one in docx.Document(BytesIO(file.read())).paragraphs]


def test_issued_document_is_numbered_frozen_and_recorded(cast: Cast, organ: IssuingOrgan) -> None:
    draft = DraftFactory(organ=organ)

    issued = issuing.issue_draft(draft, by=cast.office)

    assert (issued.full_number, issued.state, issued.year, issued.number) == (
        "深科联办〔2024〕1号",
        "issued",
        2024,
        1,
    )
    with issued.word.open("rb") as file:
        assert issued.word_sha256 == sha256(file.read()).hexdigest()
    assert "深科联办〔2024〕1号" in words(issued)
    assert storing.from_json(issued.content) == replace(content(), number="深科联办〔2024〕1号")
    [event] = audit.trail(issued)
    assert (event.action, event.changes["number"]) == ("document.issue", [None, "深科联办〔2024〕1号"])
    for refused in (
        lambda: drafting.change(issued, typed(), by=cast.office, version=1),
        lambda: drafting.remove(issued, by=cast.office),
        lambda: issuing.issue_draft(issued, by=cast.office),
    ):
        with pytest.raises(NotPossibleNow):
            refused()


def test_numbers_go_on_by_organ_and_year(cast: Cast, organ: IssuingOrgan) -> None:
    other = OrganFactory(organization=cast.office_unit, code="深科协", first_number=7, first_year=2024)
    next_year = storing.to_json(replace(content(), dated=date(2025, 1, 3)))

    found = [
        issuing.issue_draft(draft, by=cast.office).full_number
        for draft in (
            DraftFactory(organ=organ), DraftFactory(organ=organ), DraftFactory(organ=organ, content=next_year),
            DraftFactory(organ=other), DraftFactory(organ=other, content=next_year), DraftFactory(organ=organ),
        )
    ]  # fmt: skip

    assert found == ["深科联办〔2024〕1号", "深科联办〔2024〕2号", "深科联办〔2025〕1号", "深科协〔2024〕7号", "深科协〔2025〕1号",
                     "深科联办〔2024〕3号"]  # fmt: skip
    assert queries.years(organ) == [2025, 2024]


def test_failed_issue_takes_no_number(
    cast: Cast, organ: IssuingOrgan, monkeypatch: pytest.MonkeyPatch
) -> None:
    DraftFactory(organ=organ)
    draft = DraftFactory(organ=organ)

    assert (
        half_done(lambda: issuing.issue_draft(draft, by=cast.office), lambda count: range(1, count + 1)) == []
    )
    with monkeypatch.context() as broken, pytest.raises(OSError, match="full"):
        broken.setattr(FileSystemStorage, "_save", _full)
        issuing.issue_draft(draft, by=cast.office)

    assert issuing.issue_draft(draft, by=cast.office).number == 1


def _full(*_a: Any, **_o: Any) -> str:
    raise OSError("disk full")


def test_what_is_not_ready_is_not_issued(cast: Cast, organ: IssuingOrgan) -> None:
    for change in ({"title": " "}, {"blocks": ()}, {"blocks": (Paragraph("定于（待填写）举行。"),)}):
        draft = DraftFactory(organ=organ, content=storing.to_json(replace(content(), **change)))
        with pytest.raises(ValidationError):
            issuing.issue_draft(draft, by=cast.office)
    assert not OfficialDocument.objects.registered()


@pytest.mark.parametrize("who", ["owner", "judge", "district_reviewer", "outsider"])
def test_nobody_issues_in_the_name_of_another_unit(who: str, cast: Cast, organ: IssuingOrgan) -> None:
    draft, by = DraftFactory(organ=organ), getattr(cast, who)

    for act in (
        lambda: issuing.issue_draft(draft, by=by),
        lambda: drafting.change(draft, typed(), by=by, version=1),
        lambda: drafting.remove(draft, by=by),
        lambda: issuing.issue(kind="letter", issuer=organ, context={}, by=by),
        lambda: organs.change(organ, by=by, facts={}),
    ):
        with pytest.raises(PermissionDenied):
            act()


def test_void_number_stays_in_the_register_with_its_reason(cast: Cast, organ: IssuingOrgan) -> None:
    first, second = (issuing.issue_draft(DraftFactory(organ=organ), by=cast.office) for _n in range(2))

    with pytest.raises(ValidationError):
        issuing.void(first, by=cast.office, reason=" ")
    issuing.void(first, by=cast.office, reason="日期写错")
    third = issuing.issue_draft(DraftFactory(organ=organ), by=cast.office)

    found = [(one.number, one.state, one.void_reason) for one in queries.register(organ, 2024)]
    assert found == [(3, "issued", ""), (2, "issued", ""), (1, "void", "日期写错")]
    assert (second.number, third.number) == (2, 3)
    with pytest.raises(NotPossibleNow):
        issuing.void(first, by=cast.office, reason="再一次")


def test_correction_is_a_new_issue_that_names_what_it_replaces(cast: Cast, organ: IssuingOrgan) -> None:
    old = issuing.issue_draft(DraftFactory(organ=organ), by=cast.office)
    before = (old.content, old.word_sha256)

    draft = drafting.correct(old, by=cast.office)
    new = issuing.issue_draft(draft, by=cast.office)

    assert new.replaces == old and new.number == 2
    assert words(new).count("此前印发的《关于做好科普月活动的通知》（深科联办〔2024〕1号）同时废止。") == 1
    old.refresh_from_db()
    assert (old.content, old.word_sha256) == before and list(old.replacements.registered()) == [new]


def test_draft_is_changed_from_the_version_that_was_seen(cast: Cast, organ: IssuingOrgan) -> None:
    draft = DraftFactory(organ=organ)
    text = "一、时间\n（一）主场。九月。\n二、要求\n〔表1〕"

    with pytest.raises(ValidationError, match="表1"):
        drafting.change(draft, typed(text=text), by=cast.office, version=1)
    changed = drafting.change(
        draft, typed(attachments=(("一览表", "说明\n〔表1〕"), ("", ""))), by=cast.office, version=1
    )
    with pytest.raises(Conflict):
        drafting.change(draft, typed(title="别的"), by=cast.office, version=1)
    with pytest.raises(Conflict):
        issuing.issue_draft(draft, by=cast.office, version=1)

    found = storing.from_json(changed.content)
    assert (found.title, found.attachments[0].blocks) == (
        "通知", (Paragraph("说明"), content().attachments[0].blocks[0])
    )  # fmt: skip
    assert issuing.issue_draft(draft, by=cast.office, version=2).title == "通知"


def test_kind_is_built_numbered_and_issued_by_one_call(
    cast: Cast, organ: IssuingOrgan, kind: dict[str, Any]
) -> None:
    issued = issuing.issue(kind="letter", issuer=organ, context={"round": 3}, by=cast.office)

    assert kind["facts"] == {"round": 3}
    found = storing.from_json(issued.content)
    assert (found.mark, found.issuer, found.on_behalf) == (organ.mark, organ.name, "深圳市科学技术协会")


def test_long_kind_is_built_in_the_background_and_tried_again(
    cast: Cast, organ: IssuingOrgan, kind: dict[str, Any], client: Client
) -> None:
    come_in(client, cast.office)
    kind["fails"] = True

    answer = client.post("/desk/documents/new/", {"organ": organ.pk, "kind": "letter"})
    [draft] = OfficialDocument.objects.all()
    assert draft.state == "building" and answer.url == f"/desk/documents/{draft.pk}/"
    assert "正在起草" in client.get(answer.url).content.decode()
    build_document.func(draft.pk, cast.office.pk)
    assert "没有活动" in client.get(answer.url).content.decode()

    kind["fails"] = False
    client.post(f"/desk/documents/{draft.pk}/building/")
    build_document.func(draft.pk, cast.office.pk)
    build_document.func(draft.pk, cast.office.pk)

    draft.refresh_from_db()
    assert (draft.state, draft.title, draft.share) == ("draft", "推荐函", 1)
    assert client.get(f"/desk/documents/{draft.pk}/progress/")["HX-Refresh"] == "true"


def test_pdf_is_made_once_and_said_to_be_impossible_where_it_is(
    cast: Cast, organ: IssuingOrgan, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = issuing.issue_draft(DraftFactory(organ=organ), by=cast.office)
    monkeypatch.setattr(pdf, "program", lambda: None)

    assert filing.make_pdfs() == 0
    issued.refresh_from_db()
    assert "LibreOffice" in issued.trouble and not issued.pdf
    OfficialDocument.objects.update(pdf_begun_at=None)
    monkeypatch.setattr(pdf, "from_word", lambda files: [b"%PDF-" + file[:9] for file in files])
    assert (filing.make_pdfs(), filing.make_pdfs()) == (1, 0)

    issued.refresh_from_db()
    assert issued.trouble == "" and issued.pdf.size == 14 and len(issued.pdf_sha256) == 64


def test_a_document_that_gives_no_pdf_keeps_no_other_from_its_own(
    cast: Cast, organ: IssuingOrgan, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = (issuing.issue_draft(DraftFactory(organ=organ), by=cast.office) for _ in range(2))
    with bad.word.open("rb") as file:
        spoilt = file.read()

    def converted(files: list[bytes]) -> list[bytes]:
        if spoilt in files:
            raise pdf.NotPossible("LibreOffice")
        return [b"%PDF-" for _file in files]

    monkeypatch.setattr(pdf, "from_word", converted)

    assert filing.make_pdfs() == 1
    good.refresh_from_db()
    bad.refresh_from_db()
    assert good.pdf and not good.trouble
    assert bad.trouble == "LibreOffice" and not bad.pdf


def test_pictures_are_kept_once_and_tidied_when_nobody_names_them(
    organ: IssuingOrgan, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = replace(content(), blocks=(Picture(png(), "主场", 0.5), Picture(png(), "又是主场")))
    draft = DraftFactory(organ=organ, content=storing.to_json(one))
    [name] = storing.picture_names(draft.content)
    monkeypatch.setattr(filing, "KEPT", -filing.KEPT)

    assert storing.from_json(draft.content) == one
    assert filing.tidy_pictures() == 0 and default_storage.exists(storing.path_of(name))
    draft.delete()
    filing.tidy_pictures()
    assert not default_storage.exists(storing.path_of(name))


def test_what_begins_numbers_stays_once_one_was_given(cast: Cast, organ: IssuingOrgan) -> None:
    organs.change(organ, by=cast.office, facts={"code": "深科办"})
    issuing.issue_draft(DraftFactory(organ=organ), by=cast.office)

    with pytest.raises(ValidationError, match="编过号"):
        organs.change(organ, by=cast.office, facts={"code": "深科联"})
    assert organs.change(organ, by=cast.office, facts={"mark": "深圳市科协文件"}).mark == "深圳市科协文件"


def test_several_organs_sign_under_the_number_of_the_host(
    cast: Cast, organ: IssuingOrgan, client: Client
) -> None:
    draft = DraftFactory(organ=organ)
    come_in(client, cast.office)
    sent = {
        "title": "关于科普月情况的报告", "text": "报告如下。", "dated": "2024-10-08", "version": 1, "urgency": "加急",
        "joint": "深圳市教育局\n深圳市科技创新局\n", "signers": "李 明、王小川", "copy_number": 7, "secrecy": "机密",
    }  # fmt: skip

    twice = client.post(f"/desk/documents/{draft.pk}/", sent | {"joint": f"某局\n{content().issuer}"})
    assert "每个机关只写一次" in twice.content.decode()
    assert client.post(f"/desk/documents/{draft.pk}/", sent).status_code == 302
    shown = client.get(f"/desk/documents/{draft.pk}/").content.decode()
    issued = issuing.issue_draft(draft, by=cast.office)

    assert (
        "深圳市教育局<br>深圳市科技创新局" in shown
        and "签发人：李　明　王小川" in shown
        and "000007<br>加急" in shown
    )
    assert issued.full_number == "深科联办〔2024〕1号"
    found = storing.from_json(issued.content)
    assert (found.joint, found.signers) == (("深圳市教育局", "深圳市科技创新局"), ("李明", "王小川"))
    assert (found.copy_number, found.urgency, found.secrecy) == (7, "加急", "")
    [change] = [event for event in audit.trail(draft) if event.action == "document.change"]
    assert change.changes["joint"] == ["", "深圳市教育局，深圳市科技创新局"]


def test_state_secrets_are_issued_only_where_the_network_is_approved(
    cast: Cast, organ: IssuingOrgan, settings: Any, client: Client
) -> None:
    secret = replace(content(), secrecy="机密★1年")
    with pytest.raises(ValidationError, match="涉密系统"):
        issuing.issue_draft(DraftFactory(organ=organ, content=storing.to_json(secret)), by=cast.office)

    settings.CLASSIFIED_DOCUMENTS = True
    with pytest.raises(ValidationError, match="份号"):
        issuing.issue_draft(DraftFactory(organ=organ, content=storing.to_json(secret)), by=cast.office)
    draft = DraftFactory(organ=organ)
    come_in(client, cast.office)
    sent = {"title": "关于甲的通知", "text": "甲。", "dated": "2024-10-08", "version": 1, "copy_number": 1}
    alone = client.post(f"/desk/documents/{draft.pk}/", sent | {"secret_for": "1年"})
    assert alone.status_code == 422 and "请选密级" in alone.content.decode()
    client.post(f"/desk/documents/{draft.pk}/", sent | {"secrecy": "机密", "secret_for": "1年"})

    assert "机密★1年" in words(issuing.issue_draft(draft, by=cast.office))


def test_draft_that_was_changed_meanwhile_is_shown_again_before_it_is_issued(
    cast: Cast, organ: IssuingOrgan, client: Client
) -> None:
    draft = DraftFactory(organ=organ)
    drafting.change(draft, typed(title="别人改过的通知"), by=cast.office, version=1)
    come_in(client, cast.office)

    page = client.post(f"/desk/documents/{draft.pk}/issue/", {"version": 1, "is_checked": "on"})

    text = page.content.decode()
    assert page.status_code == 422 and "请看过现在的内容再印发" in text and "别人改过的通知" in text
    assert 'name="version" value="2"' in text
    assert re.search(r'<input[^>]*name="is_checked"[^>]*\schecked', text) is None
    again = client.post(f"/desk/documents/{draft.pk}/issue/", {"version": 2, "is_checked": "on"})
    assert again.status_code == 302


def test_story_at_the_desk(cast: Cast, client: Client, organ: IssuingOrgan) -> None:
    come_in(client, cast.district_reviewer)
    facts = {"organization": cast.own_district.pk, "name": "福田区科学技术协会", "mark": "福田区科学技术协会文件",
             "first_number": 5, "first_year": 2024}  # fmt: skip
    refused = client.post("/desk/documents/organs/new/", facts | {"code": "福科〔2024〕"})
    assert refused.status_code == 422 and "机关代字只写字" in refused.content.decode()
    client.post("/desk/documents/organs/new/", facts | {"code": "福科"})
    own = IssuingOrgan.objects.get(code="福科")
    draft = DraftFactory(organ=own)
    page = f"/desk/documents/{draft.pk}/"

    sent = {
        "title": "关于转发通知的通知",
        "text": "〔表9〕",
        "dated": "2024-08-07",
        "version": 1,
        "addressees": "各街道：",
    }
    kept = client.post(page, sent)
    assert (
        kept.status_code == 422
        and "〔表9〕" in kept.content.decode()
        and "没有“〔表9〕”" in kept.content.decode()
    )
    assert client.post(page, sent | {"text": "一、转发\n请执行。"}).status_code == 302
    assert "福科〔2024〕5号" in client.get(f"{page}issue/").content.decode()
    assert client.post(f"{page}issue/", {"version": 2}).status_code == 422
    assert client.post(f"{page}issue/", {"version": 2, "is_checked": "on"}).status_code == 302

    assert "一、转发" in words(OfficialDocument.objects.get(pk=draft.pk))
    register = client.get("/desk/documents/?year=2024").content.decode()
    assert re.search(r"福科〔2024〕5号.*关于转发通知的通知", register, re.S)
    assert client.get("/desk/documents/register.xlsx?year=2024").status_code == 200
    sent_file = client.get(f"{page}word/")
    assert b"".join(sent_file.streaming_content)[:2] == b"PK"
    assert sent_file["Content-Disposition"].endswith(".docx")
    come_in(client, cast.office)
    assert "关于转发通知的通知" in client.get(f"/desk/documents/?organ={own.pk}&year=2024").content.decode()
    come_in(client, cast.other_reviewer)
    assert client.get(page).status_code == 404
