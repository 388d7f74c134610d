"""What can be seen without reading: the desk's checks beside the text. `queries.review_checks` holds the rules' own."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities import presentation
from kepuyue.activities.letters import alike, in_one_row, title_key
from kepuyue.activities.models import Activity, LinkCheck, Session, State, Submission
from kepuyue.activities.queries import Check, review_checks, visible_to
from kepuyue.activities.reviewing.words import Finder, Hit, finder_of
from kepuyue.core import wording

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

MOST_CANDIDATES = (
    200  # titles compared letter by letter, of the unit's newest and of the same hour and place each
)
MOST_LINKS = 20
URL = re.compile(r"https?://[^\s<>\"'，。；、）】》]+", re.IGNORECASE)

LINK_WORDS = {
    "no-such-host": gettext_lazy("没有这个网站"),
    "no-connection": gettext_lazy("连接不上"),
    "time-out": gettext_lazy("太久没有回应"),
    "certificate": gettext_lazy("安全证书有问题"),
    "too-many-redirects": gettext_lazy("跳转次数太多"),
    "broken-answer": gettext_lazy("回应不完整"),
}


@dataclass(frozen=True)
class Twin:
    """Another record that may be the same activity, side by side: (label, here, there)."""

    activity: Activity
    is_same_title: bool
    rows: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """All that the page shows beside one text."""

    checks: list[Check]
    twins: list[Twin]
    hits: dict[str, list[Hit]]

    @property
    def warnings(self) -> list[Check]:
        """What keeps it from being passed in bulk unopened."""
        return [check for check in self.checks if check.tone == "warn"]


def of(submission: Submission, *, reader: "User | None" = None, finder: Finder | None = None) -> Desk:
    """The checks of one submission, for whoever reads them; without a reader the rules look for themselves."""
    activity, text = submission.activity, submission.content
    edition = activity.edition
    found = [check for check in review_checks(submission) if check.tone != "ok" and check.field != "title"]
    twins = twins_of(submission, reader=reader)
    for twin in twins:
        told = (
            _("同名活动：%(title)s（%(unit)s）")
            if twin.is_same_title
            else _("可能重复：%(title)s（%(unit)s）")
        )
        named = {"title": twin.activity.title, "unit": twin.activity.organization.name}
        found.append(Check("warn", told % named, "title"))
    hits = word_hits(submission, finder or finder_of(edition))
    labels = presentation.labels()
    for name, places in hits.items():
        words = wording.listed(dict.fromkeys(hit.word for hit in places))
        found.append(
            Check("warn", _("%(field)s里有敏感词：%(words)s") % {"field": labels[name], "words": words}, name)
        )
    found += _links(text)
    if not activity.edition.is_archive and edition.marks.exists() and not text.get("marks"):
        found.append(
            Check("notice", _("没有勾选使用的标识，请看图片和海报是否用了全国科普日、科普月标识。"), "marks")
        )
    if not text.get("title_en"):
        found.append(Check("notice", _("没有英文名称，英文页面会显示中文。"), "title_en"))
    unclear = sum(not picture.rights_confirmed for picture in activity.pictures.all())
    if unclear:
        found.append(Check("warn", _("有%(n)s张图片没有确认可以公开使用。") % {"n": unclear}, "pictures"))
    found.sort(key=lambda check: check.tone != "warn")
    return Desk(found, twins, hits)


def word_hits(submission: Submission, finder: Finder) -> dict[str, list[Hit]]:
    """{field: places in its text as it is written out for people}."""
    written = presentation.written_out(submission.content, submission.activity.edition)
    found = {name: finder.hits(text) for name, _label, text in written if name not in UNSEARCHED}
    return {name: hits for name, hits in found.items() if hits}


# Chosen from lists of the office's own, or a number
UNSEARCHED = frozenset({"terms", "marks", "mode", "admission", "booking_mode", "district", "expected_crowd"})


def twins_of(submission: Submission, *, reader: "User | None" = None) -> list[Twin]:
    """Records of the edition with the same title, or a like one by the same unit or at the same hour and place.

    The reader is told of what is public and of what they may open; of another district's drafts not a word.

    Equal titles are found by their indexed key; of near ones a bounded number is compared, so that the page costs
    the same whether the edition has a hundred activities or a hundred thousand.
    """
    activity, text = submission.activity, submission.content
    title = title_key(text["title"])
    others = Activity.objects.of(activity.edition).exclude(pk=activity.pk).exclude(
        state__in=(State.REJECTED, State.ARCHIVED)
    )  # fmt: skip
    if reader is not None:
        others = others.filter(Q(pk__in=Activity.objects.published()) | Q(pk__in=visible_to(reader)))
    equal = others.filter(title_key=title).order_by("pk") if title else others.none()
    same = _of_no_row(text["title"], equal.values_list("pk", "title")[:MOST_CANDIDATES])
    near = _near(others, title, text, activity.organization_id) - set(same)
    titles = others.filter(pk__in=near).order_by("pk").values_list("pk", "title")
    chosen = [*same, *_of_no_row(text["title"], titles)][:3]
    rows = (
        others.filter(pk__in=chosen)
        .select_related("organization", "edition")
        .prefetch_related("sessions__venue")
    )
    found = [_side_by_side(submission, other, is_same=other.pk in same) for other in rows]
    return sorted(found, key=lambda twin: (not twin.is_same_title, twin.activity.pk))


def _of_no_row(title: str, others: Iterable[tuple[int, str]]) -> list[int]:
    """The others without those that are further numbers of the same row."""
    return [pk for pk, other in others if not in_one_row(title, other)]


def _near(others: QuerySet[Activity], title: str, text: dict[str, Any], organization: int) -> set[int]:
    """Those with a like title, of the same unit or touching one of the sessions at the same venue or place."""
    candidates = dict(
        others.filter(organization=organization)
        .order_by("-pk")
        .values_list("pk", "title_key")[:MOST_CANDIDATES]
    )
    if there := _at_the_same_hour_and_place(text):
        candidates |= dict(others.filter(pk__in=there).values_list("pk", "title_key"))
    return set(alike(title, candidates))


def _at_the_same_hour_and_place(text: dict[str, Any]) -> set[int]:
    """Activities with a session that touches one of the first ten at the same venue or place."""
    found: set[int] = set()
    for entry in text["sessions"][:10]:
        if entry["is_cancelled"] or not (entry["venue"] or entry["place"]):
            continue
        where = Q(venue=entry["venue"]) if entry["venue"] else Q(place=entry["place"], venue=None)
        start = datetime.fromisoformat(entry["starts_at"])
        # One without a stated end counts at its start
        end = datetime.fromisoformat(entry["ends_at"]) if entry["ends_at"] else start + timedelta(seconds=1)
        touching = Session.objects.touching(start, end).filter(where).order_by("pk")
        found |= set(touching.values_list("activity", flat=True)[:MOST_CANDIDATES])
    return found


def _side_by_side(submission: Submission, other: Activity, *, is_same: bool) -> Twin:
    here = {name: text for name, _l, text in presentation.written_out(
        {key: submission.content.get(key) for key in ("title", "sessions")}, other.edition)}  # fmt: skip
    first = [session for session in other.sessions.all() if not session.is_cancelled][:3]
    there = "\n".join(
        f"{presentation.span(s.starts_at, s.ends_at, is_all_day=s.is_all_day, zone=other.edition.zone)}"
        f" {s.venue or ''} {s.place}".strip()
        for s in first
    )
    sessions = "\n".join(here.get("sessions", "").splitlines()[:3])
    return Twin(other, is_same, [
        (_("活动名称"), submission.content["title"], other.title),
        (_("填报单位"), submission.activity.organization.name, other.organization.name),
        (_("场次"), sessions, there),
        (_("状态"), submission.get_state_display(), other.get_state_display()),
    ])  # fmt: skip


def addresses(text: dict[str, Any]) -> list[str]:
    """The web addresses that a content holds, each once."""
    typed: Iterable[str] = [
        text.get("booking_url") or "",
        *(session.get("online_url") or "" for session in text.get("sessions") or []),
        *URL.findall(
            f"{text.get('summary') or ''}\n{text.get('description') or ''}\n{text.get('booking_note') or ''}"
        ),
    ]
    return [url for url in dict.fromkeys(url.strip() for url in typed) if url and len(url) <= 300][
        :MOST_LINKS
    ]


def _links(text: dict[str, Any]) -> list[Check]:
    """What is known of the addresses; nothing is asked here."""
    asked = addresses(text)
    known = LinkCheck.objects.in_bulk(asked, field_name="url") if asked else {}
    found = []
    for url in asked:
        row = known.get(url)
        where = "booking_url" if url == text.get("booking_url") else "sessions"
        if row is None or row.result == LinkCheck.Result.WAITING:
            found.append(Check("notice", _("网址正在后台检查：%(url)s") % {"url": url}, where))
        elif row.result != LinkCheck.Result.REACHED and row.checked_at:
            told = {"url": url, "why": why_not(row), "when": wording.moment_text(row.checked_at, year=False)}
            found.append(Check("warn", _("网址打不开：%(url)s（%(why)s，%(when)s检查）") % told, where))
    return found


def why_not(row: LinkCheck) -> str:
    """The result of an address's check in words."""
    if row.result == LinkCheck.Result.REFUSED:
        return _("不是公开的网址")
    if row.detail.startswith("http-"):
        return _("网站回应%(status)s") % {"status": row.detail.removeprefix("http-")}
    return str(LINK_WORDS.get(row.detail, row.detail))
