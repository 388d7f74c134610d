"""The register of media coverage: one row a report, confirmed from above, shown where it belongs, counted once."""

import csv
from datetime import date, timedelta
from io import BytesIO, StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from kepuyue.activities.models import Activity, LinkCheck
from kepuyue.core import audit
from kepuyue.core.time import today
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.messaging.models import Message
from kepuyue.organizations.actions import merging
from kepuyue.publicity import queries
from kepuyue.publicity.actions import recording
from kepuyue.publicity.models import Coverage
from kepuyue.publicity.sameness import key_of
from tests.cast import Cast
from tests.factories import ActivityFactory, CoverageFactory, ParticipationFactory, UnitFactory

pytestmark = pytest.mark.usefixtures("in_the_month")

TYPED = {
    "outlet": "晚报", "level": "city", "medium": "web", "title": "水火箭飞上天", "published_on": "2024-09-12",
    "link": "https://news.example.org/a/1", "reads": "1200",
}  # fmt: skip


def facts(**more: Any) -> dict[str, Any]:
    return {
        "outlet": "晚报", "level": "city", "medium": "web", "title": "水火箭飞上天", "published_on": date(2024, 9, 12),
        "link": "https://news.example.org/a/1", "reads": None, "activities": [], "units": [],
    } | more  # fmt: skip


def recorded(cast: Cast, **more: Any) -> Coverage:
    return recording.record(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, facts=facts(**more), token=uuid4()
    )


def fresh(row: Coverage) -> Coverage:
    return Coverage.objects.get(pk=row.pk)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("https://www.news.example.org/a/1/", "http://news.example.org/a/1#end"),
        (
            "https://mp.example.com/s?__biz=A&mid=1&idx=1&sn=x",
            "https://mp.example.com/s?mid=1&idx=1&__biz=A&sn=x&scene=21&chksm=9&from=timeline#rd",
        ),
        (
            "https://news.example.org/a/1?utm_source=mail&utm_medium=x",
            "https://NEWS.example.org/a/1?share_token=77",
        ),
    ],
)
def test_a_link_is_known_again_however_it_was_passed_on(first: str, second: str) -> None:
    about = {"outlet": "晚报", "title": "一", "published_on": date(2024, 9, 1)}

    assert key_of(link=first, **about) == key_of(link=second, **about)


def test_other_pages_of_an_outlet_are_other_reports() -> None:
    about = {"outlet": "晚报", "title": "一", "published_on": date(2024, 9, 1)}
    links = [f"https://mp.example.com/s?__biz=A&mid={mid}&idx={idx}" for mid in (1, 2) for idx in (1, 2)]

    assert len({key_of(link=link, **about) for link in links}) == 4


def test_a_report_in_print_is_known_by_outlet_day_and_title() -> None:
    day = date(2024, 9, 1)

    assert key_of(link="", outlet="深圳 晚报", title="“水火箭”上天！", published_on=day) == key_of(
        link="", outlet="深圳晚报", title="水火箭上天", published_on=day
    )
    assert key_of(link="", outlet="晚报", title="水火箭", published_on=day) != key_of(
        link="", outlet="晚报", title="水火箭", published_on=day + timedelta(days=1)
    )


def test_the_same_link_is_refused_and_the_row_that_is_there_named(cast: Cast) -> None:
    known = recorded(cast)

    with pytest.raises(recording.AlreadyRecorded) as refused:
        recording.record(
            edition=cast.edition, organization=cast.other_unit, by=cast.colleague, token=uuid4(),
            facts=facts(link="http://www.news.example.org/a/1/?utm_source=x", title="另一个题目"),
        )  # fmt: skip

    assert refused.value.known == known
    said = refused.value.messages[0]
    assert "水火箭飞上天" in said and "晚报" in said and cast.own_unit.name in said and "2024" in said
    assert Coverage.objects.count() == 1


def test_the_database_keeps_the_same_report_from_standing_twice(cast: Cast) -> None:
    known = recorded(cast)

    with pytest.raises(IntegrityError), transaction.atomic():
        CoverageFactory(edition=cast.edition, organization=cast.far_unit, key=known.key)


def test_what_was_taken_back_can_be_recorded_anew(cast: Cast) -> None:
    recording.withdraw(recorded(cast), by=cast.editor)

    assert recorded(cast).state == "recorded"


