"""The rules of an edition that a city may set otherwise: one validated object, its sections with defaults.

Stated in edition.yaml under `policy`, kept in `Edition.policy`, read as `Edition.rules`. A row that says nothing
about a section goes by its defaults, so that an edition loaded before the section existed goes on working. What no
law or notice fixes is a default of the product, and its field says so.
"""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from kepuyue.core.links import web_address
from kepuyue.editions import scheme
from kepuyue.editions.strict import Strict

# The notice's own division of the month (三): main venue, districts, departments, city-wide joint action
SHOWN_AS = frozenset({"tier", "joint_action"})


Step = Literal["branch", "office"]
Chain = Annotated[list[Step], Field(max_length=5)]


class LeadTimes(Strict):
    """How many working days before its first session an activity is handed in. 0: not asked.

    The source of the figures is the universities' rule of one approval for each meeting (一会一报): 3 working
    days, 10 with speakers from abroad or from Hong Kong, Macao or Taiwan. The notice sets none.
    """

    ordinary: Annotated[int, Field(ge=0, le=60)] = 3
    overseas: Annotated[int, Field(ge=0, le=120)] = 10
    # What happens when it is late: "warn" tells, "block" asks for an exception by the reviewing unit
    ordinary_late: Literal["warn", "block"] = "warn"
    overseas_late: Literal["warn", "block"] = "block"


class Band(Strict):
    """What a safety plan must hold from so many expected people a session on."""

    people: Annotated[int, Field(ge=0, description="expected people at the largest session, from")]
    asks: Literal["line", "points", "nine"]


def _as_rows(value: Any) -> Any:
    """Bands in the order of their size, however they were written."""
    return sorted(value, key=lambda band: band["people"]) if isinstance(value, list) and value else value


class Crowd(Strict):
    """What the expected crowd asks for.

    大型群众性活动安全管理条例 (State Council decree 505): art. 2 (licence from 1,000 a session), art. 12 (county
    or district police, city police from 5,000), art. 13 (applied for 20 days before). The bands below the
    licence are the product's own default.
    """

    licence_from: Annotated[int, Field(ge=1)] = 1_000
    city_police_from: Annotated[int, Field(ge=1)] = 5_000
    apply_days: Annotated[int, Field(ge=1, le=120)] = 20
    bands: Annotated[list[Band], BeforeValidator(_as_rows), Field(min_length=1, max_length=8)] = [
        Band(people=0, asks="line"),
        Band(people=50, asks="points"),
        Band(people=1_000, asks="nine"),
    ]

    def asks(self, people: int | None) -> str:
        """How much of a safety plan a session of so many people needs; unknown counts as the smallest."""
        reached = [band for band in self.bands if band.people <= (people or 0)]
        return reached[-1].asks if reached else "line"

    def needs_licence(self, people: int | None) -> bool:
        """Whether a session of so many people needs a licence (art. 2)."""
        return (people or 0) >= self.licence_from


class FastLane(Strict):
    """Trusted units publish at once and are sampled afterwards. All figures are the product's own defaults."""

    is_open: bool = True
    sample_share: Annotated[float, Field(ge=0, le=1)] = 0.2
    at_least_one_in: Annotated[int, Field(ge=1, le=1000)] = 10
    longest_days: Annotated[int, Field(ge=1, le=1000, description="how long trust may be given for")] = 366


class Changes(Strict):
    """What of a published activity may show at once although it is a new time or place (product's default).

    That the old time or place no longer holds is shown at once in any case.
    """

    new_time_within_days: Annotated[int, Field(ge=0, le=60)] = 7
    new_place_same_district: bool = True


