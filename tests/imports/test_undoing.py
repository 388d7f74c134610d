"""Taking a whole import back: as before where nobody worked on since, and with a reason where somebody did."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from kepuyue.activities import content as contents
from kepuyue.activities.actions import drafting, submission
from kepuyue.activities.models import Activity, Venue
from kepuyue.core.models import AuditEvent
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.imports.actions import committing, undoing
from kepuyue.imports.models import ImportBatch, ImportRow
from tests.activities import acting
from tests.cast import Cast
from tests.factories import complete_content
from tests.imports.test_actions import BIRDS, HEADER, STARS, bring_in, stage, states

pytestmark = pytest.mark.django_db


def said(activity: Activity) -> contents.Content:
    """What it says, whichever rows hold its sessions."""
    text = contents.of(activity)
    return text | {"sessions": [session | {"id": None} for session in text["sessions"]]}


def test_drafts_that_nobody_touched_are_gone(cast: Cast) -> None:
    batch = bring_in(cast, HEADER + BIRDS + STARS)

    undoing.undo(batch, by=cast.editor)

    assert not Activity.objects.exists()
    assert (batch.state, states(batch)) == (ImportBatch.State.UNDONE, {"undone": 2})
    event = AuditEvent.objects.get(action="import.undo")
    assert event.changes == {"undone": [0, 2], "kept": [0, 0]}
    assert AuditEvent.objects.filter(action="activity.delete").count() == 2


def test_what_somebody_worked_on_stays_and_says_why(cast: Cast) -> None:
    batch = bring_in(cast, HEADER + BIRDS + STARS)
    birds = Activity.objects.get(title="湿地观鸟")
    drafting.change(birds, {"summary": "带上望远镜"}, by=cast.owner)

    undoing.undo(batch, by=cast.editor)

    assert Activity.objects.get() == birds
    row = batch.rows.get(state=ImportRow.State.CREATED)
    assert (row.activity, row.why) == (birds, "导入以后有人改过或提交过，没有撤销。")


def test_what_was_handed_in_stays(cast: Cast, in_the_month: Any) -> None:
    batch = bring_in(cast, HEADER + BIRDS)
    activity = Activity.objects.get()
    complete = complete_content()
    rest = {name: complete[name] for name in complete if name not in ("title", "sessions", "participations")}
    drafting.change(activity, rest, by=cast.editor)
    ImportRow.objects.update(version=acting.fresh(activity).version)  # as if the file had said all of it
    submission.submit(acting.fresh(activity), by=cast.editor)

    undoing.undo(batch, by=cast.editor)

    assert Activity.objects.get().state == "submitted"
    assert states(batch) == {"created": 1}


def test_updates_get_back_what_stood_before(cast: Cast) -> None:
    bring_in(cast, HEADER + BIRDS)
    before = said(Activity.objects.get())
    changed = (
        BIRDS.replace("9:00-11:00", "14:00-16:00")
        .replace("红树林公园", "深圳湾公园")
        .replace("认识候鸟", "找水鸟")
    )
    second = bring_in(cast, HEADER + changed)
    assert states(second) == {"changed": 1}
    assert Venue.objects.filter(name="深圳湾公园").exists()

    undoing.undo(second, by=cast.editor)

    assert said(Activity.objects.get()) == before
    assert states(second) == {"undone": 1}


def test_import_after_undoing_compares_with_what_still_stands(cast: Cast) -> None:
    bring_in(cast, HEADER + BIRDS)
    changed = BIRDS.replace("认识候鸟", "找水鸟")
    undoing.undo(bring_in(cast, HEADER + changed), by=cast.editor)

    third = bring_in(cast, HEADER + changed)

    assert states(third) == {"changed": 1}
    assert Activity.objects.get().summary == "找水鸟"


def test_what_changed_nothing_is_left_alone(cast: Cast) -> None:
    bring_in(cast, HEADER + BIRDS)
    again = bring_in(cast, HEADER + BIRDS)

    undoing.undo(again, by=cast.editor)

    assert Activity.objects.count() == 1
    assert states(again) == {"unchanged": 1}


def test_twice_is_refused_and_a_file_that_waits_too(cast: Cast) -> None:
    batch = bring_in(cast, HEADER + BIRDS)
    undoing.undo(batch, by=cast.editor)

    for other in (batch, stage(cast, HEADER + STARS)):
        with pytest.raises(NotPossibleNow):
            undoing.undo(other, by=cast.editor)


def test_what_was_taken_back_is_not_imported_again_by_an_old_page(cast: Cast) -> None:
    batch = bring_in(cast, HEADER + BIRDS)
    undoing.undo(batch, by=cast.editor)

    committing.commit(batch, by=cast.editor)

    assert not Activity.objects.exists()
    assert batch.state == ImportBatch.State.UNDONE


def test_undoing_that_stopped_halfway_goes_on(cast: Cast) -> None:
    batch = bring_in(cast, HEADER + BIRDS + STARS)
    assert undoing.begin(batch, by=cast.editor)
    assert not undoing.begin(batch, by=cast.editor)
    last = batch.rows.written().order_by("-pk")[0]
    undoing._undo_row(last.pk, cast.editor)

    undoing.undo(batch, by=cast.editor)

    assert states(batch) == {"undone": 2}


def test_somebody_elses_import_is_not_theirs_to_take_back(cast: Cast) -> None:
    batch = bring_in(cast, HEADER + BIRDS)

    with pytest.raises(PermissionDenied):
        undoing.undo(batch, by=cast.colleague)

    assert Activity.objects.count() == 1


def test_page_tells_beforehand_what_goes_and_what_stays(cast: Cast, sign_in: Any) -> None:
    batch = bring_in(cast, HEADER + BIRDS + STARS)
    drafting.change(Activity.objects.get(title="湿地观鸟"), {"summary": "带上望远镜"}, by=cast.owner)
    client, address = sign_in(cast.editor), reverse("imports:undo", args=[batch.pk])

    page = client.get(address).content.decode()
    answer = client.post(address)

    assert "1项草稿是这次新增的，会删除" in page
    assert "1项不撤销" in page
    assert answer["Location"] == reverse("imports:batch", args=[batch.pk])
    assert "这次导入已撤销" in client.get(answer["Location"]).content.decode()


def test_result_leads_to_the_drafts_of_this_file_only(cast: Cast, sign_in: Any) -> None:
    acting.draft(cast, title="别的草稿")
    batch = bring_in(cast, HEADER + BIRDS + STARS)
    client = sign_in(cast.editor)

    result = client.get(reverse("imports:batch", args=[batch.pk])).content.decode()
    page = client.get(reverse("activities:together"), {"of": f"import-{batch.pk}"}).content.decode()

    assert f"?of=import-{batch.pk}" in result
    assert "湿地观鸟" in page
    assert "别的草稿" not in page
