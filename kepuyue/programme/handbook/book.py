"""What a booklet is made of, in the order of its pages. All texts can be printed with the faces that come along."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Time:
    """One session as the booklet prints it."""

    text: str
    place: str = ""
    mark: str = ""


@dataclass
class Item:
    """An activity in full; every text can be printed with the faces that come along."""

    code: str
    title: str
    language: str
    hours: str
    mark: str
    is_cancelled: bool
    summary: str
    times: list[Time]
    more_times: str
    facts: list[tuple[str, str]]
    address: str
    tags: list[str]


@dataclass(frozen=True)
class Reference:
    """A later day of an activity that stands in full elsewhere."""

    code: str
    title: str
    language: str
    hours: str
    mark: str


@dataclass
class Day:
    """What stands under one heading of a chapter: a day, or none."""

    anchor: str
    title: str
    short: str
    lines: list[Item | Reference] = field(default_factory=list)


@dataclass
class Chapter:
    """A district with its days, or what stands apart."""

    anchor: str
    title: str
    note: str
    language: str = ""
    days: list[Day] = field(default_factory=list)
    activities: int = 0

    @property
    def has_days(self) -> bool:
        return any(day.title for day in self.days)


@dataclass(frozen=True)
class IndexLine:
    """A name and the codes of the activities it stands at."""

    name: str
    codes: tuple[str, ...]
    language: str = ""


@dataclass(frozen=True)
class Letter:
    """The lines of an index under one letter."""

    letter: str
    lines: list[IndexLine]


@dataclass
class Book:
    """The whole booklet."""

    title: str
    title_language: str
    eyebrow: str
    theme: str
    theme_language: str
    days: str
    scope: str
    office: str
    contact: str
    address: str
    made: str
    chapters: list[Chapter]
    by_unit: list[Letter]
    by_title: list[Letter]
    activities: int
    sessions: int
    seed: str
    is_cut: bool = False
    is_demo: bool = False
    has_chinese: bool = False
    "An English booklet holds titles that nobody translated"
