"""Documents of an edition: its notice from the template, a letter that forwards it, a public announcement."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from kepuyue.core.time import today
from kepuyue.documents import kinds
from kepuyue.documents.actions import drafting, issuing
from kepuyue.documents.content import Document, Heading
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.documents.typed import to_text
from kepuyue.editions import numerals
from kepuyue.editions.actions import renewal
from kepuyue.editions.models import Edition, KeyDate, Paper
from tests.cast import Cast, come_in
from tests.factories import OrganFactory

SHENZHEN = Path(__file__).parents[2] / "editions" / "shenzhen-2024"
ORDINALS = [
    {"name": "全国科普日", "name_en": "", "number": 21},
    {"name": "深圳科普月", "name_en": "", "number": 5},
]


@pytest.fixture
def edition(cast: Cast) -> Edition:
    """The edition of 2024 with its real texts and days; the office's number is invented."""
    edition = cast.edition
    edition.contact_email, edition.contact_phone = "kxkpb@shenzhen.gov.cn", "0755-12345678"
    edition.ordinals, edition.ordinal = ORDINALS, numerals.held(ORDINALS)[0]
    edition.save()
    for kind, day in (("publicity_opens", "2024-08-21"), ("summary_due", "2024-09-28")):
        KeyDate.objects.update_or_create(edition=edition, kind=kind, defaults={"day": day})
    entries = {
        "notice": {"title": "关于举办2024年深圳全国科普日暨深圳科普月活动的通知", "number": "深科联办〔2024〕4号",
                   "issuer": "深圳市科普工作联席会议办公室", "issued_on": "2024-08-06"},
        "notice-template": {"title": "{发文机关}关于举办{年份}年深圳全国科普日暨深圳科普月活动的通知", "is_published": False,
                            "template_of": "notice"},
        "forwarding-template": {"title": "{发文机关}转发{所转发文件}", "is_published": False, "template_of": "forwarding"},
    }  # fmt: skip
    for code, facts in entries.items():
        Paper.objects.create(
            edition=edition, code=code, body=(SHENZHEN / f"{code}.md").read_text("utf-8"), **facts
        )
    return edition


@pytest.fixture
def organ(cast: Cast) -> IssuingOrgan:
    return OrganFactory(organization=cast.office_unit, code="深科联办")


def built(kind: str, organ: IssuingOrgan, **facts: Any) -> Document:
    return kinds.kind_of(kind).build(kinds.Context(organ, facts))


def wording(text: str) -> list[str]:
    """The lines without marks of emphasis and spaces, whatever sign stands behind a number."""
    plain = re.sub(r"[#*\s]", "", text.replace("\n", "¶").replace("．", ".")).replace("。。", "。")
    return [line for line in plain.split("¶") if line]


def test_notice_of_2024_is_worded_as_the_real_one(edition: Edition, organ: IssuingOrgan) -> None:
    made = built("notice", organ, edition=edition.code, above="科协普函基字202417号")

    real = wording((SHENZHEN / "notice.md").read_text("utf-8"))
    assert [f"{made.addressees}：", *wording(to_text(made.blocks))] == real[:-3]
    assert [f"附件：{one.title}" for one in made.attachments] == real[-3:-2]
    assert made.title == "深圳市科普工作联席会议办公室关于举办2024年深圳全国科普日暨深圳科普月活动的通知"
    assert made.note == "联系人：市科协科普部，电话：0755-12345678"
    headings = [block for block in made.blocks if isinstance(block, Heading)]
    assert [one.title for one in headings if one.level == 1] == [
        "时间和主题",
        "活动内容",
        "活动安排",
        "工作要求",
    ]
    assert [one.level for one in headings].count(2) == 11 and [one.level for one in headings].count(3) == 5


