"""The documents of the demonstration, pressed for a few units."""

from kepuyue.demo import stages
from kepuyue.demo.actions import evaluating, issuing
from kepuyue.demo.actions.cast import Cast as Players
from kepuyue.demo.agenda import Agenda
from kepuyue.documents.measuring import word as measuring
from kepuyue.documents.models import OfficialDocument
from kepuyue.editions.models import Paper
from tests.cast import Cast
from tests.evaluation.given import summed_up
from tests.factories import UnitFactory


def test_registers_and_drafts_of_the_office_and_a_branch_are_not_empty(cast: Cast) -> None:
    for code, which in (("notice", ""), ("a", "notice"), ("b", "forwarding")):
        Paper.objects.create(
            edition=cast.edition, code=code, title="关于举办活动的通知", number="演示〔2024〕4号", template_of=which,
            is_published=not which, issuer="演示办公室", body="各有关单位：\n\n请认真组织。\n\n附件：预通知（{预通知文号}）",
        )  # fmt: skip
    cast.edition.is_current = True
    cast.edition.save()
    cast.own_district.name = issuing.BRANCH_UNIT
    cast.own_district.save()
    summed_up(UnitFactory(parent=cast.own_district), cast.edition, is_key=True)
    agenda, players = Agenda(), Players.assemble(cast.office_unit)
    evaluating.furnish(agenda, cast.edition, players)
    issuing.furnish(agenda, cast.edition, players)

    agenda.play(stages.MOMENTS[stages.Stage.AFTER])

    rows = OfficialDocument.objects.order_by("pk").values_list("kind", "state", "full_number")
    assert list(rows) == [
        ("notice", "issued", "演科办〔2024〕1号"), ("notice", "issued", "演科办〔2024〕2号"), ("forwarding", "draft", ""),
        ("programme-list", "issued", "演科办〔2024〕3号"), ("city-summary", "draft", ""), ("branch-summary", "draft", ""),
        ("branch-recommendation", "issued", "演福科〔2024〕1号"),
    ]  # fmt: skip
    for one in OfficialDocument.objects.registered():
        with one.word.open("rb") as file:
            assert [found for found in measuring.measure(file.read()) if not found.is_right] == []
