"""Official documents in the demonstration: a register with an issued notice, a correction, drafts that wait.

The bodies that issue are invented and say so in their marks.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.documents import storing
from kepuyue.documents.actions import drafting, issuing, organs
from kepuyue.documents.actions.drafting import Typed
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.documents.typed import to_text
from kepuyue.editions.models import Edition, Paper
from kepuyue.evaluation import official
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

OFFICE = {
    "code": "演科办", "name": "科普月演示办公室", "mark": "科普月演示办公室文件", "on_behalf": "演示市科学技术协会",
    "printed_by": "科普月演示办公室",
}  # fmt: skip
BRANCH = {"code": "演福科", "name": "演示区科学技术协会", "mark": "演示区科学技术协会文件"}
BRANCH_UNIT = "福田区科学技术协会"
ABOVE = "演示函〔2024〕1号"
COPIES = ("演示市科普工作联席会议各召集单位",)


def furnish(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """In August the notice, a branch's letter that forwards it and a list; after the month what sums it up."""
    branch = cast.named(BRANCH_UNIT)
    agenda.at(datetime(2024, 8, 12, 9, 30, tzinfo=stages.ZONE), partial(_notice, edition, cast))
    agenda.at(datetime(2024, 8, 23, 15, tzinfo=stages.ZONE), partial(_list, cast))
    after = stages.MOMENTS[Stage.AFTER]
    agenda.at(after - timedelta(hours=1), partial(_city_summary, cast))
    if branch is not None:
        agenda.at(datetime(2024, 8, 19, 10, tzinfo=stages.ZONE), partial(_forwarding, edition, cast, branch))
        agenda.at(after - timedelta(minutes=40), partial(_from_branch, cast, branch))


def _notice(edition: Edition, cast: Cast) -> None:
    """Issued with a wrong number to call, corrected on the same morning: the register names each at the other."""
    by = cast.reviewer(cast.office)
    organ = _organ(cast.office, OFFICE, by)
    facts = {"edition": edition.code, "above": ABOVE}
    draft = drafting.begin("notice", organ, by=by, facts=facts)
    former = issuing.issue_draft(_noted(draft, "联系人：演示·科普部，电话：0755-00000001", by), by=by)
    better = _noted(drafting.correct(former, by=by), "联系人：演示·科普部，电话：0755-00000000", by)
    issuing.issue_draft(better, by=by)


def _organ(unit: Organization, facts: dict[str, str], by: "User") -> IssuingOrgan:
    """The invented body; a register is for good, so one of an earlier seeding is gone on with."""
    return IssuingOrgan.objects.filter(code=facts["code"]).first() or organs.add(unit, by=by, facts=facts)


def _noted(draft: OfficialDocument, note: str, by: "User") -> OfficialDocument:
    """The draft with another 附注 and with copies to somebody, as a person would type it."""
    content = storing.from_json(draft.content)
    typed = Typed(
        title=content.title, addressees=content.addressees, text=to_text(content.blocks), dated=content.dated,
        note=note, copies_to=COPIES, attachments=tuple((one.title, to_text(one.blocks)) for one in content.attachments),
    )  # fmt: skip
    return drafting.change(draft, typed, by=by, version=draft.version)


def _list(cast: Cast) -> None:
    _issue("programme-list", OFFICE["code"], {"only_key": True}, by=cast.reviewer(cast.office))


def _forwarding(edition: Edition, cast: Cast, unit: Organization) -> None:
    """A draft: somebody has still to look it through."""
    by = cast.reviewer(unit)
    organ = _organ(unit, BRANCH, by)
    paper = Paper.objects.get(edition=edition, code="notice")
    drafting.begin("forwarding", organ, by=by, facts={"paper": paper.pk})


def _city_summary(cast: Cast) -> None:
    facts = {"pictures": 6, "with_list": True}
    _draft("city-summary", OFFICE["code"], facts, by=cast.reviewer(cast.office))


def _from_branch(cast: Cast, unit: Organization) -> None:
    """Its summary waits as a draft; its letter with whom it recommends is issued."""
    by = cast.reviewer(unit)
    _draft("branch-summary", BRANCH["code"], {"pictures": 4, "with_list": True}, by=by)
    _issue(official.BRANCH_RECOMMENDATION, BRANCH["code"], {}, by=by)


def _draft(kind: str, code: str, facts: Mapping[str, Any], *, by: "User") -> None:
    drafting.begin(kind, IssuingOrgan.objects.get(code=code), by=by, facts=facts)


def _issue(kind: str, code: str, facts: Mapping[str, Any], *, by: "User") -> None:
    issuing.issue(kind=kind, issuer=IssuingOrgan.objects.get(code=code), context=facts, by=by)
