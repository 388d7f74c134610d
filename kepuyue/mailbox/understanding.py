"""Of which unit and which activities a letter is, how sure that is, and why: each sign by itself, none decisive alone.

Signs are put together as independent ones: what is left of the doubt is the product of what each leaves of it. What a
reason means in words stands in `presentation`. Only reads.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ahocorasick_rs import AhoCorasick, MatchKind
from django.db.models import Q

from kepuyue.accounts.models import User
from kepuyue.activities.letters import letters, title_key
from kepuyue.activities.models import Activity, Session, State
from kepuyue.editions.models import Edition
from kepuyue.mailbox import reports
from kepuyue.mailbox.reports import Stretch
from kepuyue.organizations import naming
from kepuyue.organizations.models import Liaison, Membership, Organization, UnitName
from kepuyue.organizations.permissions import ROLES
from kepuyue.summaries.models import WRITTEN

Reason = tuple[str, str]
# From here on a unit or an activity is taken without asking, if its sender may file for it
SURE = 80
# A second one as near as this makes both doubtful
APART = 10
# Below that it is not shown
LEAST = 20
FILING = tuple(role for role, grant in ROLES.items() if "summary.file" in grant.own)
# What each sign says, in hundredths
UNIT_SIGNS = {"member": 85, "members": 55, "liaison": 60, "domain": 35, "unit-subject": 45, "unit-file": 40,
              "unit-signature": 45, "unit-text": 30, "title": 40}  # fmt: skip
ACTIVITY_SIGNS = {"title-subject": 85, "title-file": 80, "title-text": 80, "title-short": 45, "title-near": 50,
                  "day": 25, "venue": 20, "only": 35}  # fmt: skip
SHORT_TITLE = 5  # letters; such a title stands in many a sentence
SHORT_NAME = 4
NEAR = 0.7  # of a title's pairs of signs stand in one line
# Where anybody has an address: such a domain names no unit
PUBLIC_DOMAINS = frozenset(
    {
        "qq.com", "vip.qq.com", "foxmail.com", "163.com", "vip.163.com", "126.com", "yeah.net", "sina.com", "sina.cn",
        "sohu.com", "aliyun.com", "139.com", "189.cn", "wo.cn", "21cn.com", "tom.com", "gmail.com", "outlook.com",
        "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A text of a letter: where it stands and what kind of place that is: subject, file (a name), body or part."""

    place: str
    kind: str
    text: str


@dataclass
class Guess:
    """A unit or an activity with its signs."""

    pk: int
    reasons: list[Reason] = field(default_factory=list)
    confidence: int = 0

    def add(self, sign: str, value: str, weights: Mapping[str, int]) -> None:
        """One more sign; each counts once."""
        if sign not in {code for code, _value in self.reasons}:
            self.reasons.append((sign, value[:120]))
            self.confidence = round(100 * (1 - (1 - self.confidence / 100) * (1 - weights[sign] / 100)))


@dataclass
class Understood:
    """What a letter seems to be about. `stretches` are the texts about each activity."""

    units: list[Guess] = field(default_factory=list)
    activities: list[Guess] = field(default_factory=list)
    stretches: dict[int, list[Stretch]] = field(default_factory=dict)
    sender: User | None = None

    @property
    def unit(self) -> Guess | None:
        """The likeliest unit."""
        return self.units[0] if self.units else None

    @property
    def is_unit_sure(self) -> bool:
        """Whether one unit stands out."""
        return _is_sure(self.units)

    def sure_activities(self) -> list[Guess]:
        """Those activities that are taken without asking."""
        return [one for one in self.activities if one.confidence >= SURE]


def _is_sure(guesses: list[Guess]) -> bool:
    if not guesses or guesses[0].confidence < SURE:
        return False
    return len(guesses) == 1 or guesses[0].confidence - guesses[1].confidence >= APART


def understood(edition: Edition, *, sender: str, is_forged: bool, texts: list[Text]) -> Understood:
    """Put together what the sender and the texts say. A forged sender says nothing."""
    answer = Understood()
    trusted = "" if is_forged else sender.strip().lower()
    units: dict[int, Guess] = {}
    answer.sender = _note_sender(units, trusted)
    _note_names(units, texts)
    rows = list(
        Activity.objects.published().filter(edition=edition).exclude(state=State.CANCELLED)
        .select_related("activity_summary").only("title", "title_key", "organization", "activity_summary__state")
    )  # fmt: skip
    titles = _Titles(rows)
    spoken = [(text, titles.hits(text.text)) for text in texts]
    by_pk = {row.pk: row for row in rows}
    for _text, hits in spoken:
        for pk, _start, _end in hits:
            if len(by_pk[pk].title_key) >= SHORT_TITLE:
                _guess(units, by_pk[pk].organization_id).add("title", by_pk[pk].title, UNIT_SIGNS)
    answer.units = _ranked(units)
    answer.activities = _activities(edition, _candidates(answer, by_pk, spoken), spoken, texts)
    answer.stretches = _stretches(answer.activities, spoken)
    return answer


