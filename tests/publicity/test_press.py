"""Stories and pictures for the press: who writes and clears, what everybody sees and from when."""

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client

from kepuyue.activities.models import Picture
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.publicity import queries
from kepuyue.publicity.actions import clearing, stories
from kepuyue.publicity.models import PressPicture, Story
from tests.cast import Cast
from tests.factories import ActivityFactory, PictureFactory, PressPictureFactory, StoryFactory

HOSTILE = '"><script>alert(1)</script></title>&]]>\u2028水火箭'
ATOM = "{http://www.w3.org/2005/Atom}"
CLEARED = {
    "credit": "市科协供图", "ground": "own", "people": "nobody", "evidence": "", "terms": "请署名。", "terms_en": "",
}  # fmt: skip
TYPED = {"title": "科普月开幕", "summary": "全市同时开展。", "body": "第一段。"}


def facts(**more: Any) -> dict[str, Any]:
    return {
        "title": "科普月开幕", "title_en": "", "summary": "全市同时开展。", "summary_en": "", "body": "第一段。", "body_en": "",
        "picture": None, "activities": [],
    } | more  # fmt: skip


def drafted(cast: Cast, **more: Any) -> Story:
    return stories.create(
        edition=cast.edition, organization=cast.own_district, by=cast.district_reviewer, facts=facts(**more),
        token=uuid4(),
    )  # fmt: skip


def public_picture(cast: Cast, **facts: Any) -> Picture:
    activity = ActivityFactory(
        organization=cast.own_unit, edition=cast.edition, state="published", sessions=1, **facts
    )
    picture = PictureFactory(activity=activity)
    assert isinstance(picture, Picture)
    return picture


