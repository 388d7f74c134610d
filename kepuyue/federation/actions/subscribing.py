"""Adding a source, deciding about it, pausing and withdrawing it. Nothing here asks the network."""

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit, fetch
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.editions.models import Edition, Term
from kepuyue.editions.permissions import check_can_manage
from kepuyue.federation import counterparts, wire
from kepuyue.federation.actions import reading, trying
from kepuyue.federation.models import Counterpart, Source
from kepuyue.federation.workflow import SOURCE
from kepuyue.organizations.models import District

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

State = Source.State
# A nation has 31 provinces and 333 cities of the second tier
MOST = 500
# What needs nobody to decide about it, as long as nobody says otherwise
OF_ITSELF = (Counterpart.State.SAME, Counterpart.State.WITHIN)


@transaction.atomic
def add(edition: Edition, address: str, *, by: "User | None") -> Source:
    """Keep the address; the worker looks at it and tells what would come. The same twice gives the same source.

    `by` is None for the operator's command. Raises `ValidationError`.
    """
    _check(by, edition)
    root = _root(address)
    if root == wire.root(settings.PUBLIC_URL):
        raise ValidationError({"address": _("这是本站自己的网址。")})
    Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    known = Source.objects.filter(edition=edition, address=root).first()
    if known is not None:
        return known
    if Source.objects.filter(edition=edition).count() >= MOST:
        raise ValidationError(_("一届最多登记%(count)s个来源城市。") % {"count": MOST})
    name = trying.host_of(root)
    if Source.objects.filter(edition=edition, name=name).exists():
        name = root[:40]
    source = Source.objects.create(edition=edition, address=root, name=name, by=by, due_at=now())
    audit.record("source.add", source, by=by)
    return source


@transaction.atomic
def start(source: Source, *, by: "User | None") -> None:
    """Take its activities over from now on."""
    found = _locked(source, by)
    if found.state == State.TRIED and not found.read_at:
        raise NotPossibleNow(_("还没有读到这个来源，先等试读有结果。"))
    if found.trial.get("is_us"):
        raise NotPossibleNow(_("这个网址读到的就是本站自己的活动。"))
    _move(found, "start", "source.start", by)


@transaction.atomic
def pause(source: Source, *, by: "User | None") -> None:
    """Read it no more until somebody says otherwise; what came from it stays."""
    _move(_locked(source, by), "pause", "source.pause", by)


@transaction.atomic
def resume(source: Source, *, by: "User | None") -> None:
    """Read it again, from where it was."""
    _move(_locked(source, by), "resume", "source.resume", by)


@transaction.atomic
def withdraw(source: Source, *, by: "User | None", reason: str = "") -> None:
    """Take all that came from it out of the public, in the background, and read it no more. Nothing else changes.

    What another source has too, and was left to this one, comes from there at its next reading; from one that is
    paused when it goes on.
    """
    found = _locked(source, by)
    _move(found, "withdraw", "source.withdraw", by, reason=reason)
    for other in Source.objects.filter(edition=found.edition_id).exclude(pk=found.pk):
        if other.left.get("held-elsewhere"):
            _again(other, by)


@transaction.atomic
def read_soon(source: Source, *, by: "User | None") -> None:
    """Have it read by the next process that is free."""
    found = _locked(source, by)
    if found.state not in (State.ON, State.TRIED):
        raise NotPossibleNow(_("这个来源现在不读取。"))
    Source.objects.filter(pk=found.pk).update(due_at=now())
    audit.record("source.read_soon", found, by=by)


@transaction.atomic
def read_anew(source: Source, *, by: "User | None") -> None:
    """Have it read from the beginning; what does not come any more is dropped at the end."""
    found = _locked(source, by)
    if found.state != State.ON:
        raise NotPossibleNow(_("这个来源现在不读取。"))
    _again(found, by)


@transaction.atomic
def accept_move(source: Source, *, by: "User | None") -> None:
    """The instance calls itself something else: it is still the same, and what it told before is what it tells now."""
    found = _locked(source, by)
    if not found.moved_to:
        raise NotPossibleNow(_("这个来源没有改名。"))
    old, new = found.instance, found.moved_to
    twice = found.held.model.objects.filter(edition=found.edition_id, instance=new).values("code")
    found.held.filter(instance=old).exclude(code__in=twice).update(instance=new)
    found.instance, found.moved_to = new, ""
    found.save(update_fields=["instance", "moved_to"])
    _make_due(found)
    audit.record("source.moved", found, by=by, changes={"instance": [old, new]})


