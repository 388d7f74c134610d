"""What the office sees of its sources, and the public of what came from them."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kepuyue.activities.models import Activity
from kepuyue.activities.queries import editable_by, visible_to
from kepuyue.federation.actions import clearing, subscribing
from kepuyue.federation.models import Counterpart, Source
from kepuyue.organizations.models import Organization
from kepuyue.programme import catalogue
from tests.cast import Cast, come_in
from tests.factories import DistrictFactory, EditionFactory, SourceFactory
from tests.federation.elsewhere import gather, said
from tests.programme.given import published

pytestmark = pytest.mark.django_db
HERE = "http://city.example.org"


def gathered(cast: Cast, **facts: Any) -> Activity:
    gather(SourceFactory(edition=cast.edition, address=HERE), said("X2", HERE, title="湿地观鸟", **facts))
    return Activity.objects.get(gathered__code="X2")


def test_the_office_adds_a_source_starts_it_and_decides_about_its_words(client: Client, cast: Cast) -> None:
    come_in(client, cast.office)
    sources = reverse("federation:sources")

    assert client.post(sources, {"address": "kepu"}).status_code == 422
    answer = client.post(sources, {"address": f"{HERE}/"})

    source = Source.objects.get()
    page = reverse("federation:source", args=[source.pk])
    assert answer.headers["Location"] == page
    assert "正在试读" in client.get(page).content.decode()
    client.post(reverse("federation:state", args=[source.pk]), {"act": "start"})
    source.refresh_from_db()
    assert source.state == Source.State.TRIED  # nothing was read yet
    Source.objects.update(read_at=datetime.fromisoformat("2024-08-20T00:00:00+00:00"), instance=HERE)
    client.post(reverse("federation:state", args=[source.pk]), {"act": "start"})
    source.refresh_from_db()
    assert source.state == Source.State.ON
    gather(source, said("X2", HERE, terms={"audience": [{"code": "elders", "name": "老年人群"}]}))
    word = Counterpart.objects.get()
    words = reverse("federation:counterparts", args=[source.pk])
    assert "老年人群" in client.get(words).content.decode()
    client.post(words, {f"word-{word.pk}": f"t{word.term_id}"})
    word.refresh_from_db()
    assert word.state == Counterpart.State.DECIDED
    assert "1项活动" in client.get(sources).content.decode()


def test_settings_that_cannot_be_are_refused_and_kept_in_the_form(client: Client, cast: Cast) -> None:
    come_in(client, cast.office)
    one, other = SourceFactory(edition=cast.edition), SourceFactory(edition=cast.edition)
    page = reverse("federation:source", args=[one.pk])

    answer = client.post(page, {"name": other.name, "address": one.address})

    assert answer.status_code == 422 and f'value="{other.name}"' in answer.content.decode()
    assert client.post(page, {"name": "新名", "address": "ftp://x"}).status_code == 422
    district = DistrictFactory(code="guangzhou", name="广州市")
    assert (
        client.post(page, {"name": "新名", "address": one.address, "district": district.pk}).status_code
        == 302
    )
    one.refresh_from_db()
    assert (one.name, one.district, one.round) == ("新名", district, 2)


def test_sources_of_other_editions_are_shown_folded_and_can_still_be_withdrawn(
    client: Client, cast: Cast
) -> None:
    earlier = EditionFactory(
        code="sz-2023", name="2023年科普月", is_current=False, office=cast.edition.office
    )
    old = SourceFactory(edition=earlier, address=HERE, name="去年的广州", fault="no-such-host")
    gather(old, said("X2", HERE), said("X3", HERE))
    come_in(client, cast.office)

    page = client.get(reverse("federation:sources")).content.decode()

    assert "2023年科普月：1个来源" in page and "去年的广州" in page and "2项活动在这里" in page
    detail = client.get(reverse("federation:source", args=[old.pk])).content.decode()
    assert "2023年科普月" in detail
    client.post(reverse("federation:state", args=[old.pk]), {"act": "withdraw"})
    old.refresh_from_db()
    assert old.state == Source.State.WITHDRAWN


def test_what_a_source_told_and_nobody_can_read_is_named_on_its_page(client: Client, cast: Cast) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    gather(source, said("X2", HERE), said("X3BAD", HERE, title=""))
    come_in(client, cast.office)

    assert "X3BAD" in client.get(reverse("federation:source", args=[source.pk])).content.decode()


def test_what_cannot_be_read_is_listed_in_the_language_of_the_page(client: Client, cast: Cast) -> None:
    codes = [f"C{number}BAD" for number in range(12)]
    source = SourceFactory(edition=cast.edition, unreadable=codes)
    come_in(client, cast.office)
    page = reverse("federation:source", args=[source.pk])

    assert "C0BAD、C1BAD" in client.get(page).content.decode()
    client.cookies["django_language"] = "en"
    english = client.get(page).content.decode()
    assert "C0BAD, C1BAD" in english and "C9BAD" in english and "C10BAD" not in english


def test_a_decision_about_a_word_of_a_paused_source_says_when_it_holds(client: Client, cast: Cast) -> None:
    source = SourceFactory(edition=cast.edition, address=HERE)
    gather(source, said("X2", HERE, terms={"audience": [{"code": "elders", "name": "老人"}]}))
    Source.objects.filter(pk=source.pk).update(state=Source.State.PAUSED)
    come_in(client, cast.office)

    answer = client.post(
        reverse("federation:counterparts", args=[source.pk]),
        {f"word-{source.counterparts.get().pk}": "none"},
        follow=True,
    ).content.decode()

    assert "恢复读取后重新对照" in answer and "正在重新对照" not in answer


def test_the_first_look_says_how_much_is_passed_on(client: Client, cast: Cast) -> None:
    trial = {"activities": 3, "passed_on": 2, "is_open": True, "has_more": False, "cities": [], "samples": []}
    source = SourceFactory(edition=cast.edition, state=Source.State.TRIED, trial=trial)
    come_in(client, cast.office)
    page = reverse("federation:source", args=[source.pk])

    assert "其中2项是它从别的城市聚合来的" in client.get(page).content.decode()
    Source.objects.update(passes_on=True)
    assert "从别的城市聚合来的。要" not in client.get(page).content.decode()


def test_its_page_names_the_city_and_leads_to_the_original(
    client: Client, cast: Cast, in_the_month: datetime
) -> None:
    activity = gathered(cast)

    page = client.get(f"/activities/{activity.code}/").content.decode()

    original = f"{HERE}/activities/X2/"
    assert f'<link rel="canonical" href="{original}">' in page
    assert page.count(f'href="{original}"') >= 3  # canonical, booking, original page
    assert "来自其他城市" in page and "广州科学馆" in page
    assert "预约在广州的网站上办理。" in page
    assert "联动城市" not in page
    assert activity.code not in client.get("/sitemap/1.xml").content.decode()


def test_where_nobody_books_no_button_leads_to_booking(
    client: Client, cast: Cast, in_the_month: datetime
) -> None:
    activity = gathered(cast, booking={"mode": "none", "url": "", "note": ""})

    page = client.get(f"/activities/{activity.code}/").content.decode()

    assert "去预约" not in page and "无需预约，直接前往。" in page


def test_the_programme_finds_it_beside_our_own_and_by_its_city(
    client: Client, cast: Cast, in_the_month: datetime
) -> None:
    gathered(cast)
    published(title="深圳观鸟", edition=cast.edition)

    def titles(query: str) -> set[str]:
        page = client.get(f"/activities/?{query}").content.decode()
        return {title for title in ("湿地观鸟", "深圳观鸟") if title in page}

    assert titles("q=观鸟") == {"湿地观鸟", "深圳观鸟"}
    assert titles("source=广州") == {"湿地观鸟"}
    assert titles("source=深圳") == {"深圳观鸟"}
    listed = client.get("/api/v1/activities", {"source": "广州"}).json()
    assert [one["origin"]["city"] for one in listed["results"]] == ["广州"]
    cities = client.get("/cities/").content.decode()
    assert "广州" in cities and "深圳" in cities and "2个城市" in cities


def test_what_was_withdrawn_is_found_no_more_in_a_process_that_knew_it(
    client: Client, cast: Cast, in_the_month: datetime
) -> None:
    activity = gathered(cast)
    assert catalogue.load(cast.edition).has(activity.pk)
    source = Source.objects.get()

    subscribing.withdraw(source, by=cast.office)
    clearing.sweep(Source.objects.get())

    assert not catalogue.load(cast.edition).has(activity.pk)
    assert client.get(f"/activities/{activity.code}/").status_code == 404


def test_without_sources_there_is_no_filter_for_them(
    client: Client, cast: Cast, in_the_month: datetime
) -> None:
    published(edition=cast.edition)

    assert "来源城市" not in client.get("/activities/").content.decode()


def test_nobody_here_sees_it_at_the_desk_nor_counts_it_as_ours(client: Client, cast: Cast) -> None:
    activity = gathered(cast)

    assert activity not in Activity.objects.published()
    assert activity in Activity.objects.shown()
    for person in (cast.office, cast.owner, cast.district_reviewer, cast.judge):
        assert activity not in editable_by(person)
        assert activity not in visible_to(person)
    come_in(client, cast.office)
    for name in ("edit", "cancellation", "takedown"):
        assert client.get(f"/desk/activities/{activity.code}/{name}/").status_code in (403, 404)
    unit = activity.organization
    assert unit not in Organization.objects.active() and unit not in Organization.objects.standing()
    assert client.get(f"/desk/units/{unit.code}/").status_code == 404


def test_the_next_level_learns_where_it_came_from_first(
    client: Client, cast: Cast, in_the_month: datetime, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://province.example.org"
    activity = gathered(cast)

    [row] = client.get("/api/v1/programme/changes").json()["results"]

    assert row["code"] == activity.code
    assert row["activity"]["origin"] == {
        "instance": HERE,
        "code": "X2",
        "url": f"{HERE}/activities/X2/",
        "city": "广州",
        "unit": {"code": "u-1", "name": "广州科学馆"},
        "through": ["http://province.example.org"],
    }
