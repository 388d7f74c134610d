"""What a district or department sets for itself: its sub-theme, and the plan that it files with the office."""

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core import audit, wording
from kepuyue.core.codes import new_code
from kepuyue.core.models import AuditEvent
from kepuyue.core.time import now, today
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions import workflow
from kepuyue.editions.actions.attachments import checked
from kepuyue.editions.actions.editing import Values, check_unchanged, plain, touch, values_of
from kepuyue.editions.models import Edition, Plan, SubTheme, Term
from kepuyue.editions.permissions import check_can_manage, check_can_set_for
from kepuyue.editions.queries import window
from kepuyue.organizations.actions import notices
from kepuyue.organizations.models import Organization, Role
from kepuyue.organizations.queries import people_of

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

SUB_THEME = ("theme", "theme_en", "introduction", "introduction_en")
PLAN = ("goals", "highlights", "safeguards", "schedule", "liaison", "liaison_phone", "is_public")
NEEDED = {
    "goals": gettext_lazy("目标"),
    "highlights": gettext_lazy("重点活动"),
    "safeguards": gettext_lazy("组织保障"),
    "schedule": gettext_lazy("时间安排"),
}


class Moved(ValidationError):
    """Somebody has changed or decided the plan since the person opened it. Nothing was decided.

    `differences`: {field: (what the person saw, what is there now)}, `file` by its name; empty where the text is
    the same and only its state is another. The liaison's phone is not in the trail and so not among them.
    """

    def __init__(self, plan: Plan, events: list[AuditEvent]) -> None:
        found: dict[str, tuple[Any, Any]] = {}
        for event in events:
            for name, (old, new) in event.changes.items():
                found[name] = (found.get(name, (old,))[0], new)
        self.differences = {name: pair for name, pair in found.items() if pair[0] != pair[1]}
        super().__init__(
            _(
                "您打开这一页以后，%(who)s又动过这份方案，现在是“%(state)s”。刚才的决定没有办理，请看过现在的内容再定。"
            )
            % {"who": events[-1].actor_name, "state": plan.get_state_display()},
            code="moved",
        )


def seen_of(plan: Plan) -> int:
    """How far the plan's trail goes: a decision names how far the person had seen it."""
    last = audit.trail(plan).order_by("pk").last()
    return last.pk if last else 0


def sub_theme_values(found: SubTheme | None) -> Values:
    """What a sub-theme says, its focus as the codes of terms."""
    if found is None:
        return {}
    return values_of(found, SUB_THEME) | {"focus": sorted(found.focus.values_list("code", flat=True))}


@transaction.atomic
def set_sub_theme(
    edition: Edition, organization: Organization, values: Values, *, by: "User", seen: str
) -> SubTheme:
    """Write a unit's sub-theme, its introduction and its focus (a list of terms). Raises `Conflict`."""
    check_can_set_for(by, edition, organization)
    edition = Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    found = SubTheme.objects.filter(edition=edition, organization=organization).first()
    present = sub_theme_values(found)
    check_unchanged(present, seen)
    focus: list[Term] = values["focus"]
    wanted = {name: values[name] for name in SUB_THEME} | {"focus": sorted(term.code for term in focus)}
    changes = {
        name: [present.get(name), value] for name, value in wanted.items() if present.get(name) != value
    }
    found = found or SubTheme(edition=edition, organization=organization)
    for name in SUB_THEME:
        setattr(found, name, values[name])
    found.full_clean()
    found.save()
    found.focus.set(focus)
    if changes:
        touch(edition)
        audit.record("sub_theme.change", found, by=by, changes=changes, organization_path=organization.path)
    return found


@transaction.atomic
def write_plan(
    edition: Edition, organization: Organization, values: Values, *, by: "User", seen: str,
    file: UploadedFile | None = None, without_file: bool = False,
) -> Plan:  # fmt: skip
    """Keep a plan as a draft; a file takes the old one's place.

    Raises `Conflict`, `NotPossibleNow`, ValidationError.
    """
    check_can_set_for(by, edition, organization)
    Edition.objects.select_for_update(of=("self",)).get(pk=edition.pk)
    plan = Plan.objects.filter(edition=edition, organization=organization).first()
    state = plan.state if plan else Plan.State.NOT_BEGUN
    next_state = workflow.PLAN.next_state(state, "write")
    present = values_of(plan, PLAN) if plan else {}
    check_unchanged(present, seen)
    plan = plan or Plan(edition=edition, organization=organization)
    changes = {
        name: [present.get(name), plain(values[name])] for name in PLAN if present.get(name) != values[name]
    }
    for name in PLAN:
        setattr(plan, name, values[name])
    if file is not None:
        changes["file"] = [plan.file_name, (file.name or "")[:120]]
        plan.file_name = (file.name or "")[:120]
        plan.file.save(f"{new_code(16)}.{checked(file)}", file, save=False)
    elif without_file and plan.file:
        changes["file"] = [plan.file_name, ""]
        plan.file, plan.file_name = "", ""
    plan.state, plan.by, plan.updated_at = next_state, by, now()
    plan.full_clean(exclude=["file"])
    plan.save()
    # A phone number has no place in a trail that is never erased
    told = {name: change for name, change in changes.items() if name not in Plan.personal_fields}
    if changes:
        audit.record("plan.write", plan, by=by, changes=told or None, organization_path=organization.path)
    return plan


