"""A letter from its arrival to the draft: once, of the right unit and activity, nothing typed overwritten."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from kepuyue.activities.models import State
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import shifted
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict
from kepuyue.mailbox import queries
from kepuyue.mailbox.actions import placing, studying, taking
from kepuyue.mailbox.models import Letter, Match
from kepuyue.messaging.models import Message
from kepuyue.organizations.models import Role
from kepuyue.summaries.actions import filing
from kepuyue.summaries.actions.filing import Typed
from kepuyue.summaries.models import Figure, Photo, Summary
from kepuyue.summaries.queries import draft_of, with_all
from tests.cast import Cast
from tests.factories import ActivityFactory, MembershipFactory, SummaryFactory
from tests.mailbox import given

TITLE = "水火箭进校园科普实验课"
REPORT = f"9月14日，我单位举办“{TITLE}”，参与群众约300人次，志愿者12名，发放资料500份。同学们提问踊跃。"


@pytest.fixture(autouse=True)
def on_the_25th(cast: Cast) -> Any:
    """25 September 2024: the month runs, summaries are open."""
    with shifted(datetime(2024, 9, 25, 2, tzinfo=UTC) - timezone.now()):
        yield


def summary_of(cast: Cast, unit: Any = None, title: str = TITLE, **more: Any) -> Summary:
    """An open summary of a unit's activity."""
    activity = ActivityFactory(
        edition=cast.edition,
        organization=unit or cast.own_unit,
        title=title,
        state=State.PUBLISHED,
        sessions=1,
    )
    return SummaryFactory(activity=activity, **more)


def come(cast: Cast, data: bytes) -> Letter:
    """A mail that arrives and is read."""
    letter = taking.take(cast.edition, data)
    assert letter is not None
    return studying.study(letter)


def typed(summary: Summary) -> dict[str, int]:
    """The figures of the draft."""
    return {f"{row.name}-{row.method}": row.value for row in Figure.objects.filter(filing__summary=summary)}


def words(summary: Summary) -> str:
    draft = draft_of(with_all(Summary.objects.filter(pk=summary.pk)).get())
    return draft.words if draft else ""


def test_a_report_by_somebody_who_files_for_the_unit_goes_into_the_draft(cast: Cast) -> None:
    summary = summary_of(cast)
    files = {"水火箭升空.jpg": given.picture(), "签名.png": given.picture(size=(60, 40), kind="PNG")}

    letter = come(cast, given.mail(REPORT + "\n联系人：陈一\n", sender=cast.owner.email, files=files))

    assert (letter.state, letter.unit) == ("placed", cast.own_unit)
    assert typed(summary) == {"visits-estimate": 300, "volunteers-count": 12, "materials-count": 500}
    assert words(summary) == REPORT
    photo = Photo.objects.get(summary=summary)
    assert (photo.caption, photo.is_described, photo.may_be_published) == ("水火箭升空", False, False)
    assert Summary.objects.get(pk=summary.pk).state == "open"
    trail = AuditEvent.objects.get(action="summary.fill")
    assert (trail.actor_name, trail.reason) == ("系统", f"来件{letter.code}")


def test_the_sender_is_told_what_was_understood_and_what_is_missing(cast: Cast) -> None:
    summary_of(cast)
    text = REPORT.replace("参与群众约300人次", "参与群众300人次，其中参与群众280人次")

    letter = come(cast, given.mail(text, sender=cast.owner.email, files={"总结.rar": b"Rar!\x1a\x07\x00"}))

    receipt = Message.objects.get(kind="letter.receipt")
    assert (receipt.to, receipt.person) == (cast.owner.email, cast.owner)
    for said in (
        letter.code,
        TITLE,
        "已填入：科普志愿者 12 人",
        "几个不同的数（300 人次、280 人次）",
        "还缺：参与群众",
        "总结．rar：认不出的格式",
    ):
        assert said in receipt.body


def test_where_the_summary_is_filed_already_the_sender_is_told_so(cast: Cast) -> None:
    summary_of(cast, filed="filed")

    letter = come(cast, given.mail(REPORT, sender=cast.owner.email))

    assert letter.state == "waiting"
    assert f"{TITLE}：这份总结现在是“已报送”，不能填入。" in Message.objects.get(kind="letter.receipt").body


