"""The list of activities as an official document."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from kepuyue.activities.models import State
from kepuyue.documents import kinds
from kepuyue.documents.content import Document, Heading, Table
from tests.cast import Cast
from tests.factories import ActivityFactory, OrganFactory, SessionFactory


def listed(cast: Cast, unit: Any, **facts: Any) -> Document:
    return kinds.kind_of("programme-list").build(kinds.Context(OrganFactory(organization=unit), facts))


def public(cast: Cast, unit: Any, title: str, tier: str = "", **more: Any) -> Any:
    made = ActivityFactory(
        edition=cast.edition, organization=unit, title=title, state=more.pop("state", State.PUBLISHED), **more
    )
    if tier:
        made.terms.add(cast.edition.taxonomies.get(code="tier").terms.get(code=tier))
    return made


def test_public_activities_stand_by_tier_and_day(cast: Cast) -> None:
    late = public(cast, cast.own_unit, "科学之夜", "district", is_key=True)
    SessionFactory(activity=late, starts_at=datetime(2024, 9, 20, 11, tzinfo=UTC), place="广场")
    SessionFactory(activity=late, starts_at=datetime(2024, 9, 21, 11, tzinfo=UTC), place="大厅")
    early = public(cast, cast.far_unit, "天文课", "district")
    SessionFactory(activity=early, starts_at=datetime(2024, 9, 2, 2, tzinfo=UTC), place="天文台")
    public(cast, cast.own_unit, "开幕", "main_venue")
    public(cast, cast.own_unit, "取消了的", state=State.CANCELLED)
    ActivityFactory(edition=cast.edition, organization=cast.own_unit, title="草稿")

    [attached] = listed(cast, cast.office_unit).attachments

    heads = [block.title for block in attached.blocks if isinstance(block, Heading)]
    tables = [block.rows for block in attached.blocks if isinstance(block, Table)]
    assert heads == ["深圳主场活动（1项）", "各区分会场活动（2项）"]
    assert [row[:2] for row in tables[1]] == [("1", "天文课"), ("2", "科学之夜")]
    assert tables[1][1][2:4] == ("9月20日 19:00起，共2场", "广场等2处")
    [own] = listed(cast, cast.own_district, only_key=True).attachments
    assert [row[1] for block in own.blocks if isinstance(block, Table) for row in block.rows] == ["科学之夜"]
    assert own.title == "2024年深圳科普月重点活动一览表"


def test_nothing_public_makes_no_list(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        listed(cast, cast.office_unit)


def test_list_is_read_in_as_many_queries_however_long(cast: Cast, django_assert_max_num_queries: Any) -> None:
    def ask(count: int) -> int:
        for number in range(count):
            SessionFactory(activity=public(cast, cast.own_unit, f"活动{number}", "district"))
        with django_assert_max_num_queries(12) as asked:
            listed(cast, cast.office_unit)
        return len(asked)

    assert ask(1) == ask(3)