@pytest.mark.usefixtures("in_the_month")
class TestStories:
    def test_districts_write_in_their_own_name_and_nobody_in_another_s(self, cast: Cast) -> None:
        story = drafted(cast)

        for person in (cast.owner, cast.editor, cast.other_reviewer, cast.department_reviewer):
            with pytest.raises(PermissionDenied):
                stories.change(story, facts(title="别人的题目"), by=person, version=1)
        with pytest.raises(PermissionDenied):
            stories.create(
                edition=cast.edition, organization=cast.own_unit, by=cast.owner, facts=facts(), token=uuid4()
            )
        assert stories.change(story, facts(title="市里改过"), by=cast.office, version=1).title == "市里改过"

    def test_nobody_reads_a_draft_and_everybody_what_was_released(self, cast: Cast, client: Client) -> None:
        story = drafted(cast)
        address = f"/press/stories/{story.code}/"

        assert client.get(address).status_code == 404
        stories.release(story, by=cast.district_reviewer, version=1)

        page = client.get(address).content.decode()
        assert "科普月开幕" in page and cast.own_district.name in page
        assert "科普月开幕" in client.get("/press/").content.decode()
        assert [one.action for one in audit.trail(story)] == ["story.release", "story.create"]

    def test_what_is_scheduled_appears_at_its_moment(
        self, cast: Cast, client: Client, clock: Any, in_the_month: datetime
    ) -> None:
        story = drafted(cast)
        at = in_the_month + timedelta(hours=3)
        story = stories.release(story, by=cast.district_reviewer, version=1, at=at)
        addresses = ("/press/", "/press/stories/", "/press/stories.atom")

        assert story.is_scheduled
        assert client.get(f"/press/stories/{story.code}/").status_code == 404
        for address in addresses:
            assert "科普月开幕" not in client.get(address).content.decode(), address
        clock.set(at + timedelta(minutes=1))

        for address in addresses:
            assert "科普月开幕" in client.get(address).content.decode(), address

    def test_a_moment_that_is_past_is_refused(self, cast: Cast) -> None:
        with pytest.raises(ValidationError, match="已经过去"):
            stories.release(
                drafted(cast), by=cast.district_reviewer, version=1, at=now() - timedelta(minutes=1)
            )

    def test_only_what_was_read_is_released(self, cast: Cast) -> None:
        story = drafted(cast)
        stories.change(story, facts(title="改过"), by=cast.district_reviewer, version=1)

        with pytest.raises(Conflict):
            stories.release(story, by=cast.district_reviewer, version=1)

    def test_what_is_withdrawn_is_gone_everywhere_and_can_come_back(self, cast: Cast, client: Client) -> None:
        story = stories.release(drafted(cast), by=cast.district_reviewer, version=1)
        with pytest.raises(NotPossibleNow):
            stories.release(story, by=cast.district_reviewer, version=story.version)
        with pytest.raises(ValidationError):
            stories.withdraw(story, by=cast.office, reason="")

        story = stories.withdraw(story, by=cast.office, reason="日期写错")

        assert client.get(f"/press/stories/{story.code}/").status_code == 404
        for address in ("/press/", "/press/stories.atom", "/sitemap/0.xml"):
            assert story.code not in client.get(address).content.decode()
        stories.release(story, by=cast.district_reviewer, version=story.version)
        assert client.get(f"/press/stories/{story.code}/").status_code == 200

    def test_a_form_with_a_fault_keeps_what_was_typed(self, cast: Cast, sign_in: Any) -> None:
        sent = TYPED | {"summary": "", "body": "独一无二的正文", "organization": cast.own_district.pk}

        answer = sign_in(cast.district_reviewer).post("/desk/press/new/", sent)

        assert answer.status_code == 422 and "独一无二的正文" in answer.content.decode()
        assert not Story.objects.exists()

    def test_written_looked_at_and_released_at_the_desk(
        self, cast: Cast, sign_in: Any, client: Client
    ) -> None:
        activity = ActivityFactory(
            edition=cast.edition, state="published", sessions=1, title="水火箭", organization=cast.own_unit
        )
        desk = sign_in(cast.district_reviewer)
        sent = TYPED | {"organization": cast.own_district.pk, "activities": activity.code.lower()}
        at = desk.post("/desk/press/new/", sent)["Location"]

        assert "第一段。" in desk.get(at).content.decode()
        assert desk.post(f"{at}release/", {"version": "1", "at": "2024-09-01T08:00"}).status_code == 422
        assert desk.post(f"{at}release/", {"version": "1"}).status_code == 302
        story = Story.objects.get()
        assert story.is_shown and list(story.activities.all()) == [activity]
        assert "水火箭" in client.get(f"/press/stories/{story.code}/").content.decode()

    def test_two_who_change_at_once_see_both_texts(self, cast: Cast, sign_in: Any) -> None:
        story = drafted(cast)
        stories.change(story, facts(title="同事的题目"), by=cast.office, version=1)

        answer = sign_in(cast.district_reviewer).post(
            f"/desk/press/stories/{story.code}/edit/", TYPED | {"title": "我的题目", "version": "1"}
        )

        text = answer.content.decode()
        assert answer.status_code == 409 and "同事的题目" in text and "我的题目" in text

    def test_a_story_without_english_is_shown_in_chinese_and_says_so(
        self, cast: Cast, client: Client
    ) -> None:
        chinese = StoryFactory(edition=cast.edition, title="中文题目")
        both = StoryFactory(
            edition=cast.edition, title="双语题目", title_en="Both", summary_en="S", body_en="English text."
        )
        half = StoryFactory(edition=cast.edition, title="一半", title_en="Half", body="中文正文")
        client.cookies["django_language"] = "en"

        first, second, third = (
            client.get(f"/press/stories/{one.code}/").content.decode() for one in (chinese, both, half)
        )

        assert "中文题目" in first and 'lang="zh-Hans"' in first and "not been translated" in first
        assert "English text." in second and "双语题目" not in second
        # Never a title of one language over a text of the other
        assert "中文正文" in third and ">Half<" not in third