def test_nothing_that_somebody_typed_is_overwritten(cast: Cast) -> None:
    summary = summary_of(cast)
    filing.write(
        summary,
        Typed({"visits-count": (286, ""), "volunteers-count": (12, "")}, "自己写的"),
        by=cast.owner,
        version=1,
    )

    letter = come(cast, given.mail(REPORT, sender=cast.owner.email))

    assert typed(summary) == {"visits-count": 286, "volunteers-count": 12, "materials-count": 500}
    assert words(summary) == "自己写的"
    outcome = Match.objects.get(letter=letter).outcome
    assert (outcome["kept"], outcome["same"], outcome["words"]) == (
        {"visits-estimate": 286}, ["volunteers-count"], False
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sender": "stranger@example.com"}, "nobody knows the sender"),
        ({"text": "参与群众300人次"}, "the activity is not named"),
        (
            {
                "subject": "南山区天文台和南山区科协的总结",
                "text": "南山区天文台：" + REPORT.replace(TITLE, "观星夜"),
            },
            "another unit is named",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_doubtful_waits_and_fills_nothing(cast: Cast, change: dict[str, str], why: str) -> None:
    summary, other = summary_of(cast), summary_of(cast, title="另一项活动在图书馆")

    letter = come(cast, given.mail(**{"text": REPORT, "sender": cast.owner.email, **change}))

    assert letter.state == "waiting"
    assert typed(summary) == typed(other) == {}


def test_a_stranger_gets_no_receipt_and_a_machine_none(cast: Cast) -> None:
    summary_of(cast)

    come(cast, given.mail(REPORT, sender="stranger@example.com"))
    come(cast, given.mail(REPORT, sender=cast.owner.email, headers={"Auto-Submitted": "auto-replied"}))
    come(cast, given.mail(REPORT + "再", sender=cast.owner.email, headers={"Precedence": "bulk"}))

    assert not Message.objects.filter(kind="letter.receipt").exists()


def test_a_sender_whom_the_server_found_forged_is_neither_believed_nor_answered(
    cast: Cast, settings: Any
) -> None:
    summary = summary_of(cast)
    settings.IMAP_AUTHSERV_ID = "mx.example.org"
    forged = {"Authentication-Results": "mx.example.org; dmarc=fail header.from=example.org"}

    letter = come(cast, given.mail(REPORT, sender=cast.owner.email, headers=forged))

    assert (letter.state, letter.is_forged, typed(summary)) == ("waiting", True, {})
    assert not Message.objects.filter(kind="letter.receipt").exists()


def test_receipts_to_one_address_are_bounded(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    summary_of(cast)
    monkeypatch.setattr("kepuyue.mailbox.actions.receipts.MOST_A_DAY", 2)

    for number in range(3):
        come(cast, given.mail(f"{REPORT}{number}", sender=cast.owner.email))

    assert Message.objects.filter(kind="letter.receipt").count() == 2


def test_the_same_letter_comes_once_whatever_way_it_took(cast: Cast) -> None:
    letter = given.mail(REPORT, sender=cast.owner.email)
    again = b"Received: from mx.example.org\r\n" + letter

    assert taking.take(cast.edition, letter) is not None
    assert taking.take(cast.edition, again) is None
    assert taking.take(cast.edition, given.mail(REPORT + "改", sender=cast.owner.email)) is not None


def test_of_two_activities_in_one_letter_each_gets_its_own_figures(cast: Cast) -> None:
    first, second = summary_of(cast), summary_of(cast, title="社区观星夜活动")
    text = f"一、{TITLE}\n参与群众300人次，志愿者12名。\n二、社区观星夜活动\n参与群众80人次，志愿者5名。"

    letter = come(cast, given.mail(text, sender=cast.owner.email, files={"a.jpg": given.picture()}))

    assert letter.state == "placed"
    assert typed(first) == {"visits-estimate": 300, "volunteers-count": 12}
    assert typed(second) == {"visits-estimate": 80, "volunteers-count": 5}
    assert not Photo.objects.exists()


def test_a_superiors_letter_reports_on_several_units_each_with_its_own_figures(cast: Cast) -> None:
    first, second = summary_of(cast), summary_of(cast, cast.other_unit, "百名专家进社区")
    text = f"各单位情况：\n{TITLE}\n参与群众300人次。\n百名专家进社区\n参与群众80人次，专家5名。"

    letter = document(cast, cast.district_reviewer, data=given.word(*text.split("\n")))
    chosen = [match.activity for match in letter.matches.all()]
    placing.place(letter, chosen, by=cast.district_reviewer, version=letter.version)

    assert set(chosen) == {first.activity, second.activity}
    assert typed(first) == {"visits-estimate": 300}
    assert typed(second) == {"visits-estimate": 80, "experts-count": 5}


def test_a_person_of_two_units_is_matched_by_the_name_that_signs(cast: Cast) -> None:
    MembershipFactory(user=cast.owner, organization=cast.other_unit, role=Role.EDITOR)
    own, other = summary_of(cast), summary_of(cast, cast.other_unit)

    letter = come(cast, given.mail(f"{REPORT}\n福田区图书馆\n2024年9月15日", sender=cast.owner.email))

    assert letter.unit == cast.other_unit
    assert typed(own) == {}
    assert typed(other)["volunteers-count"] == 12


def test_what_three_times_brought_the_reading_down_is_left_to_people(cast: Cast) -> None:
    letter = taking.take(cast.edition, given.mail(REPORT, sender=cast.owner.email))
    Letter.objects.filter(pk=letter.pk).update(attempts=3)

    assert studying.study_new() == 1

    letter.refresh_from_db()
    assert (letter.state, letter.problem) == ("waiting", "broken")


def test_a_letter_that_is_being_read_is_not_begun_by_another_process(cast: Cast) -> None:
    letter = taking.take(cast.edition, given.mail(REPORT))
    Letter.objects.filter(pk=letter.pk).update(attempts=1, begun_at=timezone.now())

    with shifted(datetime(2024, 9, 25, 2, tzinfo=UTC) - timezone.now()):
        Letter.objects.filter(pk=letter.pk).update(begun_at=datetime(2024, 9, 25, 2, tzinfo=UTC))
        assert studying.study_new() == 0


# By hand ---------------------------------------------------------------------------------------------------


def document(cast: Cast, by: Any, number: str = "深福科协[2024] 第12号", data: bytes = b"") -> Letter:
    """An official letter that somebody enters; it is read."""
    file = SimpleUploadedFile("总结.docx", data or given.word(f"{cast.own_unit.name}：{REPORT}"))
    letter = taking.enter(cast.edition, by=by, number=number, files=[file], subject="关于报送总结的函")
    return studying.study(letter)


def test_an_official_letter_waits_with_its_number_and_is_placed_by_hand(cast: Cast) -> None:
    summary = summary_of(cast)

    letter = document(cast, cast.office)
    assert (letter.number, letter.state, letter.unit) == ("深福科协〔2024〕12号", "waiting", cast.own_unit)
    assert typed(summary) == {}
    placing.place(letter, [summary.activity], by=cast.office, version=letter.version)

    assert typed(summary) == {"visits-estimate": 300, "volunteers-count": 12, "materials-count": 500}
    assert not Message.objects.filter(kind="letter.receipt").exists()


def test_the_same_official_letter_is_not_entered_twice(cast: Cast) -> None:
    data = given.word("x")
    letter = document(cast, cast.office, data=data)

    with pytest.raises(taking.TakenBefore) as raised:
        document(cast, cast.district_reviewer, number="深福科协〔2024〕12号", data=data)

    assert raised.value.letter == letter


@pytest.mark.parametrize("number", ["", "12号", "深福科协2024-12", "深福科协〔24〕12号"])
def test_a_number_that_is_none_is_refused(cast: Cast, number: str) -> None:
    with pytest.raises(ValidationError, match="发文字号"):
        document(cast, cast.office, number=number)


def test_a_letter_is_placed_only_where_a_summary_is_open_and_by_whom_it_may(cast: Cast) -> None:
    open_one, filed = summary_of(cast), summary_of(cast, title="已经报过的活动", filed="filed")
    far = summary_of(cast, cast.far_unit, title="天文台开放日")
    letter = document(cast, cast.district_reviewer)

    with pytest.raises(NotPossibleNow):
        placing.place(letter, [filed.activity], by=cast.office, version=letter.version)
    with pytest.raises(PermissionDenied):
        placing.place(letter, [far.activity], by=cast.district_reviewer, version=letter.version)
    with pytest.raises(PermissionDenied):
        placing.place(letter, [open_one.activity], by=cast.other_reviewer, version=letter.version)
    with pytest.raises(Conflict):
        placing.place(letter, [open_one.activity], by=cast.office, version=letter.version - 1)
    with pytest.raises(ValidationError, match="至少选一项"):
        placing.place(letter, [], by=cast.office, version=letter.version)

    assert typed(open_one) == typed(far) == {}


def test_a_letter_is_set_aside_with_a_reason_and_taken_up_again(cast: Cast) -> None:
    letter = document(cast, cast.office)

    with pytest.raises(ValidationError, match="为什么搁置"):
        placing.set_aside(letter, by=cast.office, version=letter.version, note=" ")
    aside = placing.set_aside(letter, by=cast.office, version=letter.version, note="不是总结")
    assert (aside.state, aside.note) == ("set_aside", "不是总结")
    up = placing.take_up(aside, by=cast.office, version=aside.version)

    assert (up.state, up.note) == ("waiting", "")
    actions = list(
        AuditEvent.objects.filter(subject_type="letter").order_by("pk").values_list("action", flat=True)
    )
    assert actions == ["letter.enter", "letter.read", "letter.set_aside", "letter.take_up"]


def test_letters_are_seen_by_the_office_and_by_the_branch_of_their_unit(cast: Cast) -> None:
    summary_of(cast)
    known = come(cast, given.mail(REPORT, sender=cast.owner.email))
    nobodys = come(cast, given.mail("你好", sender="stranger@example.com"))
    entered = document(cast, cast.other_reviewer, data=given.word("没有写单位"))

    def seen(person: Any) -> set[Letter]:
        return set(queries.letters_of(person, cast.edition))

    assert seen(cast.office) == {known, nobodys, entered}
    assert seen(cast.district_reviewer) == {known}
    assert seen(cast.other_reviewer) == {entered}
    assert seen(cast.owner) == seen(cast.judge) == seen(cast.outsider) == set()
