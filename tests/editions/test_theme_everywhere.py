"""A theme that changes after printing changes every place at once; only the notice keeps its words."""

import pytest
from django.test import Client

from kepuyue.activities.models import State
from kepuyue.editions.actions import editing
from kepuyue.editions.models import Edition, Paper
from tests.architecture.samples import samples
from tests.cast import Cast
from tests.factories import ActivityFactory

pytestmark = pytest.mark.django_db
OLD, NEW = "提升全民科学素质，协力建设科技强国", "科技改变生活 创新赢得未来"


@pytest.fixture
def edition(cast: Cast) -> Edition:
    Paper.objects.create(edition=cast.edition, code="printed", title="通知", body=f"主题为：{OLD}。")
    ActivityFactory(organization=cast.own_unit, state=State.PUBLISHED, sessions=1)
    return cast.edition


def public_addresses(cast: Cast) -> list[str]:
    code = samples(cast)["own-public"]["code"]
    return [
        "/", "/activities/", f"/activities/{code}/", "/calendar/", "/calendar/2024-09-14/", "/districts/futian/",
        "/departments/", f"/departments/{cast.department_unit.code}/", "/notice/", "/accounts/login/",
        "/desk/units/registration/", "/bases/", "/api/v1/activities", f"/api/v1/activities/{code}",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_public_page_says_the_new_theme(
    cast: Cast, edition: Edition, client: Client, language: str
) -> None:
    addresses = public_addresses(cast)
    headers = {"accept-language": language}
    before = {address: client.get(address, headers=headers).content.decode() for address in addresses}
    pages_with_it = {address for address, page in before.items() if OLD in page}
    assert {"/", "/activities/", "/calendar/", "/notice/", "/districts/futian/"} <= pages_with_it

    seen = editing.stamp(editing.values_of(edition, ("theme",)))
    editing.change(edition, edition, {"theme": NEW}, by=cast.office, seen=seen)

    after = {address: client.get(address, headers=headers).content.decode() for address in addresses}
    assert {address for address, page in after.items() if OLD in page} == set()
    assert {address for address, page in after.items() if NEW in page} == pages_with_it


def test_issued_notice_keeps_its_words(cast: Cast, edition: Edition, client: Client) -> None:
    seen = editing.stamp(editing.values_of(edition, ("theme",)))
    editing.change(edition, edition, {"theme": NEW}, by=cast.office, seen=seen)

    page = client.get("/notice/printed/").content.decode()
    assert f"主题为：{OLD}。" in page
    assert NEW in page


def test_ordinal_changes_everywhere_too(cast: Cast, edition: Edition, client: Client) -> None:
    seen = editing.stamp(editing.values_of(edition, ("ordinals",)))
    ordinals = [{"name": "深圳科普月", "name_en": "Shenzhen Science Month", "number": 6}]
    editing.change(edition, edition, {"ordinals": ordinals}, by=cast.office, seen=seen)

    for address in ("/", "/notice/"):
        assert "第六届深圳科普月" in client.get(address).content.decode()
