"""The lives of a round and of a candidate as tables. The only place that knows them."""

from kepuyue.core.transitions import Table
from kepuyue.evaluation.models import Candidate, Round

ROUND = Table(
    name="round",
    moves={
        (Round.State.DRAFT, "open"): Round.State.APPLYING,
        (Round.State.APPLYING, "begin_scoring"): Round.State.SCORING,
        (Round.State.SCORING, "freeze"): Round.State.FROZEN,
        (Round.State.FROZEN, "reopen"): Round.State.SCORING,
        (Round.State.FROZEN, "publish_notice"): Round.State.NOTICED,
        # An objection that is upheld takes somebody off the list: a new list, a new notice
        (Round.State.NOTICED, "reopen"): Round.State.SCORING,
        (Round.State.NOTICED, "settle"): Round.State.SETTLED,
        (Round.State.DRAFT, "call_off"): Round.State.CALLED_OFF,
        (Round.State.APPLYING, "call_off"): Round.State.CALLED_OFF,
        (Round.State.SCORING, "call_off"): Round.State.CALLED_OFF,
        (Round.State.FROZEN, "call_off"): Round.State.CALLED_OFF,
    },
    owners={
        Round.State.DRAFT: "office",
        Round.State.APPLYING: "units and superiors",
        Round.State.SCORING: "judges",
        Round.State.FROZEN: "office",
        Round.State.NOTICED: "public",
        Round.State.SETTLED: "nobody",
        Round.State.CALLED_OFF: "nobody",
    },
    labels=dict(Round.State.choices),
)

CANDIDATE = Table(
    name="candidate",
    moves={
        (Candidate.State.DRAFT, "apply"): Candidate.State.APPLIED,
        (Candidate.State.RETURNED, "apply"): Candidate.State.APPLIED,
        (Candidate.State.APPLIED, "recommend"): Candidate.State.RECOMMENDED,
        (Candidate.State.APPLIED, "return"): Candidate.State.RETURNED,
        (Candidate.State.RECOMMENDED, "return"): Candidate.State.RETURNED,
        (Candidate.State.RECOMMENDED, "admit"): Candidate.State.ADMITTED,
        (Candidate.State.RECOMMENDED, "exclude"): Candidate.State.EXCLUDED,
        (Candidate.State.ADMITTED, "exclude"): Candidate.State.EXCLUDED,
        (Candidate.State.DRAFT, "withdraw"): Candidate.State.WITHDRAWN,
        (Candidate.State.RETURNED, "withdraw"): Candidate.State.WITHDRAWN,
        (Candidate.State.APPLIED, "withdraw"): Candidate.State.WITHDRAWN,
        (Candidate.State.RECOMMENDED, "withdraw"): Candidate.State.WITHDRAWN,
        (Candidate.State.WITHDRAWN, "begin"): Candidate.State.DRAFT,
    },
    owners={
        Candidate.State.DRAFT: "unit",
        Candidate.State.RETURNED: "unit",
        Candidate.State.APPLIED: "superior",
        Candidate.State.RECOMMENDED: "office",
        Candidate.State.ADMITTED: "nobody",
        Candidate.State.EXCLUDED: "nobody",
        Candidate.State.WITHDRAWN: "nobody",
    },
    labels=dict(Candidate.State.choices),
)
