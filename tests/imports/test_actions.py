"""From a file to activities, through the same forms and actions as typing them."""

import pytest
from django.core.exceptions import PermissionDenied

from kepuyue.activities.actions import drafting, submission
from kepuyue.activities.models import Activity, Origin, State
from kepuyue.imports.actions import committing, staging
from kepuyue.imports.models import ImportBatch, ImportRow
from kepuyue.imports.queries import batches_of, counts

HEADER = "活动名称,主办单位,活动时间,活动地点,地址,面向人群,活动类型,活动简介,备注\n"
BIRDS = "湿地观鸟,福田区少年宫,2024-09-14 9:00-11:00,红树林公园,滨海大道1号,老年人,观鸟,认识候鸟,请带水\n"
STARS = "秋夜观星,福田区少年宫,9月中旬,西涌,,,,,\n"

pytestmark = pytest.mark.django_db


def stage(cast, text, *, edition="current", by=None):
    return staging.stage(
        text.encode(),
        file_name="活动.csv",
        organization=cast.own_unit,
        edition=cast.edition if edition == "current" else edition,
        by=by or cast.editor,
    )


def bring_in(cast, text, **options):
    return committing.commit(stage(cast, text, **options), by=cast.editor)


def states(batch):
    return {state: count for state, count in counts(batch).items() if count and state != "read"}


def test_stage_writes_nothing_but_the_batch(cast):
    batch = stage(cast, HEADER + BIRDS + STARS + "合计,2\n")

    assert states(batch) == {"waiting": 2, "skipped": 1}
    assert counts(batch)["read"] == 3
    assert not Activity.objects.exists()
    row = batch.rows.last()
    assert (row.number, row.why) == (4, "合计行")


def test_stage_by_somebody_elses_unit_is_refused(cast):
    with pytest.raises(PermissionDenied):
        stage(cast, HEADER + BIRDS, by=cast.colleague)


def test_commit_makes_drafts_with_what_was_written(cast):
    batch = bring_in(cast, HEADER + BIRDS)

    activity = Activity.objects.get()
    session = activity.sessions.get()
    assert (activity.title, activity.state, activity.origin) == ("湿地观鸟", State.DRAFT, Origin.IMPORT)
    assert (activity.summary, activity.audience_note) == ("认识候鸟", "老年人")
    assert [term.code for term in activity.terms.all()] == ["older_people"]
    assert activity.description == "活动类型：观鸟\n\n备注：请带水"
    assert (session.venue.name, session.venue.address) == ("红树林公园", "滨海大道1号")
    assert session.starts_at.isoformat() == "2024-09-14T01:00:00+00:00"
    assert batch.state == ImportBatch.State.DONE
    assert batch.rows.get().activity == activity


def test_commit_row_with_refused_date_is_a_draft_without_it(cast):
    bring_in(cast, HEADER + STARS)

    activity = Activity.objects.get()
    assert (activity.dates_as_written, activity.sessions.count()) == ("9月中旬", 0)


def test_commit_value_that_the_form_refuses_is_listed_and_left_out(cast):
    batch = bring_in(cast, HEADER + BIRDS.replace("老年人", "老" * 200))

    row = batch.rows.get()
    assert list(row.refused) == ["audience_note"]
    assert (row.state, row.severity, row.activity.audience_note) == ("created", "error", "")


def test_commit_twice_makes_no_doubles(cast):
    batch = bring_in(cast, HEADER + BIRDS + STARS)

    committing.commit(batch, by=cast.editor)

    assert Activity.objects.count() == 2


def test_import_again_changes_nothing(cast):
    bring_in(cast, HEADER + BIRDS + STARS)
    versions = list(Activity.objects.values_list("version", flat=True))

    again = bring_in(cast, HEADER + BIRDS + STARS)

    assert states(again) == {"unchanged": 2}
    assert list(Activity.objects.values_list("version", flat=True)) == versions


def test_import_again_changes_only_what_changed_in_the_file(cast):
    bring_in(cast, HEADER + BIRDS + STARS)
    birds = Activity.objects.get(title="湿地观鸟")
    session = birds.sessions.get()
    drafting.change(birds, {"audience_note": "改过的人群"}, by=cast.owner)

    again = bring_in(cast, HEADER + BIRDS.replace("认识候鸟", "认识黑脸琵鹭") + STARS)

    birds.refresh_from_db()
    assert states(again) == {"changed": 1, "unchanged": 1}
    assert (birds.summary, birds.audience_note) == ("认识黑脸琵鹭", "改过的人群")
    assert birds.sessions.get() == session


def test_import_again_keeps_the_record_of_a_session_at_the_same_time(cast):
    bring_in(cast, HEADER + BIRDS)
    session = Activity.objects.get().sessions.get()

    bring_in(cast, HEADER + BIRDS.replace("红树林公园", "深圳湾公园"))

    kept = Activity.objects.get().sessions.get()
    assert (kept.pk, kept.venue.name) == (session.pk, "深圳湾公园")


def test_import_again_into_what_is_under_review_is_refused_with_the_reason(cast, monkeypatch):
    bring_in(cast, HEADER + BIRDS)
    monkeypatch.setattr(submission, "hindrances", lambda activity, content: [])
    submission.submit(Activity.objects.get(), by=cast.editor)

    again = bring_in(cast, HEADER + BIRDS.replace("认识候鸟", "别的"))

    row = again.rows.get()
    assert row.state == ImportRow.State.REFUSED
    assert "正在审核" in row.why


def test_same_file_for_another_unit_is_another_activity(cast):
    bring_in(cast, HEADER + BIRDS)

    staged = staging.stage(
        (HEADER + BIRDS).encode(),
        file_name="x",
        organization=cast.other_unit,
        edition=cast.edition,
        by=cast.colleague,
    )
    committing.commit(staged, by=cast.colleague)

    assert Activity.objects.count() == 2


def test_commit_without_edition_goes_to_the_archive_of_its_year(cast):
    bring_in(
        cast,
        HEADER + BIRDS.replace("2024-09-14 9:00-11:00", "2006-02") + STARS.replace("9月中旬", ""),
        edition=None,
    )

    placed = {
        a.title: (a.edition.code, a.state, a.dates_as_written, a.sessions.count())
        for a in Activity.objects.all()
    }
    assert placed == {
        "湿地观鸟": ("archive-2006", State.ARCHIVED, "2006-02", 0),
        "秋夜观星": ("archive-undated", State.ARCHIVED, "", 0),
    }


def test_begin_says_once_that_a_batch_is_being_imported(cast):
    batch = stage(cast, HEADER + BIRDS)

    assert [committing.begin(batch, by=cast.editor), committing.begin(batch, by=cast.editor)] == [True, False]


def test_batches_of_shows_own_units_only(cast):
    batch = stage(cast, HEADER + BIRDS)

    seen = {name for name, person in cast.people().items() if person and batch in batches_of(person)}

    assert seen == {"owner", "editor"}