@transaction.atomic
def file_plan(plan: Plan, *, by: "User") -> Plan:
    """Hand the plan in. Late is not refused: it is marked, and the office sees it."""
    plan = _locked(plan)
    check_can_set_for(by, plan.edition, plan.organization)
    lacks = [str(label) for name, label in NEEDED.items() if not getattr(plan, name).strip()]
    if lacks and not plan.file:
        raise ValidationError(
            _("请填写%(fields)s，或附上方案文件。") % {"fields": wording.listed(lacks)}, code="incomplete"
        )
    if not (plan.liaison and plan.liaison_phone):
        raise ValidationError(_("请填写联络员和电话，方便市里联系。"), code="incomplete")
    plan.state = workflow.PLAN.next_state(plan.state, "file")
    # A plan that was given back in time is not late because it took another round
    if plan.filed_at is None:
        plan.is_late = not window(plan.edition, "plan", plan.organization).is_open(today())
    plan.filed_at, plan.by, plan.remark = now(), by, ""
    plan.save(update_fields=["state", "is_late", "filed_at", "by", "remark"])
    audit.record("plan.file", plan, by=by, organization_path=plan.organization.path)
    if plan.edition.office:
        _tell(plan, plan.edition.office, _("工作方案已报送：%(unit)s"), _("“%(unit)s”报送了工作方案，请查看。"),
              link=reverse("editions:plan", args=[plan.edition.code, plan.organization.code]))  # fmt: skip
    return plan


@transaction.atomic
def withdraw_plan(plan: Plan, *, by: "User") -> Plan:
    """Take back a plan that is not decided yet."""
    plan = _locked(plan)
    check_can_set_for(by, plan.edition, plan.organization)
    plan.state = workflow.PLAN.next_state(plan.state, "withdraw")
    plan.save(update_fields=["state"])
    audit.record("plan.withdraw", plan, by=by, organization_path=plan.organization.path)
    return plan


@transaction.atomic
def accept_plan(plan: Plan, *, by: "User", seen: int | None = None) -> Plan:
    """The office takes note of the plan. `seen` as `seen_of` told it when the page was made; raises `Moved`.

    None skips that (commands, which read and decide in one go).
    """
    plan = _decide(plan, "accept", by, "", seen)
    _tell(plan, plan.organization, _("工作方案已备案"), _("“%(unit)s”的工作方案已备案。"))
    return plan


@transaction.atomic
def return_plan(plan: Plan, *, by: "User", remark: str, seen: int | None = None) -> Plan:
    """The office gives the plan back, saying what to change. `seen` as in `accept_plan`."""
    if not remark.strip():
        raise ValidationError(_("请写明需要修改的地方。"), code="no-remark")
    plan = _decide(plan, "return", by, remark.strip(), seen)
    _tell(plan, plan.organization, _("请修改工作方案"), _("“%(unit)s”的工作方案需要修改：\n%(remark)s"))
    return plan


@transaction.atomic
def remind(edition: Edition, organizations: list[Organization], *, by: "User") -> int:
    """Remind those who have not filed yet, each person at most once a day; returns how many messages were made."""
    check_can_manage(by, edition)
    filed = set(
        edition.plans.filter(state__in=(Plan.State.FILED, Plan.State.ACCEPTED)).values_list(
            "organization", flat=True
        )
    )
    sent = 0
    for unit in organizations:
        if unit.pk in filed:
            continue
        plan = Plan(edition=edition, organization=unit)
        due = window(edition, "plan", unit).due
        text = _("请在%(day)s前报送“%(unit)s”的工作方案。") if due else _("请报送“%(unit)s”的工作方案。")
        day = wording.day_text(due, weekday=False) if due else ""
        new = _tell(plan, unit, _("请报送工作方案"), text, day=day, key=f"{today()}")
        sent += new
        if new:
            audit.record("plan.remind", edition, by=by, organization_path=unit.path, reason=str(unit))
    return sent


def _locked(plan: Plan) -> Plan:
    Edition.objects.select_for_update(of=("self",)).get(pk=plan.edition_id)
    return Plan.objects.select_related("edition__office", "organization").get(pk=plan.pk)


def _decide(plan: Plan, verb: str, by: "User", remark: str, seen: int | None) -> Plan:
    plan = _locked(plan)
    check_can_manage(by, plan.edition)
    if seen is not None and (later := list(audit.trail(plan).filter(pk__gt=seen).order_by("pk"))):
        raise Moved(plan, later)
    plan.state = workflow.PLAN.next_state(plan.state, verb)
    if plan.state not in Plan.State.values:
        raise NotPossibleNow(plan.state)
    plan.remark, plan.decided_at = remark, now()
    plan.save(update_fields=["state", "remark", "decided_at"])
    if plan.is_public:
        touch(plan.edition)
    audit.record(f"plan.{verb}", plan, by=by, reason=remark, organization_path=plan.organization.path)
    return plan


def _tell(
    plan: Plan, unit: Organization, subject: Any, body: Any, *, link: str = "", key: str = "", day: str = ""
) -> int:
    """Tell the people of a unit; returns how many were told."""
    link = link or reverse("editions:plan", args=[plan.edition.code, plan.organization.code])
    event = key or f"{plan.state}-{plan.filed_at:%s}" if plan.filed_at else key or plan.state
    return notices.tell(
        "plan",
        people_of(unit, (Role.OWNER, Role.REVIEWER, Role.OFFICE)),
        subject=subject,
        body=body,
        values={"unit": plan.organization, "remark": plan.remark, "day": day},
        link=link,
        key=f"plan:{plan.edition_id}:{plan.organization_id}:{event}",
    )
