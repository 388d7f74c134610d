"""Reads about messages and what people want to be told how."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from kepuyue.messaging import kinds
from kepuyue.messaging.kinds import Kind
from kepuyue.messaging.models import BouncedAddress, Delivery, KindHold, Message, Preference


def usual(kind: Kind) -> str:
    """How a kind is delivered where the person has chosen nothing."""
    return Delivery.AT_ONCE


def choices(kind: Kind) -> list[str]:
    """What a person may choose for the kind; a single entry means that there is no choice."""
    offered = [Delivery.AT_ONCE]
    if kind.digest:
        offered.append(Delivery.DAILY)
    if kind.may_unsubscribe:
        offered.append(Delivery.DESK)
    return [str(choice) for choice in offered]


def delivery(person_id: int | None, kind: Kind) -> str:
    """How this person is told of this kind."""
    offered = choices(kind)
    if person_id is None or len(offered) == 1:
        return usual(kind)
    chosen = (
        Preference.objects.filter(person_id=person_id, kind=kind.code)
        .values_list("delivery", flat=True)
        .first()
    )
    return chosen if chosen in offered else usual(kind)


def preferences(person: Any) -> list[tuple[Kind, str, list[str]]]:
    """Every kind with the person's delivery and what may be chosen."""
    chosen = dict(Preference.objects.filter(person=person).values_list("kind", "delivery"))
    rows = []
    for kind in kinds.all_kinds():
        offered = choices(kind)
        now = chosen.get(kind.code, usual(kind))
        rows.append((kind, now if now in offered else usual(kind), offered))
    return rows


def has_bounced(address: str) -> BouncedAddress | None:
    """The note on an address whose server refused it for good."""
    return BouncedAddress.objects.filter(address__iexact=address).first()


def is_held(kind: str) -> bool:
    """Whether the office holds this kind back for now."""
    return KindHold.objects.filter(kind=kind).exists()


def outbox(*, state: str = "", kind: str = "", word: str = "") -> QuerySet[Message]:
    """All messages, newest first, narrowed by state, kind and a word of the address or the subject."""
    rows = Message.objects.select_related("person")
    if state in Message.State.values:
        rows = rows.filter(state=state)
    if kind:
        rows = rows.filter(kind=kind)
    if word:
        rows = rows.filter(
            Q(to__icontains=word) | Q(subject__icontains=word) | Q(person__name__icontains=word)
        )
    return rows


def counts() -> dict[str, int]:
    """How many messages are in each state, those with none included."""
    found = dict(Message.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: found.get(state, 0) for state in Message.State.values}