def _candidates(answer: Understood, rows: Mapping[int, Activity], spoken: "Spoken") -> list[Activity]:
    """The activities of the likeliest unit; where that is not sure, also those of others that are named: a superior's
    letter reports on several units. Of activities with the same title the likeliest unit's is meant.
    """
    pk = answer.unit.pk if answer.unit is not None else None
    own = [row for row in rows.values() if row.organization_id == pk]
    if answer.is_unit_sure:
        return own
    titles = {row.title_key for row in own}
    named = {hit for _text, hits in spoken for hit, _start, _end in hits}
    others = (rows[hit] for hit in sorted(named) if rows[hit].organization_id != pk)
    return own + [row for row in others if len(row.title_key) >= SHORT_TITLE and row.title_key not in titles]


def stretches(activities: Iterable[Activity], texts: list[Text]) -> dict[int, list[Stretch]]:
    """The texts about each of the activities that a person chose."""
    chosen = list(activities)
    titles = _Titles(chosen)
    spoken = [(text, titles.hits(text.text)) for text in texts]
    return _stretches([Guess(one.pk) for one in chosen], spoken)


def _guess(guesses: dict[int, Guess], pk: int) -> Guess:
    return guesses.setdefault(pk, Guess(pk))


def _ranked(guesses: Mapping[int, Guess]) -> list[Guess]:
    found = [one for one in guesses.values() if one.confidence >= LEAST]
    return sorted(found, key=lambda one: (-one.confidence, one.pk))


# The sender -----------------------------------------------------------------------------------------------


def _note_sender(units: dict[int, Guess], sender: str) -> User | None:
    if "@" not in sender:
        return None
    domain = sender.rpartition("@")[2]
    active = Organization.State.ACTIVE
    filers = Membership.objects.filter(role__in=FILING, organization__state=active, user__is_active=True)
    own = {one.organization_id for one in filers.filter(user__email__iexact=sender)}
    for pk in own:
        _guess(units, pk).add("member" if len(own) == 1 else "members", sender, UNIT_SIGNS)
    for pk in Liaison.objects.filter(email__iexact=sender, organization__state=active).values_list(
        "organization", flat=True
    ):
        _guess(units, pk).add("liaison", sender, UNIT_SIGNS)
    if domain not in PUBLIC_DOMAINS:
        of_domain = filers.filter(user__email__iendswith=f"@{domain}").values_list("organization", flat=True)
        for pk in set(of_domain.distinct()[:50]) - own:
            _guess(units, pk).add("domain", domain, UNIT_SIGNS)
    return User.objects.filter(email__iexact=sender, is_active=True).first() if own else None


# Names of units in texts ----------------------------------------------------------------------------------


def _note_names(units: dict[int, Guess], texts: list[Text]) -> None:
    owners: dict[str, set[int]] = defaultdict(set)
    active = Organization.objects.active()
    former = UnitName.objects.filter(organization__in=active.values("pk"))
    names = [*active.values_list("name", "pk"), *former.values_list("name", "organization")]
    for name, pk in names:
        plain = _plain(name)
        for form in {plain, naming.PLACE.sub("", plain)}:
            if len(form) >= SHORT_NAME:
                owners[form].add(pk)
    forms = [form for form, pks in owners.items() if len(pks) == 1]
    if not forms:
        return
    machine = AhoCorasick(forms, matchkind=MatchKind.LeftmostLongest)
    signs = {"subject": "unit-subject", "file": "unit-file"}
    for text in texts:
        places = [(signs.get(text.kind, "unit-text"), text.text)]
        if text.kind == "body":
            places.insert(0, ("unit-signature", reports.signature(text.text)))
        for sign, said in places:
            for index in machine.find_matches_as_indexes(_plain(said)):
                form = forms[index[0]]
                guess = _guess(units, next(iter(owners[form])))
                if sign != "unit-text" or "unit-signature" not in {code for code, _value in guess.reasons}:
                    guess.add(sign, form, UNIT_SIGNS)


def _plain(text: str) -> str:
    return "".join(map(letters, text))


# Activities -----------------------------------------------------------------------------------------------


Hit = tuple[int, int, int]
Spoken = list[tuple[Text, list[Hit]]]


