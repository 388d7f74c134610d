"""Next year's edition from this year's, in the database: looked at first, then made, and current only later."""

from calendar import isleap
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.editions import numerals, signals
from kepuyue.editions.actions import main_venue
from kepuyue.editions.actions.copying import renamed
from kepuyue.editions.actions.editing import locked, touch
from kepuyue.editions.models import CityMap, Edition, KeyDate, Mark, Paper, Synonym, Taxonomy, Term

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

SAME_DAY, SAME_WEEKDAY = "day", "weekday"


@dataclass(frozen=True)
class Draft:
    """What next year's edition would be; nothing of it is written yet."""

    source: Edition
    year: int
    code: str
    name: str
    name_en: str
    ordinals: list[dict[str, Any]]
    starts_on: date
    ends_on: date
    key_dates: list[tuple[KeyDate, date]]
    taxonomies: int
    terms: int
    marks: int
    synonyms: int
    notice: Paper | None

    @property
    def ordinal(self) -> str:
        return numerals.held(self.ordinals)[0]


def draft(source: Edition, year: int, *, align: str = SAME_DAY) -> Draft:
    """Look at what `begin` would make.

    The period keeps its days of the month, as the notice fixes it by date (1 to 30 September). The key dates
    keep theirs too, or, with `align` "weekday", move to the nearest same weekday: a deadline on a Friday stays
    on a Friday. Raises ValidationError where that year's edition exists or the year is no later one.
    """
    if not source.year < year <= source.year + 20:
        raise ValidationError({"year": _("请填写晚于%(year)s年的年份。") % {"year": source.year}})
    code = renamed(source.code, source.year, year, suffix="-")
    if Edition.objects.filter(code=code).exists():
        raise ValidationError({"year": _("%(year)s年的一届已经有了。") % {"year": year}})
    step = year - source.year
    return Draft(
        source=source,
        year=year,
        code=code,
        name=renamed(source.name, source.year, year, suffix=" "),
        name_en=renamed(source.name_en, source.year, year, suffix=" "),
        ordinals=[one | {"number": one["number"] + step} for one in source.ordinals],
        starts_on=_shifted(source.starts_on, step),
        ends_on=_shifted(source.ends_on, step),
        key_dates=[
            (entry, _like(entry.day, _shifted(entry.day, step), align)) for entry in source.key_dates.all()
        ],
        taxonomies=source.taxonomies.count(),
        terms=Term.objects.filter(taxonomy__edition=source, is_retired=False).count(),
        marks=source.marks.count(),
        synonyms=source.synonyms.count(),
        notice=source.papers.filter(template_of="").first(),
    )


@transaction.atomic
def begin(source: Edition, year: int, *, by: "User", align: str = SAME_DAY) -> Edition:
    """Make it. Taken over: names and ordinals counted on, dates, terms in use, marks, rules, synonyms, templates, map,
    and the main venue without its exhibitors.

    Left out: theme, clauses of the dates, holidays, extensions, sub-themes, plans, papers; the notice stands as a
    draft to be written anew. It is not current and nobody sees it before the office says so (`switch`).
    """
    source = locked(source, by)
    plan = draft(source, year, align=align)
    policy = {key: value for key, value in source.policy.items() if key != "calendar"}
    ordinal, ordinal_en = numerals.held(plan.ordinals)
    edition = Edition.objects.create(
        code=plan.code, year=year, name=plan.name, name_en=plan.name_en, starts_on=plan.starts_on,
        ends_on=plan.ends_on, ordinals=plan.ordinals, ordinal=ordinal, ordinal_en=ordinal_en, policy=policy,
        is_current=False, loaded_at=now(), **{name: getattr(source, name) for name in SAME},
    )  # fmt: skip
    KeyDate.objects.bulk_create(
        KeyDate(edition=edition, kind=entry.kind, day=day) for entry, day in plan.key_dates
    )
    for taxonomy in source.taxonomies.prefetch_related("terms"):
        _copy_taxonomy(taxonomy, edition)
    for mark in source.marks.all():
        _copy_mark(mark, edition)
    Synonym.objects.bulk_create(
        Synonym(edition=edition, words=group.words) for group in source.synonyms.all()
    )
    for paper in source.papers.exclude(template_of=""):
        paper.pk, paper.edition = None, edition
        paper.save()
    if city_map := CityMap.objects.filter(edition=source).first():
        city_map.pk, city_map.edition = None, edition
        city_map.save()
    if plan.notice:
        Paper.objects.create(
            edition=edition, code=plan.notice.code, issuer=plan.notice.issuer, is_published=False,
            title=renamed(plan.notice.title, source.year, year, suffix=" "), body=plan.notice.body,
        )  # fmt: skip
    main_venue.renew(source, edition)
    audit.record("edition.renew", edition, by=by, changes={"from": [None, source.code]})
    return edition


@transaction.atomic
def switch(edition: Edition, *, by: "User") -> None:
    """Make the edition the current one; the other stays readable under its own address."""
    # All of them and in one order, so that of two switches at once the second finds what the first has done
    list(Edition.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    edition = locked(edition, by)
    if edition.is_current:
        return
    if edition.is_archive:
        raise ValidationError(_("存档不能设为本届。"))
    for other in Edition.objects.filter(is_current=True):
        other.is_current = False
        other.save(update_fields=["is_current"])
        touch(other)
        audit.record("edition.leave", other, by=by)
    edition.is_current = edition.was_current = True
    edition.save(update_fields=["is_current", "was_current"])
    touch(edition)
    audit.record("edition.switch", edition, by=by)
    signals.edition_switched.send(Edition, edition=edition)


SAME = (
    "city", "city_en", "time_zone", "office_name", "office_name_en", "contact_email", "contact_phone", "office",
)  # fmt: skip


def _copy_taxonomy(taxonomy: Taxonomy, edition: Edition) -> None:
    terms = [term for term in taxonomy.terms.all() if not term.is_retired]
    same = ("code", "name", "name_en", "help", "multiple", "required", "is_filter", "position")
    copy = Taxonomy.objects.create(edition=edition, **{name: getattr(taxonomy, name) for name in same})
    copies = {
        term.pk: Term.objects.create(
            taxonomy=copy, code=term.code, name=term.name, name_en=term.name_en, synonyms=term.synonyms,
            position=place,
        )
        for place, term in enumerate(terms)
    }  # fmt: skip
    for term in terms:
        if term.parent_id in copies:
            copies[term.pk].parent = copies[term.parent_id]
            copies[term.pk].save(update_fields=["parent"])


def _copy_mark(mark: Mark, edition: Edition) -> None:
    same = ("code", "name", "name_en", "rules", "rules_en", "position")
    copy = Mark.objects.create(edition=edition, **{name: getattr(mark, name) for name in same})
    if mark.picture:
        with mark.picture.open("rb") as file:
            copy.picture.save("mark.png", ContentFile(file.read()))


def _shifted(day: date, years: int) -> date:
    year = day.year + years
    if (day.month, day.day) == (2, 29) and not isleap(year):
        day = day.replace(day=28)
    return day.replace(year=year)


def _like(old: date, new: date, align: str) -> date:
    """The new day, or the nearest one with the old day's weekday."""
    if align != SAME_WEEKDAY:
        return new
    ahead = (old.weekday() - new.weekday()) % 7
    return new + timedelta(days=ahead if ahead <= 3 else ahead - 7)