def test_the_same_form_sent_twice_is_one_row(cast: Cast) -> None:
    token = uuid4()
    sent = {"edition": cast.edition, "organization": cast.own_unit, "by": cast.editor, "token": token}

    first, second = (recording.record(**sent, facts=facts()) for _time in range(2))

    assert first == second and Coverage.objects.count() == 1


def test_a_day_that_has_not_come_is_refused(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="还没有到"):
        recorded(cast, published_on=today() + timedelta(days=1))


def test_its_address_is_asked_in_the_background(cast: Cast) -> None:
    recorded(cast)

    assert LinkCheck.objects.get().url == "https://news.example.org/a/1"


def test_who_confirms(cast: Cast) -> None:
    row = recorded(cast)

    for person in (cast.editor, cast.owner, cast.colleague, cast.other_reviewer, cast.department_reviewer):
        with pytest.raises(PermissionDenied):
            recording.confirm(row, by=person, version=row.version)
    recording.confirm(row, by=cast.district_reviewer, version=row.version)

    assert fresh(row).state == "confirmed"
    assert [one.action for one in audit.trail(row)] == ["coverage.confirm", "coverage.record"]


def test_what_was_read_is_what_is_confirmed(cast: Cast) -> None:
    row = recorded(cast)
    recording.change(row, facts(title="改过的题目"), by=cast.editor, version=1)

    with pytest.raises(Conflict):
        recording.confirm(row, by=cast.district_reviewer, version=1)

    assert fresh(row).state == "recorded"


def test_changed_by_its_unit_it_is_confirmed_anew_and_corrected_from_above_it_stands(cast: Cast) -> None:
    row = recording.confirm(recorded(cast), by=cast.district_reviewer, version=1)

    corrected = recording.change(
        row, facts(outlet="深圳晚报"), by=cast.district_reviewer, version=row.version
    )
    assert corrected.state == "confirmed"

    changed = recording.change(row, facts(title="改过的题目"), by=cast.editor, version=corrected.version)
    assert changed.state == "recorded"


def test_whoever_recorded_it_is_told_why_it_was_declined(cast: Cast) -> None:
    row = recorded(cast)

    with pytest.raises(ValidationError):
        recording.decline(row, by=cast.district_reviewer, reason=" ")
    recording.decline(row, by=cast.district_reviewer, reason="只转载了通知")

    message = Message.objects.get()
    assert (message.to, "只转载了通知" in message.body) == (cast.editor.email, True)
    assert not queries.coverage_of(cast.own_unit)
    with pytest.raises(recording.AlreadyRecorded):
        recorded(cast)


def test_what_was_taken_back_stays_so(cast: Cast) -> None:
    row = recording.withdraw(recorded(cast), by=cast.editor)

    with pytest.raises(NotPossibleNow):
        recording.confirm(row, by=cast.district_reviewer, version=row.version)


def test_coverage_of_an_activity_and_of_every_unit_with_a_part_in_it(cast: Cast) -> None:
    activity = ActivityFactory(organization=cast.own_unit, state="published", edition=cast.edition)
    helper, named, stranger = UnitFactory(), UnitFactory(), UnitFactory()
    ParticipationFactory(activity=activity, organization=helper, name=helper.name)
    ParticipationFactory(activity=activity, organization=helper, name=helper.name, role="supporter")
    row = CoverageFactory(edition=cast.edition, organization=cast.own_unit, state="confirmed")
    row.activities.add(activity)
    row.units.add(named)
    waiting = CoverageFactory(edition=cast.edition, organization=cast.own_unit)
    waiting.activities.add(activity)

    for subject in (activity, cast.own_unit, helper, named):
        assert list(queries.coverage_of(subject)) == [row], subject
    assert not queries.coverage_of(stranger)
    assert not queries.coverage_of(ActivityFactory())


def test_coverage_follows_a_unit_into_another(cast: Cast) -> None:
    row = CoverageFactory(edition=cast.edition, organization=cast.own_unit, state="confirmed")
    row.units.add(cast.own_unit)

    merging.merge(cast.own_unit, into=cast.other_unit, by=cast.district_reviewer)

    assert fresh(row).organization == cast.other_unit
    assert list(queries.coverage_of(cast.other_unit)) == [row]


