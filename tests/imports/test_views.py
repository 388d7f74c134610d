"""Importing at the desk."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from kepuyue.activities.models import Activity
from kepuyue.imports.actions import committing, staging
from kepuyue.imports.models import ImportBatch

TEXT = "活动名称,主办单位,活动时间,没人懂的一栏\n湿地观鸟,福田区少年宫,9月14日,x\n秋夜观星,福田区少年宫,9月中旬,y\n"

pytestmark = pytest.mark.django_db


def upload(client, cast, data=None, name="活动.csv"):
    fields = {
        "organization": cast.own_unit.pk,
        "file": SimpleUploadedFile(name, TEXT.encode() if data is None else data),
    }
    return client.post(reverse("imports:new"), fields)


@pytest.fixture
def desk(cast, sign_in):
    return sign_in(cast.editor)


@pytest.fixture
def batch(cast):
    return staging.stage(
        TEXT.encode(), file_name="活动.csv", organization=cast.own_unit, edition=cast.edition, by=cast.editor
    )


def test_upload_leads_to_a_preview_that_writes_nothing(cast, desk):
    response = upload(desk, cast)

    batch = ImportBatch.objects.get()
    assert response["Location"] == reverse("imports:batch", args=[batch.pk])
    page = desk.get(response["Location"]).content.decode()
    assert "2行会成为活动草稿" in page
    assert "C3" in page and "没有写明具体日期" in page
    assert "没人懂的一栏" in page
    assert not Activity.objects.exists()


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "空的"), (b"%PDF-1.4", "PDF"), (b"\x89PNG\r\n\x1a\n", "图片"), (b"a\n1\n", "表头"),
     (b"0" * 20_000_001, "上限")],
)  # fmt: skip
def test_bad_upload_is_answered_with_a_sentence(cast, desk, data, says):
    response = upload(desk, cast, data)

    assert response.status_code == 422
    assert says in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_upload_for_another_unit_is_refused(cast, sign_in):
    response = upload(sign_in(cast.colleague), cast)

    assert response.status_code == 422
    assert not ImportBatch.objects.exists()


def test_commit_makes_drafts_and_shows_them(desk, batch):
    response = desk.post(reverse("imports:commit", args=[batch.pk]), follow=True)

    page = response.content.decode()
    assert "新增2项" in page
    assert reverse("activities:detail", args=[Activity.objects.first().code]) in page


def test_commit_pressed_twice_imports_once(desk, batch):
    for _press in range(2):
        desk.post(reverse("imports:commit", args=[batch.pk]))

    assert Activity.objects.count() == 2


def test_commit_of_many_rows_goes_to_the_background_and_shows_progress(cast, desk):
    many = "活动名称,活动时间\n" + "".join(f"观鸟{n},9月{n % 30 + 1}日\n" for n in range(40))
    upload(desk, cast, many.encode())
    batch = ImportBatch.objects.get()

    page = desk.post(reverse("imports:commit", args=[batch.pk]), follow=True).content.decode()

    assert "正在导入" in page and "0/40" in page
    assert not Activity.objects.exists()
    fragment = desk.get(
        reverse("imports:batch", args=[batch.pk]), {"progress": 1}, headers={"hx-request": "true"}
    )
    assert "<html" not in fragment.content.decode()


def test_batch_of_another_unit_is_not_found(cast, sign_in, batch):
    for person in (cast.colleague, cast.judge, cast.office):
        assert sign_in(person).get(reverse("imports:batch", args=[batch.pk])).status_code == 404


@pytest.mark.parametrize(("show", "titles"), [("errors", ["秋夜观星"]), ("left", [])])
def test_batch_shows_rows_by_their_case(desk, batch, show, titles):
    page = desk.get(reverse("imports:batch", args=[batch.pk]), {"show": show})

    assert [row.title for row in page.context["rows"]] == titles


def test_list_asks_as_often_for_three_files_as_for_one(cast, desk, django_assert_max_num_queries):
    def stage():
        staging.stage(
            TEXT.encode(), file_name="a.csv", organization=cast.own_unit, edition=cast.edition, by=cast.editor
        )

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    stage()
    with CaptureQueriesContext(connection) as one:
        desk.get(reverse("imports:list"))
    stage()
    stage()
    with CaptureQueriesContext(connection) as three:
        desk.get(reverse("imports:list"))

    assert len(three) == len(one)


def test_import_whose_worker_was_stopped_goes_on_when_asked(cast, desk, batch, monkeypatch):
    monkeypatch.setattr("kepuyue.imports.views.activities.AT_ONCE", 0)
    committing.begin(batch, by=cast.editor)
    address = reverse("imports:commit", args=[batch.pk])

    desk.post(address)
    assert DBTaskResult.objects.count() == 0
    desk.post(address, {"again": "1"})

    assert DBTaskResult.objects.count() == 1
    page = desk.get(reverse("imports:batch", args=[batch.pk])).content.decode()
    assert "继续导入" in page
