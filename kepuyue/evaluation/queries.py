"""Reads across rounds; what a person may not see is not in the answer."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from kepuyue.activities.models import PUBLIC_STATES, Activity
from kepuyue.editions.models import Edition
from kepuyue.evaluation import boards
from kepuyue.evaluation.models import Breach, Candidate, Honor, Judge, Notice, Round, Sheet, Snapshot
from kepuyue.evaluation.permissions import seen_by
from kepuyue.organizations.permissions import holds_anywhere, organizations_where

if TYPE_CHECKING:
    from kepuyue.organizations.models import Organization
    from kepuyue.organizations.permissions import Person


def rounds_of(edition: Edition) -> QuerySet[Round]:
    """All rounds of an edition, the newest first, with how many stand in them."""
    standing = Q(candidates__state=Candidate.State.ADMITTED)
    return (
        Round.objects.filter(edition=edition)
        .select_related("edition__office")
        .annotate(admitted=Count("candidates", filter=standing))
    )


def candidates_seen(user: "Person") -> QuerySet[Candidate]:
    """Those that the person may open."""
    related = (
        "round__edition__office",
        "organization__district",
        "organization__parent",
        "activity",
        "recommender",
    )
    return Candidate.objects.filter(seen_by(user)).select_related(*related)


def to_recommend(user: "Person", edition: Edition) -> QuerySet[Candidate]:
    """Those that wait until the person recommends them or gives them back."""
    units = organizations_where(user, "evaluation.recommend")
    return (
        Candidate.objects.filter(
            round__edition=edition, round__state=Round.State.APPLYING, state=Candidate.State.APPLIED,
            recommender__in=units,
        )
        .select_related("round", "organization", "activity", "recommender")
        .order_by("pk")
    )  # fmt: skip


def recommended_by(units: "Iterable[Organization]", edition: Edition) -> QuerySet[Candidate]:
    """Whom the units have recommended for the edition and who still stands, line by line, in the order of units."""
    states = (Candidate.State.RECOMMENDED, Candidate.State.ADMITTED)
    return (
        Candidate.objects.filter(round__edition=edition, recommender__in=units, state__in=states)
        .exclude(round__state=Round.State.CALLED_OFF)
        .select_related("round", "organization", "activity", "recommender")
        .order_by("-round__line", "organization__path", "pk")
    )


def own_candidates(user: "Person", edition: Edition) -> QuerySet[Candidate]:
    """What the person's units have put forward."""
    units = organizations_where(user, "evaluation.apply")
    return (
        Candidate.objects.filter(round__edition=edition, organization__in=units)
        .select_related("round", "organization", "activity", "recommender")
        .order_by("round", "pk")
    )


def units_to_apply(user: "Person") -> "list[Organization]":
    """For which units the person may put something forward."""
    return list(organizations_where(user, "evaluation.apply").active().order_by("path"))  # type: ignore[attr-defined]


def activities_to_apply(round: Round, organization: "Organization") -> QuerySet[Activity]:
    """Activities of the unit that are public and do not stand in the round yet."""
    standing = round.candidates.filter(activity__isnull=False).exclude(state=Candidate.State.WITHDRAWN)
    return (
        Activity.objects.filter(
            edition=round.edition,
            organization=organization,
            state__in=PUBLIC_STATES,
            published_at__isnull=False,
        )
        .exclude(pk__in=standing.values("activity"))
        .select_related("activity_summary")
        .order_by("title", "pk")
    )


def judging_of(user: "Person") -> QuerySet[Judge]:
    """The rounds in which the person is a judge or is asked to be."""
    if not holds_anywhere(user, "evaluation.score"):
        return Judge.objects.none()
    states = (Judge.State.INVITED, Judge.State.ACCEPTED)
    return Judge.objects.filter(user_id=user.pk or 0, state__in=states).select_related(
        "round__edition__office"
    )


def sheets_of(judge: Judge) -> QuerySet[Sheet]:
    """What a judge has to fill in, in the order of the numbers."""
    related = ("candidate__organization", "candidate__activity__organization", "judge__round__edition")
    return (
        Sheet.objects.filter(judge=judge, void="", candidate__state=Candidate.State.ADMITTED)
        .select_related(*related)
        .order_by("candidate__number")
    )


def last_snapshot(round: Round) -> Snapshot | None:
    """What was frozen last and holds; None where the round is open."""
    if round.state not in (Round.State.FROZEN, Round.State.NOTICED, Round.State.SETTLED):
        return None
    return round.snapshots.order_by("pk").last()


def chosen_numbers(round: Round) -> list[int]:
    """The list that was frozen last, in its order."""
    found = last_snapshot(round)
    return list(found.chosen) if found else []


def board(round: Round) -> boards.Board:
    """The list of a round with what it is made from: as frozen, or as it would be at this moment."""
    return boards.board_of(round, last_snapshot(round))


def judges_with_progress(round: Round) -> QuerySet[Judge]:
    """Judges with how many sheets they have (`given`) and how many they handed in (`done`)."""
    counting = Q(sheets__void="")
    return (
        round.judges.select_related("user")
        .annotate(
            given=Count("sheets", filter=counting),
            done=Count("sheets", filter=counting & Q(sheets__submitted_at__isnull=False)),
        )
        .order_by("number")
    )


def breaches() -> QuerySet[Breach]:
    """Breaches that the office knows of, the newest first."""
    return Breach.objects.select_related("organization")


def chosen(round: Round) -> list[Candidate]:
    """Those on the list that was frozen last, in its order."""
    numbers = chosen_numbers(round)
    rows = round.candidates.filter(number__in=numbers).select_related(
        "organization", "activity", "recommender", "round"
    )
    return sorted(rows, key=lambda one: numbers.index(one.number or 0))


def with_papers(candidates: Iterable[Candidate]) -> list[Candidate]:
    """The same, with all that their forms say."""
    wanted = [one.pk for one in candidates]
    related = ("organization", "activity", "recommender", "round__edition__office", "signed_by")
    rows = Candidate.objects.filter(pk__in=wanted).select_related(*related).prefetch_related("opinions")
    return sorted(rows, key=lambda one: wanted.index(one.pk))


def public_notice(round: Round) -> Notice | None:
    """The notice that everybody may read: the last of a round whose list is shown or settled."""
    if round.state not in (Round.State.NOTICED, Round.State.SETTLED):
        return None
    return round.notices.order_by("pk").last()


def honors(edition: Edition | None = None) -> QuerySet[Honor]:
    """Honors, the newest and highest first; those taken back among them."""
    rows = Honor.objects.select_related("organization", "activity", "edition", "candidate")
    if edition is not None:
        rows = rows.filter(edition=edition)
    return rows.order_by("-edition__year", "line", "level", "pk")
