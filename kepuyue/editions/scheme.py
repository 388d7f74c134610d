"""How units and activities are evaluated (评选) before they are recommended: criteria, caps, eligibility, quotas.

Part of the edition's policy. The six criteria are the indicators that the 2022 national and Guangzhou notices publish
(组织动员、数量规模、品牌宣传、科技志愿、联合行动、网络活动话题); the seventh is what the notice of 2024 says of
activities (反映好, 四(三)). No source publishes weights: every weight, full mark and quota here is the product's own
default, for a city to set otherwise.
"""

from collections import Counter
from functools import cache
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from kepuyue.editions.strict import Strict

# What an indicator means and how it is measured stands in `insight.indicators`
Measure = Literal[
    "sessions", "visits-check_in", "visits-count", "visits-estimate", "views", "satisfaction", "volunteers", "experts",
    "media", "partners", "districts", "days", "audiences", "contents", "online", "punctual",
]  # fmt: skip
MEASURES: tuple[str, ...] = get_args(Measure)


class Part(Strict):
    """A measured part of a criterion: full marks from `full` on, less in proportion below it.

    The cap is what keeps numbers from being chased: what lies above `full` is worth nothing. `of` says with how many
    hundredths each indicator counts; figures of different methods are added up here, openly, and nowhere else.
    """

    of: Annotated[dict[Measure, Annotated[int, Field(ge=1, le=100)]], Field(min_length=1, max_length=8)]
    full: Annotated[int, Field(ge=1, le=1_000_000_000)]
    share: Annotated[int, Field(ge=1, le=100, description="weight among the measured parts")] = 1


class Criterion(Strict):
    """指标: measured, judged, or both. `judged` is the judges' share of its points in per cent."""

    code: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,29}$")]
    name: Annotated[str, Field(min_length=1, max_length=40)]
    name_en: Annotated[str, Field(max_length=80)] = ""
    weight: Annotated[int, Field(ge=1, le=100, description="per cent of the total")]
    judged: Annotated[int, Field(ge=0, le=100)] = 0
    question: Annotated[str, Field(max_length=300, description="what judges are asked")] = ""
    question_en: Annotated[str, Field(max_length=400)] = ""
    parts: Annotated[list[Part], Field(max_length=6)] = []

    @model_validator(mode="after")
    def _has_what_it_counts(self) -> Self:
        if self.judged < 100 and not self.parts:
            raise ValueError("a criterion that judges do not decide alone needs measured parts")
        if self.judged and not self.question:
            raise ValueError("a criterion with a judged part needs the question that judges are asked")
        return self


class Quota(Strict):
    """名额: how many are chosen in all, and at most of one unit, recommender, district, tier. 0: no cap."""

    total: Annotated[int, Field(ge=1, le=10_000)] = 10
    unit: Annotated[int, Field(ge=0, le=1_000)] = 1
    recommender: Annotated[int, Field(ge=0, le=1_000)] = 3
    district: Annotated[int, Field(ge=0, le=1_000)] = 0
    tier: Annotated[int, Field(ge=0, le=1_000)] = 0


class Rules(Strict):
    """What one round is decided by; a round keeps a copy, so that a later change of the edition moves no list."""

    criteria: Annotated[list[Criterion], Field(min_length=1, max_length=12)]
    quota: Quota = Quota()
    # Equal totals: these criteria decide, one after the other; who is still equal shares the place
    ties: Annotated[list[str], Field(max_length=12)] = []
    # Judges' marks: without the highest and the lowest where there are five or more; severity evened out
    is_trimmed: bool = True
    is_calibrated: bool = False
    outlier: Annotated[
        int, Field(ge=1, le=100, description="points from the median from which a mark is shown as odd")
    ] = 20
    judges_each: Annotated[
        int, Field(ge=0, le=50, description="judges for one candidate; 0: all who may")
    ] = 0

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        codes = [one.code for one in self.criteria]
        twice = [code for code, count in Counter(codes).items() if count > 1]
        if twice:
            raise ValueError(f"the criterion {twice[0]} stands there twice")
        if sum(one.weight for one in self.criteria) != 100:
            raise ValueError("the weights of the criteria do not add up to 100")
        if unknown := [code for code in self.ties if code not in codes]:
            raise ValueError(f"ties are to be decided by {unknown[0]}, which is no criterion")
        return self


class Eligibility(Strict):
    """参评条件. No breach of law in two years: Guangzhou's recommendation form of 2022; the rest are defaults."""

    breach_years: Annotated[int, Field(ge=0, le=10)] = 2
    # How many years somebody who was commended waits (Chengdu 2025: earlier winners are out); 0: nobody waits
    winner_years: Annotated[int, Field(ge=0, le=10)] = 0
    needs_summary: bool = True
    deeds: Annotated[int, Field(ge=100, le=10_000, description="most characters of 主要事迹")] = 2_000


STATEMENT = (
    "我单位承诺：申报材料真实准确，不存在弄虚作假、拆分活动重复申报的情况；"
    "所用图片、作品已获授权；如有不实，愿意取消参评资格和所得荣誉。"
)
RECOMMENDING = "截至填表之日，未发现该单位近{years}年内发生违法违规等问题。同意推荐。"


