"""Keeping the search index true to what the public may see. Safe to run again at any time."""

from collections.abc import Callable, Iterable
from itertools import islice

from django.db import transaction

from kepuyue.activities.models import Activity
from kepuyue.editions.models import Edition
from kepuyue.programme import analysis
from kepuyue.programme.actions import following, noting
from kepuyue.programme.engines import Document, engine
from kepuyue.programme.models import IndexedActivity, IndexedWord
from kepuyue.programme.permissions import approved

BATCH = 200
READ = ("participations", "terms", "sessions__venue", "speakers")


@transaction.atomic
def refresh(activity: Activity) -> None:
    """Index one activity as it is now, or forget it where the public may not see it."""
    found = approved().filter(pk=activity.pk).select_related("district", "edition").prefetch_related(*READ)
    if found:
        _write(list(found))
    else:
        forget([activity.pk])


@transaction.atomic
def refresh_many(keys: Iterable[int]) -> None:
    """Index public activities as they are now."""
    found = approved().filter(pk__in=list(keys)).select_related("district", "edition")
    _write(list(found.prefetch_related(*READ)))


@transaction.atomic
def forget(activities: Iterable[int]) -> None:
    """Take activities out of the index."""
    activities = list(activities)
    engine().remove(activities)
    IndexedActivity.objects.filter(pk__in=activities).delete()


def rebuild(edition: Edition, progress: Callable[[int], object] = lambda done: None) -> int:
    """Index all public activities of an edition anew; returns how many there are."""
    wanted = approved().filter(edition=edition).order_by("pk")
    IndexedWord.objects.filter(edition=edition).delete()
    keys = iter(list(wanted.values_list("pk", flat=True)))
    total = 0
    while batch := list(islice(keys, BATCH)):
        with transaction.atomic():
            _write(
                list(
                    wanted.filter(pk__in=batch).select_related("district", "edition").prefetch_related(*READ)
                )
            )
        total += len(batch)
        progress(len(batch))
    stale = IndexedActivity.objects.filter(edition=edition).exclude(pk__in=wanted.values("pk"))
    forget(stale.values_list("pk", flat=True))
    engine().settle()
    noting.all_changed(edition)
    return total


def _write(activities: list[Activity]) -> None:
    following.note_new(activities)
    documents, entries = [], []
    for activity in activities:
        texts = {name: analysis.normalize(text) for name, text in _texts(activity).items()}
        heard = {name: analysis.sound(texts[name]) for name in ("title", "units", "places")}
        terms = {name: analysis.terms(text) for name, text in texts.items()}
        for name, sound in heard.items():
            terms[name] += sound.terms
        documents.append(Document(activity.pk, terms))
        entries.append(
            IndexedActivity(
                activity=activity,
                edition_id=activity.edition_id,
                words="\n".join(text[: analysis.MAX_DOCUMENT] for text in texts.values()),
                syllables="/".join(sound.syllables for sound in heard.values()),
                initials="/".join(sound.initials for sound in heard.values()),
            )
        )
    IndexedActivity.objects.bulk_create(
        entries,
        update_conflicts=True,
        unique_fields=["activity"],
        update_fields=["edition", "words", "syllables", "initials"],
    )
    engine().write(documents)
    words = {(entry.edition_id, word) for entry in entries for word in analysis.latin_words(entry.words)}
    IndexedWord.objects.bulk_create(
        [IndexedWord(edition_id=edition, word=word) for edition, word in sorted(words)], ignore_conflicts=True
    )


def _texts(activity: Activity) -> dict[str, str]:
    """What an activity is found by, by field. Only what its public page shows."""
    sessions = activity.sessions.all()
    venues = {session.venue for session in sessions if session.venue}
    district = [activity.district.name, activity.district.name_en] if activity.district else []
    places = [activity.city or activity.edition.city, *district]
    for venue in sorted(venues, key=lambda venue: venue.pk):
        places += [venue.name, venue.name_en, venue.address]
    places += [session.place for session in sessions]
    terms = [word for term in activity.terms.all() for word in (term.name, term.name_en)]
    speakers = [word for speaker in activity.speakers.all() for word in (speaker.name, speaker.introduction)]
    text = [
        activity.summary, activity.audience_note, activity.description, *speakers, *terms,
        activity.dates_as_written, activity.languages,
    ]  # fmt: skip
    return {
        "title": _joined([activity.title, activity.title_en]),
        "units": _joined([unit.name for unit in activity.participations.all()]),
        "places": _joined(places),
        "text": _joined(text),
    }


def _joined(parts: Iterable[str]) -> str:
    """The parts apart from each other, so that no term crosses from one into the next; each once."""
    return " / ".join(dict.fromkeys(part for part in parts if part))
