"""Reads of letters; what a person may not see is not in the answer."""

from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from django.db.models import Count, Prefetch, Q, QuerySet

from kepuyue.accounts.models import User
from kepuyue.activities.models import Activity
from kepuyue.editions.models import Edition
from kepuyue.mailbox.models import Letter, LetterQuerySet, Match, Part
from kepuyue.mailbox.permissions import HANDLE, handled_by
from kepuyue.mailbox.understanding import FILING, Text
from kepuyue.organizations.models import Membership
from kepuyue.organizations.permissions import reach
from kepuyue.summaries.models import WRITTEN

if TYPE_CHECKING:
    from kepuyue.organizations.permissions import Person

# Names that phones and chat programs give say nothing about a picture
NAMELESS = ("微信图片", "图片", "照片", "截图", "QQ图片", "mmexport", "IMG", "image", "DSC")
MOST_OFFERED = 40


def letters_of(user: "Person", edition: Edition) -> LetterQuerySet:
    """The letters of an edition that the person may open."""
    return Letter.objects.filter(handled_by(user), edition=edition).select_related("unit", "edition__office")


def counts(user: "Person", edition: Edition) -> dict[str, int]:
    """How many of them are in each state."""
    rows = Letter.objects.filter(handled_by(user), edition=edition)
    return dict(rows.values_list("state").order_by().annotate(Count("pk")))


def again(letter: Letter) -> Letter:
    """The letter read anew, with what pages and receipts tell of it."""
    matches = Match.objects.select_related(
        "activity__organization__parent", "activity__activity_summary", "activity__edition"
    )
    return (
        Letter.objects.select_related("unit", "edition__office", "entered_by", "decided_by")
        .prefetch_related("parts", Prefetch("matches", matches))
        .get(pk=letter.pk)
    )


def matches_of(letter: Letter) -> list[Match]:
    """Its activities, the surest first, with their summaries."""
    return list(letter.matches.select_related("activity__organization__parent", "activity__activity_summary"))


def texts_of(letter: Letter) -> list[Text]:
    """Its texts as the understanding takes them."""
    texts = [Text("", "subject", letter.subject)]
    for part in letter.parts.all():
        if part.place:
            texts.append(Text(part.place, "file", part.place))
        if part.text and not part.problem:
            texts.append(Text(part.place, "part" if part.place else "body", part.text))
    return texts


def photos_of(letter: Letter) -> Iterator[tuple[str, bytes]]:
    """Its pictures that may be photos, each with what its name says about it."""
    for part in letter.parts.all():
        if part.is_photo:
            with part.picture.open("rb") as file:
                yield _said_by(part), file.read()


def _said_by(part: Part) -> str:
    stem = PurePosixPath(part.place.rpartition("›")[2].strip()).stem
    chinese = sum("\u4e00" <= sign <= "\u9fff" for sign in stem)
    return "" if stem.startswith(NAMELESS) or chinese < 2 else stem


def sender_of(letter: Letter) -> User | None:
    """The person who sent it, if the address is that of somebody who files for the letter's unit."""
    if not letter.sender or letter.is_forged or letter.unit is None:
        return None
    filers = Membership.objects.filter(organization=letter.unit, role__in=FILING).values("user")
    return User.objects.filter(pk__in=filers, email__iexact=letter.sender, is_active=True).first()


def activities_to_choose(user: "Person", edition: Edition, word: str) -> QuerySet[Activity]:
    """Activities with an open summary in the person's branch whose title, code or unit has the word."""
    rows = Activity.objects.filter(
        reach(user, HANDLE, "organization__path"), edition=edition, activity_summary__state__in=WRITTEN
    )
    for one in word.split()[:4]:
        rows = rows.filter(
            Q(title__icontains=one) | Q(code__iexact=one) | Q(organization__name__icontains=one)
        )
    return rows.select_related("organization", "activity_summary").order_by(
        "organization__name", "title", "pk"
    )


def chosen(user: "Person", edition: Edition, codes: Iterable[str]) -> list[Activity]:
    """Those of the codes that the person may put a letter into."""
    return list(activities_to_choose(user, edition, "").filter(code__in=list(codes)))