class Evaluation(Strict):
    """评选: the rules of both lines and what holds for both.

    `notice_days`: working days of the public notice (公示); 3 is what the national one of 2021 took, 5 what Shenzhen's
    for science bases of 2023. `per_unit`: how many activities a unit may put forward.
    """

    units: Rules
    activities: Rules
    eligibility: Eligibility = Eligibility()
    statement: Annotated[str, Field(min_length=10, max_length=1_000)] = STATEMENT
    recommending: Annotated[str, Field(min_length=4, max_length=500)] = RECOMMENDING
    notice_days: Annotated[int, Field(ge=1, le=30)] = 5
    recommended_to: Annotated[str, Field(max_length=120, description="主送机关 of the letter")] = ""
    per_unit: Annotated[int, Field(ge=1, le=20)] = 2
    per_recommender: Annotated[int, Field(ge=1, le=1_000)] = 10

    @property
    def agreement(self) -> str:
        """What a recommender answers for, as its opinion says unless it writes another."""
        return self.recommending.replace("{years}", str(self.eligibility.breach_years))

    def rules(self, line: str) -> Rules:
        """Of a line: "units" or "activities"."""
        found: Rules = {"units": self.units, "activities": self.activities}[line]
        return found


VISITS = {"visits-check_in": 100, "visits-count": 100, "visits-estimate": 50}
ASKED = {
    "mobilization": (
        "组织动员是否有力：有方案、有分工、有保障，动员面广，安全有序？",
        "Was it well organized: a plan, clear duties, resources, many mobilized, safe and orderly?",
    ),
    "branding": (
        "宣传是否有特色、有影响，标识使用规范，主题鲜明？",
        "Was it well publicized: its own character, reach, the marks used as the rules say, a clear theme?",
    ),
    "volunteering": (
        "科技工作者和志愿者参与是否实在、有效？",
        "Did scientists and volunteers take part in earnest and to effect?",
    ),
    "joint_action": (
        "是否真正联合多方、整合资源、服务基层？",
        "Did several units really join forces, pool resources and serve the grass roots?",
    ),
    "response": (
        "群众反映如何：看得懂、用得上、愿意再来？",
        "How did people take it: understood, useful, would they come again?",
    ),
}


def _criterion(code: str, name: str, name_en: str, weight: int, judged: int, *parts: Part) -> Criterion:
    question, question_en = ASKED.get(code, ("", "")) if judged else ("", "")
    return Criterion(code=code, name=name, name_en=name_en, weight=weight, judged=judged, question=question,
                     question_en=question_en, parts=list(parts))  # fmt: skip


@cache
def usual() -> Evaluation:
    """The shipped default; `kepuyue.editions.policy` goes by it where an edition says nothing."""
    return Evaluation(units=_usual_units(), activities=_usual_activities())


def _usual_units() -> Rules:
    return Rules(
        criteria=[
            _criterion("mobilization", "组织动员", "Mobilization", 20, 50,
                       Part(of={"punctual": 100}, full=100), Part(of={"partners": 100}, full=20)),
            _criterion("scale", "数量规模", "Number and scale", 20, 0,
                       Part(of={"sessions": 100}, full=40), Part(of={**VISITS}, full=10_000, share=2),
                       Part(of={"satisfaction": 100}, full=500)),
            _criterion("branding", "品牌宣传", "Publicity", 15, 50, Part(of={"media": 100}, full=10)),
            _criterion("volunteering", "科技志愿", "Volunteering", 15, 40,
                       Part(of={"volunteers": 100}, full=200), Part(of={"experts": 100}, full=30)),
            _criterion("joint_action", "联合行动", "Joint action", 20, 40,
                       Part(of={"partners": 100}, full=20), Part(of={"districts": 100}, full=5),
                       Part(of={"audiences": 100}, full=5)),
            _criterion("online", "网络活动话题", "Online activities and topics", 10, 0,
                       Part(of={"online": 100}, full=5), Part(of={"views": 100}, full=100_000)),
        ],
        ties=["scale", "joint_action"],
    )  # fmt: skip


def _usual_activities() -> Rules:
    return Rules(
        criteria=[
            _criterion("mobilization", "组织动员", "Mobilization", 15, 60,
                       Part(of={"punctual": 100}, full=100), Part(of={"partners": 100}, full=8)),
            _criterion("scale", "数量规模", "Number and scale", 20, 0,
                       Part(of={**VISITS}, full=3_000, share=2), Part(of={"sessions": 100}, full=10)),
            _criterion("branding", "品牌宣传", "Publicity", 15, 50, Part(of={"media": 100}, full=5)),
            _criterion("volunteering", "科技志愿", "Volunteering", 10, 40, Part(of={"volunteers": 100}, full=50)),
            _criterion("joint_action", "联合行动", "Joint action", 10, 40, Part(of={"partners": 100}, full=8)),
            _criterion("online", "网络活动话题", "Online activities and topics", 10, 0,
                       Part(of={"views": 100}, full=50_000), Part(of={"online": 100}, full=2)),
            _criterion("response", "群众反映", "Response", 20, 50, Part(of={"satisfaction": 100}, full=500)),
        ],
        ties=["response", "scale"],
    )  # fmt: skip
