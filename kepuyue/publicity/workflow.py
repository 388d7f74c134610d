"""The workflows as tables: a story for the press, one report in the media. The only place that knows them."""

from kepuyue.core.transitions import Table
from kepuyue.publicity.models import Coverage, Story

STORY = Table(
    name="story",
    moves={
        (Story.State.DRAFT, "change"): Story.State.DRAFT,
        (Story.State.RELEASED, "change"): Story.State.RELEASED,
        (Story.State.WITHDRAWN, "change"): Story.State.WITHDRAWN,
        (Story.State.DRAFT, "release"): Story.State.RELEASED,
        (Story.State.WITHDRAWN, "release"): Story.State.RELEASED,
        # Another moment for one that has not appeared yet
        (Story.State.RELEASED, "release"): Story.State.RELEASED,
        (Story.State.DRAFT, "withdraw"): Story.State.WITHDRAWN,
        (Story.State.RELEASED, "withdraw"): Story.State.WITHDRAWN,
    },
    owners={
        Story.State.DRAFT: "publishing unit",
        Story.State.RELEASED: "publishing unit",
        Story.State.WITHDRAWN: "nobody",
    },
    labels=dict(Story.State.choices),
)

COVERAGE = Table(
    name="coverage",
    moves={
        (Coverage.State.RECORDED, "change"): Coverage.State.RECORDED,
        # What was confirmed and is changed by its unit is looked at again; whoever confirms may correct it
        (Coverage.State.CONFIRMED, "change"): Coverage.State.RECORDED,
        (Coverage.State.CONFIRMED, "correct"): Coverage.State.CONFIRMED,
        (Coverage.State.RECORDED, "correct"): Coverage.State.RECORDED,
        (Coverage.State.DECLINED, "correct"): Coverage.State.DECLINED,
        (Coverage.State.DECLINED, "change"): Coverage.State.RECORDED,
        (Coverage.State.RECORDED, "confirm"): Coverage.State.CONFIRMED,
        (Coverage.State.DECLINED, "confirm"): Coverage.State.CONFIRMED,
        (Coverage.State.RECORDED, "decline"): Coverage.State.DECLINED,
        (Coverage.State.CONFIRMED, "decline"): Coverage.State.DECLINED,
        (Coverage.State.RECORDED, "withdraw"): Coverage.State.WITHDRAWN,
        (Coverage.State.CONFIRMED, "withdraw"): Coverage.State.WITHDRAWN,
        (Coverage.State.DECLINED, "withdraw"): Coverage.State.WITHDRAWN,
    },
    owners={
        Coverage.State.RECORDED: "superior",
        Coverage.State.CONFIRMED: "nobody",
        Coverage.State.DECLINED: "recording unit",
        Coverage.State.WITHDRAWN: "nobody",
    },
    labels=dict(Coverage.State.choices),
)