@transaction.atomic
def change(source: Source, facts: dict[str, Any], *, by: "User | None") -> None:
    """Its name, address, district here, and whether it passes on what others told. Raises `ValidationError`.

    At another address it is read from the beginning, and what it failed at before is forgotten; who it is stays known.
    """
    found = _locked(source, by)
    if "address" in facts:
        typed = facts["address"]
        # Where it was read before, it may be read on
        facts = facts | {"address": found.address if wire.root(typed) == found.address else _root(typed)}
    changes = {name: [_plain(getattr(found, name)), _plain(value)] for name, value in facts.items()}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if not changes:
        return
    for name, value in facts.items():
        setattr(found, name, value)
    found.validate_constraints()
    if {"district", "passes_on"} & changes.keys():
        found.mapping += 1
    found.save(update_fields=[*facts, "mapping"])
    audit.record("source.change", found, by=by, changes=changes)
    if "district" in changes:
        counterparts.look_again(found)
    if "address" in changes:
        _forget_address(found)
    if {"address", "district", "passes_on"} & changes.keys():
        _again(found, by)


@transaction.atomic
def correspond(source: Source, choices: dict[int, Term | District | None], *, by: "User | None") -> int:
    """Decide what words of the source are here; None: nothing, the activities do without. How many were decided.

    The source is read from the beginning afterwards, so that what is here already follows too.
    """
    found = _locked(source, by)
    decided = 0
    for one in found.counterparts.select_related("term", "district").filter(pk__in=choices):
        choice = choices[one.pk]
        state = Counterpart.State.LEFT if choice is None else Counterpart.State.DECIDED
        before = (one.state, one.here)
        one.term = choice if isinstance(choice, Term) else None
        one.district = choice if isinstance(choice, District) else None
        if before == (state, choice) or (before[0] in OF_ITSELF and before[1] == choice):
            continue
        one.state = state
        one.save(update_fields=["term", "district", "state"])
        decided += 1
        audit.record(
            "source.correspond", found, by=by,
            changes={str(one): [str(before[1] or ""), str(choice or "")]},
        )  # fmt: skip
    if decided:
        Source.objects.filter(pk=found.pk).update(mapping=found.mapping + 1)
        _again(found, by)
    return decided


def _root(address: str) -> str:
    """Scheme and host of what was typed; raises `ValidationError` where it is none that may be asked."""
    root = wire.root(address)
    if not root:
        raise ValidationError({"address": _("网址要以 https:// 开头，比如 https://kepu.example.gov.cn。")})
    if fetch.refusal(root) == "inner-address":
        raise ValidationError({"address": _("这个网址指向内部网络，不能读取。请用公众能打开的网址。")})
    return root


def _again(source: Source, by: "User | None") -> None:
    """Have all of it read once more: now, or from when it goes on where it is paused."""
    source.refresh_from_db()
    if source.state not in (State.ON, State.PAUSED):
        return
    reading.begin_anew(source, by=by)
    _make_due(source)


def _forget_address(source: Source) -> None:
    """What was learned of the old address says nothing of the new one; what was only looked at is looked at again."""
    Source.objects.filter(pk=source.pk).update(failures=0, fault="", fault_values={}, moved_to="")
    if source.state == State.TRIED:
        Source.objects.filter(pk=source.pk).update(
            there="", instance="", trial={}, checked_at=None, read_at=None, due_at=now()
        )
        decided = (Counterpart.State.DECIDED, Counterpart.State.LEFT)
        source.counterparts.exclude(state__in=decided).delete()


def _make_due(source: Source) -> None:
    """Let the next process that is free read it, where it is read at all."""
    Source.objects.filter(pk=source.pk).read_now().update(due_at=now())


def _check(by: "User | None", edition: Edition) -> None:
    if by is not None:
        check_can_manage(by, edition)


def _locked(source: Source, by: "User | None") -> Source:
    found = Source.objects.select_for_update(of=("self",)).select_related("edition__office").get(pk=source.pk)
    _check(by, found.edition)
    return found


def _move(source: Source, verb: str, action: str, by: "User | None", *, reason: str = "") -> None:
    before = source.state
    source.state = SOURCE.next_state(source.state, verb)
    source.due_at = None if source.state == State.PAUSED else now()
    source.failures, source.fault, source.fault_values = 0, "", {}
    if before == State.WITHDRAWN:
        # Its activities are gone, or going: all of them come again
        source.cursor, source.round, source.is_round_open = "", source.round + 1, True
    source.save()
    audit.record(action, source, by=by, changes={"state": [before, source.state]}, reason=reason)


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, District) else value
