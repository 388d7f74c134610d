"""Sharing out the sheets among the judges. Pressed inside the transactions of others."""

from collections import Counter

from kepuyue.evaluation import closeness
from kepuyue.evaluation.models import Candidate, Judge, Round, Sheet


def assign(round: Round) -> int:
    """Give out the sheets that are missing, evenly and the same on every machine; returns how many.

    Each candidate gets `judges_each` judges (0: all) who are not close to it; sheets that count already stay.
    """
    if round.state != Round.State.SCORING:
        return 0
    judges = list(round.judges.filter(state=Judge.State.ACCEPTED).order_by("number"))
    candidates = list(
        round.candidates.filter(state=Candidate.State.ADMITTED)
        .select_related("organization")
        .order_by("number")
    )
    close = closeness.between(judges, candidates)
    rows = Sheet.objects.filter(judge__round=round, void="")
    have: dict[int, set[int]] = {one.pk: set() for one in candidates}
    load: Counter[int] = Counter()
    for who, whom, submitted in rows.values_list("judge", "candidate", "submitted_at"):
        if whom in have and (submitted or (who, whom) not in close):
            have[whom].add(who)
            load[who] += 1
    known = set(Sheet.objects.filter(judge__round=round).values_list("judge", "candidate"))
    each = round.scheme.judges_each
    made = []
    for candidate in candidates:
        free = [
            one for one in judges
            if (one.pk, candidate.pk) not in close and (one.pk, candidate.pk) not in known
        ]  # fmt: skip
        wanted = max(0, each - len(have[candidate.pk])) if each else len(free)
        for judge in sorted(free, key=lambda one: (load[one.pk], one.number))[:wanted]:
            made.append(Sheet(judge=judge, candidate=candidate))
            load[judge.pk] += 1
    Sheet.objects.bulk_create(made)
    return len(made)
