"""The city's summary as an official document: time and memory, beside python-docx writing as much text.

`python -m bench.documents [UNITS ACTIVITIES PHOTOS [OUT.docx]]` on a throwaway database; the figures as JSON.
The units lie under the districts and departments of the edition; each activity has an accepted summary with eight
figures, photos point to the same few files. Building and setting run in a process of their own, which alone is
weighed: what `begin`, the worker and `issue` do. The baseline is a process that writes the same characters in as many
paragraphs by python-docx.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.site import ROOT

UNITS, ACTIVITIES, PHOTOS = 1000, 5000, 20_000
WORDS = "活动现场气氛热烈，孩子们动手做实验，工程师耐心讲解。" * 4
FIGURES = (
    "sessions-record", "units-record", "visits-check_in", "visits-count", "visits-estimate", "views-views",
    "volunteers-count", "materials-count",
)  # fmt: skip


def measure(
    environment: dict[str, str],
    units: int = UNITS,
    activities: int = ACTIVITIES,
    photos: int = PHOTOS,
    out: str = "",
) -> dict[str, object]:
    """Seconds, peak memory and the ratio to the baseline."""
    with tempfile.TemporaryDirectory(prefix="kepuyue-bench-") as folder:
        own = {
            name: value for name, value in environment.items() if name not in ("DATABASE_URL", "KEPUYUE_DEMO")
        }
        own["DATA_DIR"] = folder
        _run(own, "load")
        _run(own, "fill", str(units), str(activities), str(photos))
        made = _run(own, "make", out or str(Path(folder) / "summary.docx"))
        plain = _run(own, "plain", str(made["characters"]), str(made["paragraphs"]))
    return {
        "units": units, "activities": activities, "photos": photos, **made,
        "baseline": "python-docx writing the same characters in as many paragraphs",
        "baseline_seconds": plain["seconds"],
        "ratio": round(float(str(made["seconds"])) / max(float(str(plain["seconds"])), 0.001), 2),
        "baseline_peak_mb": plain["peak_mb"],
    }  # fmt: skip


def as_text(found: dict[str, object]) -> str:
    """One paragraph for the whole."""
    return (
        f"City summary of {found['units']} units, {found['activities']} activities, {found['photos']} photos:"
        f" {found['seconds']} s (content {found['build_seconds']} s, Word file {found['word_seconds']} s),"
        f" {found['ratio']} times python-docx writing the same text ({found['baseline_seconds']} s);"
        f" peak {found['peak_mb']} MB (python-docx {found['baseline_peak_mb']} MB), file {found['file_mb']} MB,"
        f" told how far it is {found['told']} times"
    )


def _run(environment: dict[str, str], *words: str) -> dict[str, object]:
    answer = subprocess.run(
        [sys.executable, "-m", "bench.documents", *words],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if answer.returncode != 0:
        raise RuntimeError(answer.stderr[-3000:])
    found: dict[str, object] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _load() -> dict[str, object]:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("edition", "load", "editions/shenzhen-2024", stdout=sys.stderr)
    return {}


def _fill(units: int, activities: int, photos: int) -> dict[str, object]:
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage
    from django.utils import timezone

    from kepuyue.activities.models import Activity
    from kepuyue.editions.models import Edition, Term
    from kepuyue.organizations.models import Organization
    from kepuyue.summaries.models import Figure, Filing, Photo, Summary

    edition = Edition.objects.get()
    tops = list(Organization.objects.filter(parent=edition.office).order_by("path"))
    held = [
        Organization.objects.create(name=f"第{number}科普单位", parent=tops[number % len(tops)])
        for number in range(units)
    ]
    at = timezone.now()
    rows = Activity.objects.bulk_create(
        Activity(
            edition=edition, organization=held[number % units], title=f"科学实验和星空观测开放日第{number}场",
            state="published", published_at=at, is_key=not number % 20, code=f"B{number:07d}",
        )
        for number in range(activities)
    )  # fmt: skip
    terms = list(Term.objects.filter(taxonomy__code="tier"))
    Activity.terms.through.objects.bulk_create(
        Activity.terms.through(activity=row, term=terms[number % len(terms)])
        for number, row in enumerate(rows)
    )
    summaries = Summary.objects.bulk_create(Summary(activity=row, state="accepted") for row in rows)
    filings = Filing.objects.bulk_create(
        Filing(summary=one, words=WORDS, filed_at=at, decision="accepted", decided_at=at)
        for one in summaries
    )  # fmt: skip
    Figure.objects.bulk_create(
        (
            Figure(filing=one, name=key.partition("-")[0], method=key.partition("-")[2], value=number % 300 + place + 1,
                   origin="typed")
            for number, one in enumerate(filings)
            for place, key in enumerate(FIGURES)
        ),
        batch_size=2000,
    )  # fmt: skip
    names = [default_storage.save(f"bench/{place}.jpg", ContentFile(_photo(place))) for place in range(8)]
    Photo.objects.bulk_create(
        (
            Photo(summary=summaries[number % activities], file=names[number % len(names)], width=2000, height=1333,
                  caption="孩子们在做实验", rights="own", people="nobody", described_at=at,
                  likeness_key=f"{number * 2654435761 % 2**64:016x}")
            for number in range(photos)
        ),
        batch_size=2000,
    )  # fmt: skip
    return {}


def _photo(number: int) -> bytes:
    """A large picture as a camera's: full of detail, so that it weighs what one weighs."""
    from io import BytesIO

    from PIL import Image

    noise = Image.effect_noise((500, 333), 60 + number).resize((2000, 1333))
    written = BytesIO()
    Image.merge("RGB", (noise, noise.transpose(Image.Transpose.FLIP_LEFT_RIGHT), noise)).save(
        written, "JPEG", quality=90
    )
    return written.getvalue()


