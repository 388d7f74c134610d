"""An item's way to the public and back: who may, when, and what the public keeps meanwhile."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile

from kepuyue.cloud import content, queries, workflow
from kepuyue.cloud.actions import airing, covers, items
from kepuyue.cloud.models import Air, CloudItem, Kind
from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Organization
from tests.cast import Cast
from tests.factories import ActivityFactory, CloudItemFactory, CoverFactory
from tests.factories.editions import png

pytestmark = pytest.mark.usefixtures("in_the_month")
State = CloudItem.State
CONTENT: content.Content = {
    "title": "望远镜里的月亮", "summary": "边看边讲。", "url": "https://www.bilibili.com/video/BV1xx411c7mD",
    "content_signoff": "内容审定人",
}  # fmt: skip


def drafted(cast: Cast, kind: str = Kind.VIDEO, **more: Any) -> CloudItem:
    return items.create(
        edition=cast.edition, organization=cast.own_unit, kind=kind, by=cast.editor, content=CONTENT | more,
        token=uuid4(),
    )  # fmt: skip


def published(cast: Cast, kind: str = Kind.VIDEO, **more: Any) -> CloudItem:
    item = items.submit(drafted(cast, kind, **more), by=cast.editor)
    return items.approve(item, by=cast.district_reviewer, version=item.version)


def shown(cast: Cast) -> list[CloudItem]:
    return list(queries.public_items(cast.edition))


def test_item_is_public_once_the_superior_has_approved_it(cast: Cast) -> None:
    item = drafted(cast)
    assert shown(cast) == []

    item = items.submit(item, by=cast.editor)
    assert shown(cast) == []
    assert list(queries.items_to_review(cast.district_reviewer, cast.edition)) == [item]

    item = items.approve(item, by=cast.district_reviewer, version=item.version)

    assert shown(cast) == [item]
    assert [event.action for event in audit.trail(item)] == ["cloud.approve", "cloud.submit", "cloud.create"]
    assert set(Message.objects.values_list("kind", flat=True)) == {"cloud.turn", "cloud.decided"}


@pytest.mark.parametrize(
    "person", ["owner", "editor", "colleague", "other_reviewer", "moderator", "outsider"]
)
def test_nobody_but_those_above_the_unit_approves(cast: Cast, person: str) -> None:
    item = items.submit(drafted(cast), by=cast.editor)

    with pytest.raises(PermissionDenied):
        items.approve(item, by=getattr(cast, person), version=item.version)


def test_office_reads_its_own_items_and_may_step_in_below(cast: Cast) -> None:
    own = items.submit(
        items.create(
            edition=cast.edition, organization=cast.office_unit, kind=Kind.VIDEO, by=cast.office,
            content=CONTENT, token=uuid4(),
        ),
        by=cast.office,
    )  # fmt: skip

    assert items.approve(own, by=cast.office, version=own.version).is_public
    waiting = items.submit(drafted(cast), by=cast.editor)
    assert items.approve(waiting, by=cast.office, version=waiting.version).is_public


@pytest.mark.parametrize("person", ["colleague", "check_in", "district_reviewer", "far", "outsider"])
def test_only_the_units_people_write(cast: Cast, person: str) -> None:
    user = cast.other_reviewer if person == "far" else getattr(cast, person)

    with pytest.raises(PermissionDenied):
        items.change(drafted(cast), CONTENT, by=user, version=1)


def test_unit_that_is_not_confirmed_registers_nothing(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.own_unit.pk).update(state=Organization.State.PENDING)

    with pytest.raises(PermissionDenied):
        drafted(cast)


def test_form_sent_twice_is_one_item(cast: Cast) -> None:
    token = uuid4()
    both = [
        items.create(
            edition=cast.edition, organization=cast.own_unit, kind=Kind.VIDEO, by=cast.editor, content=CONTENT, token=token
        )
        for _click in range(2)
    ]  # fmt: skip

    assert both[0].pk == both[1].pk


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        (Kind.LIVE, {"starts_at": None}),
        (Kind.VIDEO, {"url": ""}),
        (Kind.VIDEO, {"url": "https://127.0.0.1/"}),
        (Kind.EXHIBITION, {"content_signoff": ""}),
    ],
)
def test_what_is_not_complete_is_not_handed_in(cast: Cast, kind: str, change: dict[str, Any]) -> None:
    item = drafted(cast, kind, **change)

    with pytest.raises(ValidationError):
        items.submit(item, by=cast.editor)


def test_change_of_a_public_item_shows_only_when_it_was_read(cast: Cast) -> None:
    item = published(cast)

    item = items.change(item, {"title": "换了名称"}, by=cast.editor, version=item.version)
    assert (item.state, shown(cast)[0].title) == (State.CHANGING, CONTENT["title"])
    item = items.submit(item, by=cast.editor)
    assert shown(cast)[0].title == CONTENT["title"]
    item = items.approve(item, by=cast.district_reviewer, version=item.version)

    assert (item.state, item.proposed, shown(cast)[0].title) == (State.PUBLISHED, {}, "换了名称")


def test_change_that_comes_back_to_what_is_public_is_none(cast: Cast) -> None:
    item = published(cast)
    item = items.change(item, {"title": "换了名称"}, by=cast.editor, version=item.version)

    item = items.change(item, {"title": CONTENT["title"]}, by=cast.editor, version=item.version)

    assert (item.state, item.proposed) == (State.PUBLISHED, {})


def test_change_that_is_given_up_or_given_back_leaves_the_public_text(cast: Cast) -> None:
    item = published(cast)
    item = items.change(item, {"title": "换了名称"}, by=cast.editor, version=item.version)
    item = items.submit(item, by=cast.editor)
    item = items.give_back(item, by=cast.district_reviewer, version=item.version, remark="请写完整")
    assert (item.state, item.remark, item.proposed) == (State.CHANGING, "请写完整", {"title": "换了名称"})

    item = items.discard(item, by=cast.editor)

    assert (item.state, item.proposed, shown(cast)[0].title) == (State.PUBLISHED, {}, CONTENT["title"])


def test_reviewer_decides_about_the_version_that_was_read(cast: Cast) -> None:
    item = items.submit(drafted(cast), by=cast.editor)
    read = item.version
    item = items.take_back(item, by=cast.editor)
    item = items.change(item, {"title": "改过的"}, by=cast.editor, version=item.version)
    items.submit(item, by=cast.editor)

    with pytest.raises(Conflict):
        items.approve(item, by=cast.district_reviewer, version=read)


def test_two_who_write_at_once_lose_nothing(cast: Cast) -> None:
    item = drafted(cast)
    items.change(item, {"title": "同事写的"}, by=cast.owner, version=item.version)

    with pytest.raises(Conflict) as conflict:
        items.change(item, {"title": "我写的"}, by=cast.editor, version=item.version)

    assert conflict.value.present.title == "同事写的"


def test_withdrawn_item_is_gone_at_once_and_passes_the_same_door_again(cast: Cast) -> None:
    item = published(cast)

    item = items.withdraw(item, by=cast.district_reviewer, reason="数据没有出处")

    assert (shown(cast), item.withdraw_reason) == ([], "数据没有出处")
    assert Message.objects.filter(person=cast.owner, body__contains="数据没有出处").exists()
    item = items.reopen(item, by=cast.editor)
    assert (item.state, shown(cast)) == (State.DRAFT, [])


@pytest.mark.parametrize("person", ["colleague", "other_reviewer", "moderator", "outsider"])
def test_stranger_withdraws_nothing(cast: Cast, person: str) -> None:
    with pytest.raises(PermissionDenied):
        items.withdraw(published(cast), by=getattr(cast, person), reason="不喜欢")


def test_item_of_an_activity_that_was_taken_down_or_of_a_closed_unit_is_not_public(cast: Cast) -> None:
    activity = ActivityFactory(organization=cast.own_unit, state="published", sessions=1)
    item = published(cast, activity=activity.pk)
    assert shown(cast) == [item]

    activity.state = "taken_down"
    activity.save()
    assert shown(cast) == []

    activity.state = "published"
    activity.save()
    Organization.objects.filter(pk=cast.own_unit.pk).update(state=Organization.State.CLOSED)
    assert shown(cast) == []


def test_every_move_leads_from_a_state_that_has_an_owner() -> None:
    for table in (workflow.CLOUD_ITEM, workflow.QUESTION):
        assert {source for source, _verb in table.moves} <= set(table.owners)


# The picture


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("a.png", png(), content_type="image/png")


def test_picture_of_a_public_item_waits_with_its_change(cast: Cast) -> None:
    item = published(cast)
    CoverFactory(item=item, alt="旧的")

    covers.put(item, by=cast.editor, file=picture(), alt="新的")
    item = CloudItem.objects.with_facts().get(pk=item.pk)
    assert item.cover is not None and item.waiting_cover is not None
    assert (item.state, item.cover.alt, item.waiting_cover.alt) == (State.CHANGING, "旧的", "新的")

    item = items.submit(item, by=cast.editor)
    items.approve(item, by=cast.district_reviewer, version=item.version)

    item = CloudItem.objects.with_facts().get(pk=item.pk)
    assert item.cover is not None
    assert (item.cover.alt, item.waiting_cover) == ("新的", None)


def test_file_that_is_no_picture_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        covers.put(
            drafted(cast), by=cast.editor, file=SimpleUploadedFile("a.png", b"<svg onload=x>"), alt="x"
        )


# On air


def live(cast: Cast, **more: Any) -> CloudItem:
    return CloudItemFactory(edition=cast.edition, organization=cast.own_unit, state=State.PUBLISHED, **more)


@pytest.mark.parametrize(
    ("begins", "facts", "air"),
    [
        (30, {}, Air.SCHEDULED),
        (-30, {}, Air.LIVE),
        (-130, {}, Air.ENDED),
        (-130, {"replay_url": "https://www.bilibili.com/video/BV1xx411c7mD"}, Air.REPLAY),
        (20, {"on_air": -5}, Air.LIVE),
        (-140, {"on_air": -130}, Air.LIVE),
        (-190, {"on_air": -185}, Air.ENDED),
        (-30, {"on_air": -29, "off_air": -1}, Air.ENDED),
        (-30, {"off_air": -40, "on_air": -20}, Air.ENDED),
    ],
)  # fmt: skip
def test_state_of_a_broadcast_follows_the_clock_and_the_buttons(
    cast: Cast, begins: int, facts: dict[str, Any], air: Air
) -> None:
    at = now()

    def minutes(count: int) -> Any:
        return at + timedelta(minutes=count)

    item = live(
        cast, starts_at=minutes(begins), ends_at=minutes(begins + 120), replay_url=facts.get("replay_url", ""),
        on_air_at=minutes(facts["on_air"]) if "on_air" in facts else None,
        off_air_at=minutes(facts["off_air"]) if "off_air" in facts else None,
    )  # fmt: skip

    assert item.air(at) == air
    assert queries.live_now(cast.edition, at) == ([item] if air == Air.LIVE else [])


def test_one_tap_begins_ends_and_begins_again(cast: Cast) -> None:
    item = live(cast, starts_at=now() + timedelta(minutes=20))

    item = airing.go_live(item, by=cast.editor)
    assert queries.live_now(cast.edition, now()) == [item]
    item = airing.end(item, by=cast.editor)
    assert queries.live_now(cast.edition, now()) == []
    item = airing.go_live(item, by=cast.editor)

    assert queries.live_now(cast.edition, now()) == [item]
    assert [event.action for event in audit.trail(item)] == ["cloud.live", "cloud.ended", "cloud.live"]


def test_slip_of_the_finger_a_day_before_begins_nothing(cast: Cast) -> None:
    with pytest.raises(NotPossibleNow):
        airing.go_live(live(cast, starts_at=now() + timedelta(hours=20)), by=cast.editor)


def test_cancelled_activity_is_not_live(cast: Cast) -> None:
    activity = ActivityFactory(organization=cast.own_unit, state="cancelled", sessions=1)
    item = live(cast, starts_at=now() - timedelta(minutes=5), activity=activity)

    assert item.air(now()) == Air.CANCELLED
    assert queries.live_now(cast.edition, now()) == []


def test_draft_and_video_are_never_live(cast: Cast) -> None:
    CloudItemFactory(edition=cast.edition, organization=cast.own_unit, starts_at=now() - timedelta(minutes=5))
    CloudItemFactory(edition=cast.edition, organization=cast.own_unit, kind=Kind.VIDEO, state=State.PUBLISHED)

    assert queries.live_now(cast.edition, now()) == []


@pytest.mark.parametrize(
    "url", ["https://www.bilibili.com/video/BV1aa411c7mE", "https://v.qq.com/x/page/a1234567bcd.html"]
)
def test_replay_on_a_known_host_shows_at_once(cast: Cast, url: str) -> None:
    item = live(cast, starts_at=now() - timedelta(hours=5))

    item = airing.set_replay(item, by=cast.editor, url=url)

    assert (item.air(now()), item.replay_url) == (Air.REPLAY, url)


@pytest.mark.parametrize("url", ["https://elsewhere.cn/", "javascript:alert(1)", "https://10.0.0.1/"])
def test_replay_elsewhere_needs_reading_and_a_hostile_one_is_refused(cast: Cast, url: str) -> None:
    item = live(cast, starts_at=now() - timedelta(hours=5))

    with pytest.raises(ValidationError):
        airing.set_replay(item, by=cast.editor, url=url)


def test_stranger_presses_no_button(cast: Cast) -> None:
    item = live(cast, starts_at=now())

    for person in (cast.colleague, cast.moderator, cast.district_reviewer):
        with pytest.raises(PermissionDenied):
            airing.go_live(item, by=person)