def test_notice_of_the_next_edition_takes_its_facts_and_shows_what_is_missing(
    edition: Edition, cast: Cast, organ: IssuingOrgan
) -> None:
    following = renewal.begin(edition, 2025, by=cast.office)

    draft = drafting.begin("notice", organ, by=cast.office, facts={"edition": following.code})

    assert draft.title == "深圳市科普工作联席会议办公室关于举办2025年深圳全国科普日暨深圳科普月活动的通知"
    text = str(draft.content)
    assert (
        "第二十二届全国科普日暨第六届深圳科普月" in text
        and "2024" not in text
        and "主题为：（待填写）" in text
    )
    with pytest.raises(ValidationError, match="待填写"):
        issuing.issue_draft(draft, by=cast.office)


def test_notice_of_another_office_is_refused(edition: Edition, cast: Cast) -> None:
    organ = OrganFactory(organization=cast.own_district)

    with pytest.raises(ValidationError):
        built("notice", organ, edition=edition.code)


def test_district_forwards_the_notice_with_its_text(edition: Edition, cast: Cast, client: Client) -> None:
    organ = OrganFactory(organization=cast.own_district, name="福田区科学技术协会", code="福科", on_behalf="")
    come_in(client, cast.district_reviewer)

    begun = client.post("/desk/documents/new/", {"organ": organ.pk, "kind": "forwarding"})
    assert begun.url == f"/desk/documents/new/{organ.pk}/forwarding/"
    assert "深科联办〔2024〕4号" in client.get(begun.url).content.decode()
    client.post(begun.url, {"paper": edition.papers.get(code="notice").pk})

    draft = OfficialDocument.objects.get()
    assert draft.title == (
        "福田区科学技术协会转发深圳市科普工作联席会议办公室关于举办2024年深圳全国科普日暨深圳科普月活动的通知"
    )
    [attached] = draft.content["attachments"]
    assert attached["title"].endswith("活动的通知（深科联办〔2024〕4号）")
    assert attached["blocks"][0]["text"].startswith("市科普工作联席会议各成员单位")
    assert next(one["title"] for one in attached["blocks"] if one["block"] == "heading") == "时间和主题"


def test_names_are_announced_for_working_days(edition: Edition, organ: IssuingOrgan) -> None:
    edition.policy |= {"calendar": {"off": ["2024-09-16", "2024-09-17"], "work": ["2024-09-14"]}}
    edition.save()
    facts = {"subject": "优秀活动推荐名单", "reason": "经专家评审，", "names": ["科学之夜，福田区少年宫", "院士报告"],
             "first_day": "2024-09-12", "days": 5, "phone": "0755-12345678", "email": ""}  # fmt: skip

    made = built("announcement", organ, **facts)

    assert "2024年9月12日至2024年9月19日（5个工作日）" in to_text(made.blocks)
    assert made.title == "关于优秀活动推荐名单的公示" and made.dated == date(2024, 9, 12)
    assert made.attachments[0].blocks[0].rows == (("1", "科学之夜", "福田区少年宫"), ("2", "院士报告", ""))


def test_names_that_stand_twice_are_refused_and_kept(
    edition: Edition, organ: IssuingOrgan, cast: Cast, client: Client
) -> None:
    come_in(client, cast.office)
    facts = {
        "subject": "名单",
        "reason": "经评审",
        "names": "甲\n乙\n甲",
        "first_day": today().isoformat(),
        "days": 3,
    }

    answer = client.post(f"/desk/documents/new/{organ.pk}/announcement/", facts)

    assert (
        answer.status_code == 422
        and "有重复的：甲" in answer.content.decode()
        and "乙" in answer.content.decode()
    )


def test_template_is_never_public_and_its_form_does_not_offer_it(
    edition: Edition, cast: Cast, client: Client
) -> None:
    come_in(client, cast.office)
    template = edition.papers.get(code="notice-template")

    page = client.get(f"/desk/edition/{edition.code}/papers/notice-template/").content.decode()
    assert "{宣传开始}" in page and 'name="is_published"' not in page
    assert client.get("/notice/notice-template/").status_code == 404
    with pytest.raises(IntegrityError), transaction.atomic():
        Paper.objects.filter(pk=template.pk).update(is_published=True)