def test_a_unit_records_with_its_own_activity_ticked_and_another_named(cast: Cast, sign_in: Any) -> None:
    own = ActivityFactory(organization=cast.own_unit, state="published", edition=cast.edition, title="水火箭")
    other = ActivityFactory(
        organization=cast.far_unit, state="published", edition=cast.edition, title="社区观星"
    )
    sent = TYPED | {
        "organization": cast.own_unit.pk,
        "own": [own.code],
        "activities": f"社区观\n{own.code} · 水火箭",
        "units": "南山区天文台",
    }

    answer = sign_in(cast.editor).post("/desk/coverage/new/", sent)

    row = Coverage.objects.get()
    assert answer["Location"] == f"/desk/coverage/{row.pk}/"
    assert set(row.activities.all()) == {own, other} and list(row.units.all()) == [cast.far_unit]
    assert (row.reads, row.state, row.recorded_by) == (1200, "recorded", cast.editor)


def test_a_faulty_form_keeps_what_was_typed_and_says_where(cast: Cast, sign_in: Any) -> None:
    for number in (1, 2):
        ActivityFactory(state="published", edition=cast.edition, title=f"观星之夜{number}")
    sent = TYPED | {
        "organization": cast.own_unit.pk, "link": "", "title": "独一无二的题目", "activities": "观星之夜",
        "units": "没有这个单位",
    }  # fmt: skip

    answer = sign_in(cast.editor).post("/desk/coverage/new/", sent)

    text = answer.content.decode()
    assert answer.status_code == 422 and not Coverage.objects.exists()
    assert "独一无二的题目" in text and "网上的报道请填写网址" in text
    assert "观星之夜1" in text and "观星之夜2" in text and "没有找到“没有这个单位”" in text


def test_a_report_known_already_is_refused_with_the_way_to_it(cast: Cast, sign_in: Any) -> None:
    known = recorded(cast)
    sent = TYPED | {"organization": cast.own_unit.pk, "title": "同一条报道"}

    text = sign_in(cast.owner).post("/desk/coverage/new/", sent).content.decode()

    assert "这条报道已经登记过" in text and f"/desk/coverage/{known.pk}/" in text and "同一条报道" in text


def test_a_district_records_and_confirms_in_one_step(cast: Cast, sign_in: Any) -> None:
    sent = TYPED | {"organization": cast.own_district.pk, "then": "confirm"}

    sign_in(cast.district_reviewer).post("/desk/coverage/new/", sent)

    assert Coverage.objects.get().state == "confirmed"


def test_two_who_change_a_row_at_once_see_both_texts(cast: Cast, sign_in: Any) -> None:
    row = recorded(cast)
    recording.change(row, facts(title="同事的题目"), by=cast.owner, version=1)

    answer = sign_in(cast.editor).post(
        f"/desk/coverage/{row.pk}/edit/", TYPED | {"title": "我的题目", "version": "1"}
    )

    text = answer.content.decode()
    assert answer.status_code == 409
    assert "同事的题目" in text and "我的题目" in text and fresh(row).title == "同事的题目"


def test_the_register_shows_what_one_may_know(cast: Cast) -> None:
    own = CoverageFactory(edition=cast.edition, organization=cast.own_unit)
    far = CoverageFactory(edition=cast.edition, organization=cast.far_unit)
    about = CoverageFactory(edition=cast.edition, organization=cast.far_unit, state="confirmed")
    about.units.add(cast.own_unit)
    earlier = CoverageFactory(organization=cast.own_unit, edition__code="earlier", edition__is_current=False)

    def seen(person: Any) -> set[Coverage]:
        return set(queries.coverage_seen_by(person, cast.edition))

    assert seen(cast.editor) == {own, about}
    assert seen(cast.colleague) == set()
    assert seen(cast.district_reviewer) == {own}
    assert seen(cast.other_reviewer) == {far, about}
    assert seen(cast.office) == {own, far, about}
    assert earlier not in seen(cast.office)


def test_totals_count_each_report_once_and_follow_the_filter(cast: Cast, sign_in: Any) -> None:
    for place, (day, level, unit) in enumerate(
        ((10, "central", cast.own_unit), (10, "city", cast.far_unit), (12, "city", cast.unit_of_department))
    ):
        row = CoverageFactory(
            edition=cast.edition,
            organization=unit,
            level=level,
            published_on=date(2024, 9, day),
            title=f"报道{place}",
        )
        for _time in range(2):
            row.activities.add(ActivityFactory())
    CoverageFactory(edition=cast.edition, organization=cast.own_unit, state="declined", title="不采用的")
    Coverage.objects.filter(organization=cast.unit_of_department).update(medium="tv")

    rows = Coverage.objects.filter(edition=cast.edition).standing()
    found = queries.totals(rows, beyond="市级单位")

    assert found.total == 3
    assert found.by_day == [(date(2024, 9, 10), 2), (date(2024, 9, 12), 1)]
    assert dict(found.by_level)["市级媒体"] == 2
    assert dict(found.by_medium) == {"网站和客户端": 2, "电视": 1}
    assert sum(count for _name, count in found.by_district) == 3
    page = sign_in(cast.office).get("/desk/coverage/?level=central").content.decode()
    assert "报道0" in page and "报道1" not in page and "不采用的" not in page
    assert "不采用的" in sign_in(cast.office).get("/desk/coverage/?state=declined").content.decode()