@pytest.mark.usefixtures("in_the_month")
class TestHostileText:
    def test_it_stays_text_in_page_data_block_and_feed(self, cast: Cast, client: Client) -> None:
        body = f"{HOSTILE}\n\n[x](javascript:alert(1)) <img src=x onerror=alert(1)>\x0b"
        story = StoryFactory(edition=cast.edition, title=HOSTILE[:70], summary=HOSTILE, body=body)
        address = f"/press/stories/{story.code}/"

        for page in (client.get(address), client.get("/press/"), client.get("/press/stories/")):
            shown = page.content.decode()
            assert "<script>alert(1)" not in shown and "<img src=x" not in shown
            assert 'href="javascript:' not in shown
        block = re.search(
            r'<script type="application/ld\+json">(.*?)</script>', client.get(address).content.decode(), re.S
        )
        assert block is not None
        data = json.loads(block[1])
        assert (data["@type"], data["headline"]) == ("NewsArticle", story.title)
        assert data["datePublished"].startswith("2024-09")
        feed = ElementTree.fromstring(client.get("/press/stories.atom").content)
        entry = feed.find(f"{ATOM}entry")
        assert entry is not None
        assert "水火箭" in (entry.findtext(f"{ATOM}title") or "")
        content = entry.find(f"{ATOM}content")
        assert content is not None and content.get("type") == "html" and len(content) == 0
        assert "<script" not in (content.text or "") and "<img" not in (content.text or "")


@pytest.mark.usefixtures("in_the_month")
class TestFeed:
    def test_it_has_what_a_feed_must_have_and_is_answered_by_its_stamp(
        self, cast: Cast, client: Client
    ) -> None:
        story = StoryFactory(edition=cast.edition)

        answer = client.get("/press/stories.atom")

        feed = ElementTree.fromstring(answer.content)
        for tag in ("id", "title", "updated"):
            assert feed.findtext(f"{ATOM}{tag}"), tag
        entry = feed.find(f"{ATOM}entry")
        assert entry is not None and entry.findtext(f"{ATOM}id", "").startswith("urn:uuid:")
        link = entry.find(f"{ATOM}link")
        assert link is not None and link.get("href", "").endswith(f"/press/stories/{story.code}/")
        assert client.get("/press/stories.atom", headers={"if-none-match": answer["ETag"]}).status_code == 304

    def test_nothing_is_told_before_publicity_opens(self, cast: Cast, client: Client, clock: Any) -> None:
        StoryFactory(edition=cast.edition, title="太早的新闻")
        clock.set(datetime(2024, 8, 1, 10, tzinfo=cast.edition.zone))

        assert client.get("/press/stories.atom").status_code == 404
        assert "太早的新闻" not in client.get("/press/").content.decode()