class Calendar(Strict):
    """Days that differ from the ordinary week, as the State Council announces them each year."""

    source: Annotated[str, Field(max_length=300)] = ""
    off: list[date] = []
    work: list[date] = []

    @model_validator(mode="after")
    def _no_day_is_both(self) -> Self:
        if set(self.off) & set(self.work):
            raise ValueError("a day is both off and worked")
        return self

    def is_working(self, day: date) -> bool:
        """Whether public offices work on this day."""
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def last_of(self, first: date, count: int) -> date:
        """The last of so many working days that begin with `first`; days off count for nothing."""
        day, left = first, count - self.is_working(first)
        while left > 0:
            day += timedelta(days=1)
            left -= self.is_working(day)
        return day

    def working_days_before(self, day: date, count: int) -> date:
        """The last day that leaves `count` whole working days before `day`: 1 before a Tuesday is the Monday.

        For 0 the day itself.
        """
        while count > 0:
            day -= timedelta(days=1)
            count -= self.is_working(day)
        return day


class StepTimes(Strict):
    """Working days that a reviewing unit has for one step."""

    new: Annotated[int, Field(ge=1, le=60)] = 3
    revision: Annotated[int, Field(ge=1, le=60)] = 2


class ReviewTimes(Strict):
    """Service times (服务时限) of review. No notice fixes them: all figures are the product's own defaults.

    Late by `superior_after` working days more, the superior of the reviewing unit is told too.
    """

    branch: StepTimes = StepTimes()
    office: StepTimes = StepTimes()
    superior_after: Annotated[int, Field(ge=1, le=60)] = 2


class KeyActivities(Strict):
    """Who decides which activities are key ones (重点活动), those that the national platform is to show.

    No notice says: "superior" (a unit's district or department, or the city) is the product's default. With "unit"
    what a unit puts forward stands, with "city" only the city's office decides.
    """

    decided_by: Literal["superior", "city", "unit"] = "superior"


def _as_web_address(text: str) -> str:
    if not web_address(text):
        raise ValueError("not an address of the web")
    return text


class OpenData(Strict):
    """The license of the open data (开放数据). No notice names one: CC BY 4.0 is the product's default.

    `license` is its short name (SPDX), as programs compare it.
    """

    license: Annotated[str, Field(pattern=r"^[A-Za-z0-9.+-]+$", max_length=40)] = "CC-BY-4.0"
    license_name: Annotated[str, Field(min_length=1, max_length=120)] = "知识共享 署名 4.0 国际许可协议"
    license_name_en: Annotated[str, Field(min_length=1, max_length=160)] = (
        "Creative Commons Attribution 4.0 International"
    )
    license_url: Annotated[str, AfterValidator(_as_web_address), Field(max_length=300)] = (
        "https://creativecommons.org/licenses/by/4.0/"
    )


class Booking(Strict):
    """What who books is told of their personal data (个人信息保护法 art. 17, 31), and how classes come.

    `version` names the two texts and is kept with each booking: whoever changes a text gives it a new one. Texts and
    figures are the product's own defaults. `{unit}` stands for the unit that holds the session, `{days}` for
    `kept_days`.
    """

    version: Annotated[str, Field(min_length=1, max_length=20)] = "1"
    kept_days: Annotated[
        int, Field(ge=1, le=366, description="after the session, until name and number are erased")
    ] = 30
    roster_days: Annotated[
        int, Field(ge=1, le=366, description="after the session, until the names of a class are erased")
    ] = 7
    notice: Annotated[str, Field(min_length=1, max_length=2_000)] = (
        "只收姓名和手机号，用来核对入场、通知变更和候补，由{unit}处理，不作他用，不公开。活动结束{days}天后自动删除。"
        "您可以随时在“我的预约”里查看、导出或删除。"
    )
    notice_en: Annotated[str, Field(min_length=1, max_length=2_000)] = (
        "Only a name and a phone number are asked for: to check you in and to tell you of changes and of seats that "
        "come free. {unit} uses them for nothing else and publishes nothing. They are erased {days} days after the "
        "event. You can look at, export or erase them at any time under My bookings."
    )
    guardian: Annotated[str, Field(min_length=1, max_length=2_000)] = (
        "我是孩子的父母或其他监护人（班级由老师代表学校），同意孩子参加，会全程陪同。只登记孩子的人数，不登记孩子的姓名和年龄。"
    )
    guardian_en: Annotated[str, Field(min_length=1, max_length=2_000)] = (
        "I am a parent or other guardian of the children (a teacher stands for the school), agree that they take part "
        "and stay with them. Only how many children come is noted, neither their names nor their ages."
    )
    pupils_to_adult: Annotated[int, Field(ge=1, le=100)] = 10
    no_show_times: Annotated[
        int,
        Field(ge=0, le=20, description="booked, not come and not cancelled; 0: nobody is kept out for it"),
    ] = 2
    no_show_days: Annotated[
        int, Field(ge=1, le=30, description="without online booking; telephone and counter stay open")
    ] = 14