def _make(out: Path) -> dict[str, object]:
    from kepuyue.accounts.models import User
    from kepuyue.documents import storing, word
    from kepuyue.documents.actions import drafting
    from kepuyue.documents.models import IssuingOrgan, OfficialDocument
    from kepuyue.editions.models import Edition
    from kepuyue.organizations.models import Membership, Role

    office = Edition.objects.get().office
    user = User.objects.create(email="bench@example.org", name="测")
    Membership.objects.create(user=user, organization=office, role=Role.OFFICE)
    organ = IssuingOrgan.objects.create(
        organization=office, code="深科联办", name="深圳市科普工作联席会议办公室",
        mark="深圳市科普工作联席会议办公室文件", on_behalf="深圳市科学技术协会", printed_by="深圳市科学技术协会办公室",
    )  # fmt: skip
    told: list[float] = []
    kept = drafting._Telling.__call__
    drafting._Telling.__call__ = lambda self, share: (told.append(share), kept(self, share))[-1]
    begun = time.perf_counter()
    draft = drafting.begin(
        "city-summary", organ, by=user, facts={"pictures": 12, "with_list": True}, in_background=True
    )
    drafting.build(draft, by=user)
    built = time.perf_counter()
    document = OfficialDocument.objects.get(pk=draft.pk)
    if document.state != "draft":
        raise RuntimeError(document.trouble)
    data = word.render(storing.from_json(document.content))
    done = time.perf_counter()
    out.write_bytes(data)
    characters, paragraphs = _amount(document.content)
    return {
        "seconds": round(done - begun, 2), "build_seconds": round(built - begun, 2),
        "word_seconds": round(done - built, 2), "peak_mb": _peak(),
        "file_mb": round(len(data) / 1e6, 2), "characters": characters, "paragraphs": paragraphs,
        "told": len(told),
    }  # fmt: skip


def _amount(content: object) -> tuple[int, int]:
    """How many characters, in how many texts."""
    if isinstance(content, str):
        return len(content), 1
    parts = content.values() if isinstance(content, dict) else content if isinstance(content, list) else ()
    counts = [_amount(one) for one in parts]
    return sum(one for one, _count in counts), sum(count for _one, count in counts)


def _plain(characters: int, paragraphs: int) -> dict[str, object]:
    from io import BytesIO

    import docx

    begun = time.perf_counter()
    text = "科" * max(characters // paragraphs, 1)
    document = docx.Document()
    for _number in range(paragraphs):
        document.add_paragraph(text)
    document.save(BytesIO())
    return {"seconds": round(time.perf_counter() - begun, 2), "peak_mb": _peak()}


def _peak() -> float:
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def main(words: list[str]) -> None:
    if words and words[0] in ("load", "fill", "make", "plain"):
        if words[0] != "plain":
            import django

            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kepuyue.settings")
            django.setup()
        steps = {
            "load": lambda: _load(),
            "fill": lambda: _fill(*map(int, words[1:])),
            "make": lambda: _make(Path(words[1])),
            "plain": lambda: _plain(*map(int, words[1:])),
        }
        print(json.dumps(steps[words[0]]()))
        return
    numbers, out = (
        [int(one) for one in words[:3]] or [UNITS, ACTIVITIES, PHOTOS],
        words[3] if len(words) > 3 else "",
    )
    print(json.dumps(measure(dict(os.environ), *numbers, out), ensure_ascii=False, indent=2))


if __name__ == "__main__":
    main(sys.argv[1:])