@pytest.mark.usefixtures("in_the_month")
class TestPictures:
    def test_only_a_cleared_picture_is_offered_and_taken_away(self, cast: Cast, client: Client) -> None:
        picture = public_picture(cast)
        address = f"/press/pictures/{picture.pk}.jpg"

        assert client.get(address).status_code == 404
        found = clearing.clear(picture, CLEARED, by=cast.district_reviewer, version=0)

        answer = client.get(address)
        assert answer["Content-Disposition"].startswith("attachment")
        assert b"".join(answer.streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[attr-defined]
        page = client.get("/press/").content.decode()
        assert address in page and "市科协供图" in page and "请署名。" in page
        assert (found.cleared_by, audit.trail(found).get().action) == (cast.district_reviewer, "press.clear")

    def test_who_clears(self, cast: Cast) -> None:
        picture = public_picture(cast)

        for person in (cast.owner, cast.editor, cast.other_reviewer, cast.department_reviewer):
            with pytest.raises(PermissionDenied):
                clearing.clear(picture, CLEARED, by=person, version=0)

    @pytest.mark.parametrize("claim", [{"ground": "granted"}, {"people": "guardians"}, {"people": "consent"}])
    def test_a_grant_or_consent_says_where_it_can_be_found(self, cast: Cast, claim: dict[str, str]) -> None:
        picture = public_picture(cast)

        with pytest.raises(ValidationError, match="在哪里可以查到"):
            clearing.clear(picture, CLEARED | claim, by=cast.office, version=0)
        clearing.clear(picture, CLEARED | claim | {"evidence": "授权书3号"}, by=cast.office, version=0)

    def test_the_evidence_is_not_public(self, cast: Cast, client: Client) -> None:
        clearing.clear(
            public_picture(cast), CLEARED | {"evidence": "张三的同意书"}, by=cast.office, version=0
        )

        assert "张三" not in client.get("/press/").content.decode()

    def test_a_picture_of_a_draft_cannot_be_cleared(self, cast: Cast) -> None:
        picture = PictureFactory(activity=ActivityFactory(organization=cast.own_unit, edition=cast.edition))

        with pytest.raises(NotPossibleNow):
            clearing.clear(picture, CLEARED, by=cast.office, version=0)

    def test_when_clearance_ends_the_page_and_the_story_lose_the_picture(
        self, cast: Cast, client: Client
    ) -> None:
        found = clearing.clear(public_picture(cast), CLEARED, by=cast.office, version=0)
        story = StoryFactory(edition=cast.edition, picture=found)
        looked = f"/pictures/{found.picture_id}/"
        assert looked in client.get(f"/press/stories/{story.code}/").content.decode()

        clearing.end(found, by=cast.district_reviewer, reason="作者收回许可")

        assert client.get(f"/press/pictures/{found.picture_id}.jpg").status_code == 404
        for address in ("/press/", f"/press/stories/{story.code}/"):
            assert looked not in client.get(address).content.decode()
        again = clearing.clear(found.picture, CLEARED, by=cast.office, version=2)
        assert (again.ended_at, again.version) == (None, 3)

    def test_a_taken_down_activity_takes_its_pictures_along(self, cast: Cast, client: Client) -> None:
        found = PressPictureFactory(picture__activity__edition=cast.edition)
        story = StoryFactory(edition=cast.edition, picture=found)
        activity = found.picture.activity
        activity.state = "taken_down"
        activity.save()

        assert client.get(f"/press/pictures/{found.picture_id}.jpg").status_code == 404
        assert queries.lead_picture(Story.objects.get(pk=story.pk)) is None

    def test_two_who_clear_at_once(self, cast: Cast, sign_in: Any) -> None:
        picture = public_picture(cast)
        clearing.clear(picture, CLEARED, by=cast.office, version=0)

        with pytest.raises(Conflict):
            clearing.clear(picture, CLEARED | {"terms": "别的"}, by=cast.district_reviewer, version=0)
        answer = sign_in(cast.district_reviewer).post(
            f"/desk/press/pictures/{picture.pk}/", CLEARED | {"version": "0", "terms": "我写的要求"}
        )
        shown = answer.content.decode()
        assert answer.status_code == 409 and 'value="我写的要求"' in shown
        assert "现在保存的：请署名。" in shown and "您填写的：我写的要求" in shown
        assert shown.count("您填写的：") == 1, "what is the same is not shown twice"
        assert PressPicture.objects.get().terms == "请署名。"

        version = re.search(r'name="version" value="(\d+)"', shown)
        assert version, "having seen both, one saves on purpose"
        client = sign_in(cast.district_reviewer)
        client.post(
            f"/desk/press/pictures/{picture.pk}/", CLEARED | {"version": version[1], "terms": "我写的要求"}
        )
        assert PressPicture.objects.get().terms == "我写的要求"


@pytest.mark.usefixtures("in_the_month")
class TestPressPage:
    def test_figures_tell_when_and_what_they_count(self, cast: Cast, client: Client) -> None:
        ActivityFactory(edition=cast.edition, state="published", sessions=2, organization=cast.own_unit)

        shown = client.get("/press/").content.decode()

        assert "截至2024年9月" in shown and "一项可以有多场" in shown
        figures = re.findall(r'<b class="num">(\d+)</b> (项|场次)', shown)
        assert figures[:2] == [("1", "项"), ("2", "场次")]

    def test_contact_is_the_edition_s_and_no_person_s(self, cast: Cast, client: Client) -> None:
        cast.edition.contact_phone, cast.edition.contact_email = "0755-12345", "press@example.org"
        cast.edition.save()
        ActivityFactory(
            edition=cast.edition,
            state="published",
            contact_name="王小明",
            contact_phone="0755-99999",
            sessions=1,
        )

        shown = client.get("/press/").content.decode()

        assert "0755-12345" in shown and "press@example.org" in shown
        assert "王小明" not in shown and "0755-99999" not in shown

    def test_it_is_for_search_engines_too(self, cast: Cast, client: Client) -> None:
        story = StoryFactory(edition=cast.edition)

        assert f"/press/stories/{story.code}/" in client.get("/sitemap/0.xml").content.decode()
        page = client.get(f"/press/stories/{story.code}/").content.decode()
        assert '<meta property="og:type" content="article">' in page