USUAL_QUESTIONS = (
    "内容有意思，学到了东西|It was interesting and I learnt something\n"
    "讲得清楚，听得懂|It was explained clearly\n"
    "现场安排得好（指引、座位、秩序、安全）|It was well arranged (signs, seats, order, safety)\n"
    "还想再来，会推荐给别人|I would come again and recommend it"
)


class Feedback(Strict):
    """What visitors are asked after a session, from very bad to very good. Questions and figures are the product's own
    defaults. `questions`: one a line, Chinese, a bar, English.
    """

    questions: Annotated[str, Field(min_length=1, max_length=1_000)] = USUAL_QUESTIONS
    open_days: Annotated[int, Field(ge=1, le=60, description="after the session, to answer")] = 7

    @property
    def lines(self) -> list[str]:
        """The questions one by one, five at most: more take longer than a minute."""
        return [line.strip() for line in self.questions.splitlines() if line.strip()][:5]


class Summaries(Strict):
    """When summaries open, until when they can be supplemented, how many photos they hold. The due day itself is a
    key date (notice: 28 September, while the month runs to the 30th). All figures are the product's own defaults.
    """

    open_days: Annotated[
        int, Field(ge=0, le=60, description="before the due day, for activities still on")
    ] = 5
    supplement_days: Annotated[
        int, Field(ge=0, le=120, description="after the month, to file late or to supplement")
    ] = 15
    photos: Annotated[int, Field(ge=0, le=30, description="of one summary, at most")] = 5


class Policy(Strict):
    """The edition's rules.

    `review`: {"default" or "taxonomy:term": the steps, first to last}.
    `systems`: {"type:society" or "taxonomy:term": code of the unit that reviews instead of the district}.
    """

    review: dict[str, Chain] = {"default": ["branch", "office"]}
    systems: dict[str, Annotated[str, Field(max_length=40)]] = {}
    lead_times: LeadTimes = LeadTimes()
    crowd: Crowd = Crowd()
    fast_lane: FastLane = FastLane()
    changes: Changes = Changes()
    calendar: Calendar = Calendar()
    review_times: ReviewTimes = ReviewTimes()
    key_activities: KeyActivities = KeyActivities()
    open_data: OpenData = OpenData()
    booking: Booking = Booking()
    feedback: Feedback = Feedback()
    summaries: Summaries = Summaries()
    evaluation: scheme.Evaluation = Field(default_factory=scheme.usual)

    def steps(self, terms: list[str]) -> list[Step]:
        """The chain for an activity with these terms ("tier:main_venue"): the first that has its own, else the default.

        Never empty: nothing is published without review because a list was left blank.
        """
        own = next((self.review[term] for term in sorted(terms) if term in self.review), None)
        return own or self.review.get("default") or ["branch", "office"]

    def deciding(self) -> frozenset[str]:
        """The taxonomies by which an activity is shown to the public as something else or reviewed by others."""
        named = {key.partition(":")[0] for key in (*self.review, *self.systems) if ":" in key}
        return frozenset(SHOWN_AS | named - {"type", "unit"})

    def system(self, terms: list[str], organization_type: str) -> str:
        """The code of the unit that reviews in place of the district; empty where the region does."""
        keys = [*sorted(terms), f"type:{organization_type}"]
        return next((self.systems[key] for key in keys if key in self.systems), "")
