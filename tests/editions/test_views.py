import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kepuyue.core import audit
from kepuyue.editions.folder import read
from kepuyue.editions.models import Edition, Paper
from tests.cast import Cast
from tests.factories import EditionFactory, MarkFactory, MembershipFactory

pytestmark = pytest.mark.django_db
HUB = "/desk/edition/shenzhen-2024/"
NAMES, DATES = f"{HUB}names/", f"{HUB}dates/"


@pytest.fixture
def edition(real_folder: Path) -> Edition:
    """The edition of the factories, with the real notice."""
    data = read(real_folder).edition
    edition = EditionFactory(
        ordinal="第二十一届全国科普日暨第五届深圳科普月", ordinal_en="5th Shenzhen Science Month"
    )
    for mark in data.marks:
        MarkFactory(edition=edition, **mark.model_dump())
    body = (real_folder / "notice.md").read_text("utf-8")
    Paper.objects.create(edition=edition, body=body, **data.papers[0].model_dump(exclude={"file"}))
    return edition


@pytest.fixture
def office(client: Client, edition: Edition) -> Client:
    """The client, signed in as somebody of the office."""
    client.force_login(MembershipFactory(organization=edition.office, role="office").user,
                       backend="django.contrib.auth.backends.ModelBackend")  # fmt: skip
    return client


def seen_in(page: str) -> str:
    """The stamp that a page's form sends along."""
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return found[1]


def typed(client: Client, address: str, **changes: str) -> dict[str, str]:
    """What the form of a page sends when only `changes` are typed."""
    form = client.get(address).context["form"]
    values = {name: form[name].value() for name in form.fields}
    return {
        name: str(value) for name, value in values.items() if value is not None and value is not False
    } | changes


def test_notice_is_shown_to_everyone(client: Client, edition: Edition) -> None:
    page = client.get(reverse("editions:paper", args=["notice"])).content.decode()

    for part in ("深科联办〔2024〕4号", "深圳市科普工作联席会议办公室", "2024年8月6日", "四、工作要求"):
        assert part in page
    assert "刘波" not in page


def test_papers_and_marks_are_listed_for_everyone(client: Client, edition: Edition) -> None:
    page = client.get(reverse("editions:notice")).content.decode()

    assert reverse("editions:paper", args=["notice"]) in page
    for mark in ("全国科普日", "科普中国", "深圳科普月"):
        assert mark in page


def test_notice_page_in_english_reads_english(client: Client, edition: Edition) -> None:
    page = client.get(reverse("editions:notice"), headers={"accept-language": "en"}).content.decode()

    assert "Notice 4(3)" in page
    assert "5th Shenzhen Science Month" in page


def test_unknown_paper_is_not_found(client: Client, edition: Edition) -> None:
    assert client.get(reverse("editions:paper", args=["nothing"])).status_code == 404


def test_pages_stand_without_any_edition(client: Client) -> None:
    assert client.get(reverse("editions:notice")).status_code == 200
    assert client.get(reverse("editions:paper", args=["notice"])).status_code == 404


def test_only_the_office_opens_the_edition(cast: Cast, client: Client) -> None:
    answers = {}
    for name, person in cast.people().items():
        client.logout()
        if person:
            client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
        answers[name] = (client.get(NAMES).status_code, client.post(NAMES, {}).status_code)

    assert {name for name, answer in answers.items() if answer == (200, 422)} == {"office"}
    assert {name for name, answer in answers.items() if answer == (302, 302)} == {"anonymous"}
    assert {answer for name, answer in answers.items() if name not in ("office", "anonymous")} == {(403, 403)}


def test_menu_leads_to_the_current_edition(office: Client) -> None:
    assert office.get("/desk/edition/").headers["Location"] == HUB


def test_hub_leads_to_every_part(office: Client) -> None:
    page = office.get(HUB).content.decode()

    for part in ("dates", "names", "taxonomies", "rules", "marks", "papers", "plans", "synonyms", "next"):
        assert f'href="{HUB}{part}/"' in page


def test_theme_changed_after_printing_is_recorded(office: Client, edition: Edition) -> None:
    answer = office.post(NAMES, typed(office, NAMES, theme="科技改变生活 创新赢得未来"))

    assert answer.status_code == 302
    edition.refresh_from_db()
    assert edition.theme == "科技改变生活 创新赢得未来"
    assert audit.trail(edition)[0].changes == {
        "theme": ["提升全民科学素质，协力建设科技强国", "科技改变生活 创新赢得未来"]
    }