@pytest.mark.parametrize(
    "query",
    ["level=x", "district=%00", "date_from=99999-99-99", "state=a&page=zzz", "q=%27%3B--", "q=" + "长" * 99],
)
def test_filters_that_nobody_understands_break_nothing(query: str, cast: Cast, sign_in: Any) -> None:
    CoverageFactory(edition=cast.edition, organization=cast.own_unit, title="一条报道")

    for address in ("/desk/coverage/", "/desk/coverage/export.csv", "/press/coverage/"):
        assert sign_in(cast.office).get(f"{address}?{query}").status_code == 200


def test_cells_of_the_files_never_become_formulas(cast: Cast, sign_in: Any) -> None:
    CoverageFactory(
        edition=cast.edition,
        organization=cast.own_unit,
        title='=HYPERLINK("http://x","y")',
        outlet="+晚报",
        reads=7,
    )
    office = sign_in(cast.office)

    rows = list(csv.reader(StringIO(office.get("/desk/coverage/export.csv").content.decode("utf-8-sig"))))
    sheet = load_workbook(BytesIO(office.get("/desk/coverage/export.xlsx").content)).active

    assert rows[1][4].startswith("'=HYPERLINK") and rows[1][1] == "'+晚报"
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert sheet["G2"].value == 7


def test_confirmed_coverage_is_on_the_activity_s_and_the_unit_s_page(cast: Cast, client: Client) -> None:
    activity = ActivityFactory(
        organization=cast.own_unit, state="published", edition=cast.edition, sessions=1
    )
    assert isinstance(activity, Activity)
    row = recorded(cast, activities=[activity], title="<script>alert(1)</script>水火箭")

    pages = (f"/activities/{activity.code}/", f"/units/{cast.own_unit.code}/", "/press/", "/press/coverage/")
    for page in pages:
        assert "水火箭" not in client.get(page).content.decode(), page
    recording.confirm(row, by=cast.district_reviewer, version=1)

    for page in pages:
        shown = client.get(page).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt;水火箭" in shown, page
        assert "<script>alert(1)" not in shown
        assert 'href="https://news.example.org/a/1"' in shown


def test_an_address_that_runs_is_shown_as_text(cast: Cast, client: Client) -> None:
    CoverageFactory(edition=cast.edition, state="confirmed", link="javascript:alert(1)", title="坏链接")

    shown = client.get("/press/coverage/").content.decode()

    assert "坏链接" in shown and "javascript:" not in shown


def test_the_public_list_is_filtered_by_outlet_kind(cast: Cast, client: Client) -> None:
    CoverageFactory(edition=cast.edition, state="confirmed", level="central", title="中央的")
    CoverageFactory(edition=cast.edition, state="confirmed", level="own", title="自己的")

    shown = client.get("/press/coverage/?level=central").content.decode()

    assert "中央的" in shown and "自己的" not in shown


def test_workbench_tells_what_waits_to_be_confirmed_to_those_who_confirm(cast: Cast, sign_in: Any) -> None:
    waiting = recorded(cast)
    address = "/desk/coverage/panel/"

    above = sign_in(cast.district_reviewer)
    assert address in above.get("/desk/").content.decode()
    panel = above.get(address).content.decode()
    assert waiting.title in panel and "1条媒体报道等您确认" in panel
    assert waiting.title not in sign_in(cast.other_reviewer).get(address).content.decode()
    own = sign_in(cast.editor)
    assert address not in own.get("/desk/").content.decode()
    assert waiting.title not in own.get(address).content.decode()

    recording.confirm(waiting, by=cast.district_reviewer, version=waiting.version)
    assert "没有等您确认的媒体报道" in sign_in(cast.district_reviewer).get(address).content.decode()