class _Titles:
    """Finds titles in a text, whatever quotation marks, spaces and width they are written with; the longest first."""

    def __init__(self, rows: Iterable[Activity]) -> None:
        self._owners: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            if key := _plain(row.title.replace("演示", "")):
                self._owners[key].append(row.pk)
        self._keys = list(self._owners)
        self._machine = AhoCorasick(self._keys, matchkind=MatchKind.LeftmostLongest) if self._keys else None

    def hits(self, text: str) -> list[Hit]:
        """(activity, where its title begins in the text and where it ends), in the order of the text."""
        if self._machine is None:
            return []
        plain: list[str] = []
        origins: list[int] = []
        for place, sign in enumerate(text):
            for letter in letters(sign):
                plain.append(letter)
                origins.append(place)
        found = self._machine.find_matches_as_indexes("".join(plain))
        return [
            (pk, origins[start], origins[end - 1] + 1)
            for index, start, end in found
            for pk in self._owners[self._keys[index]]
        ]


def _activities(edition: Edition, rows: list[Activity], spoken: Spoken, texts: list[Text]) -> list[Guess]:
    guesses: dict[int, Guess] = {}
    by_pk = {row.pk: row for row in rows}
    for text, hits in spoken:
        for pk, _start, _end in hits:
            if pk in by_pk:
                is_short = len(by_pk[pk].title_key) < SHORT_TITLE
                sign = (
                    "title-short"
                    if is_short
                    else f"title-{text.kind if text.kind in ('subject', 'file') else 'text'}"
                )
                _guess(guesses, pk).add(sign, by_pk[pk].title, ACTIVITY_SIGNS)
    lines = [line for text in texts for line in text.text.split("\n")[:400] if 3 < len(line) < 200][:800]
    pairs = [_pairs(_plain(line)) for line in lines]
    for row in rows:
        if row.pk not in guesses and any(
            _is_near(row.title_key or title_key(row.title), one) for one in pairs
        ):
            _guess(guesses, row.pk).add("title-near", row.title, ACTIVITY_SIGNS)
    everything = "\n".join(text.text for text in texts)
    _note_sessions(edition, guesses, rows, everything)
    is_open = [row for row in rows if _state_of(row) in WRITTEN]
    if len(is_open) == 1:
        _guess(guesses, is_open[0].pk).add("only", "", ACTIVITY_SIGNS)
    return _ranked(guesses)


def _state_of(row: Activity) -> str:
    summary = getattr(row, "activity_summary", None)
    return summary.state if summary is not None else ""


def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[start : start + 2] for start in range(len(text) - 1))


def _is_near(key: str, line: frozenset[str]) -> bool:
    own = _pairs(key)
    return len(own) >= SHORT_TITLE and len(own & line) / len(own) >= NEAR


def _note_sessions(edition: Edition, guesses: dict[int, Guess], rows: list[Activity], text: str) -> None:
    """Days and venues that stand in the text; of activities that nothing else speaks for they say little."""
    sessions = Session.objects.filter(
        Q(is_cancelled=False), activity__in=[row.pk for row in rows]
    ).select_related("venue")
    plain = _plain(text)
    for session in sessions.order_by("starts_at")[:2_000]:
        day = session.starts_at.astimezone(edition.zone).date()
        for form in (f"{day.month}月{day.day}日", f"{day:%Y-%m-%d}", f"{day.year}.{day.month}.{day.day}"):
            if form in text:
                _guess(guesses, session.activity_id).add("day", form, ACTIVITY_SIGNS)
        venue = session.venue
        if venue is not None and len(venue.name) >= SHORT_NAME and _plain(venue.name) in plain:
            _guess(guesses, session.activity_id).add("venue", venue.name, ACTIVITY_SIGNS)


# Which text is about which --------------------------------------------------------------------------------


def _stretches(guesses: list[Guess], spoken: Spoken) -> dict[int, list[Stretch]]:
    """Of one activity all texts; of several each from its title to the next one's. What comes before is about none."""
    found: dict[int, list[Stretch]] = {one.pk: [] for one in guesses}
    for text, hits in spoken:
        if text.kind in ("subject", "file"):
            continue
        said, searched = text.text, _without(hits, text.text)
        if len(found) == 1:
            found[guesses[0].pk].append(Stretch(text.place, said, searched))
            continue
        starts = sorted({said.rfind("\n", 0, start) + 1 for pk, start, _end in hits if pk in found})
        for pk, start, _end in hits:
            if pk in found:
                first = said.rfind("\n", 0, start) + 1
                last = next((other for other in starts if other > first), len(said))
                found[pk].append(Stretch(text.place, said[first:last], searched[first:last]))
    return found


def _without(hits: list[Hit], text: str) -> str:
    """The text with blanks for titles, as long as before: 百名专家进校园 does not say that there were 100 experts."""
    for _pk, start, end in hits:
        text = text[:start] + "　" * (end - start) + text[end:]
    return text