def test_ordinals_are_typed_as_numbers_and_written_in_words(office: Client, edition: Edition) -> None:
    rows = {"ordinal_1_number": "22", "ordinal_1_name": "全国科普日", "ordinal_1_name_en": "National Day"}

    office.post(NAMES, typed(office, NAMES, **rows))

    edition.refresh_from_db()
    assert (edition.ordinal, edition.ordinal_en) == ("第二十二届全国科普日", "22nd National Day")


def test_key_date_is_added_and_taken_away(office: Client, edition: Edition) -> None:
    office.post(DATES, typed(office, DATES, registration_due="2024-08-20", publicity_opens=""))

    assert sorted(edition.key_dates.values_list("kind", flat=True)) == [
        "registration_due", "registration_opens", "summary_due",
    ]  # fmt: skip


def test_form_sent_twice_writes_once(office: Client, edition: Edition) -> None:
    values = typed(office, NAMES, theme="科技改变生活")

    office.post(NAMES, values)
    again = office.post(NAMES, values)

    assert again.status_code == 422
    assert audit.trail(edition).filter(action="edition.change").count() == 1


def test_two_people_at_once_nothing_is_overwritten_or_lost(office: Client, edition: Edition) -> None:
    mine = typed(office, NAMES, theme="我写的主题")
    office.post(NAMES, typed(office, NAMES, theme="别人写的主题"))

    answer = office.post(NAMES, mine)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="我写的主题"' in page
    assert "别人写的主题" in page
    edition.refresh_from_db()
    assert edition.theme == "别人写的主题"

    assert office.post(NAMES, mine | {"seen": seen_in(page)}).status_code == 302
    edition.refresh_from_db()
    assert edition.theme == "我写的主题"


def test_two_people_on_two_pages_do_not_get_in_each_others_way(office: Client, edition: Edition) -> None:
    mine = typed(office, NAMES, theme="我写的主题")
    office.post(DATES, typed(office, DATES, registration_due="2024-08-20"))

    assert office.post(NAMES, mine).status_code == 302


def test_dates_out_of_order_are_told_at_their_field(office: Client, edition: Edition) -> None:
    answer = office.post(DATES, typed(office, DATES, summary_due="2024-08-28"))

    assert answer.status_code == 422
    assert "不能晚于" in answer.content.decode()
    assert edition.key_dates.get(kind="summary_due").day == date(2024, 9, 28)


def test_typed_text_is_shown_as_text(office: Client, edition: Edition) -> None:
    office.post(NAMES, typed(office, NAMES, theme="<script>alert(1)</script>"))

    assert "<script>alert(1)" not in office.get(NAMES).content.decode()


def test_query_count_does_not_grow_with_marks(client: Client, edition: Edition) -> None:
    client.get(reverse("editions:notice"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("editions:notice"))
    MarkFactory.create_batch(3, edition=edition)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("editions:notice"))

    assert len(few) == len(many)


def test_chinese_theme_is_not_changed_while_the_english_one_stays_unnoticed(
    office: Client, edition: Edition
) -> None:
    old = edition.theme_en = "Science for everyone"
    edition.save()
    page = office.post(NAMES, typed(office, NAMES, theme="新的主题")).content.decode()
    edition.refresh_from_db()
    assert edition.theme != "新的主题"
    assert f"英文仍是“{old}”" in unescape(page)
    assert 'name="theme_en_stays"' in page
    assert 'name="office_name_en_stays"' not in page

    office.post(NAMES, typed(office, NAMES, theme="新的主题", theme_en_stays="on"))

    edition.refresh_from_db()
    assert (edition.theme, edition.theme_en) == ("新的主题", old)


def test_both_themes_changed_together_ask_nothing(office: Client, edition: Edition) -> None:
    edition.theme_en = "Science for everyone"
    edition.save()

    office.post(NAMES, typed(office, NAMES, theme="新的主题", theme_en="A new theme"))

    edition.refresh_from_db()
    assert (edition.theme, edition.theme_en) == ("新的主题", "A new theme")
