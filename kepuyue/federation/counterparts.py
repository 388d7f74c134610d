"""What the classifications and districts of a source are here: looked up for a page of activities at once."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from kepuyue.editions.models import Term
from kepuyue.federation import likeness, wire
from kepuyue.federation.models import Counterpart, Source
from kepuyue.organizations.models import District

Key = tuple[str, str]
"Taxonomy and code there; the taxonomy of a district is empty"


@dataclass
class Dictionary:
    """The counterparts of one source, and ours to choose from."""

    source: Source
    known: dict[Key, Counterpart]
    terms: dict[Key, Term] = field(default_factory=dict)
    districts: list[District] = field(default_factory=list)

    @classmethod
    def of(cls, source: Source, told: Iterable[wire.Told]) -> "Dictionary":
        """With all that these activities speak of; what is new is kept as it is decided or proposed here."""
        rows = source.counterparts.select_related("term", "district")
        made = cls(source, {(one.taxonomy, one.code): one for one in rows})
        new = {key: name for key, name in _spoken_of(told) if key not in made.known}
        if new:
            made._learn(new)
        return made

    def terms_of(self, said: wire.Activity) -> tuple[list[int], list[list[str]]]:
        """The keys of our terms, and [taxonomy, name] of what has none."""
        found: dict[int, None] = {}
        waiting = []
        for taxonomy, term in wire.terms(said):
            one = self.known[taxonomy, term.code[:60]]
            if one.holds and one.term_id:
                found[one.term_id] = None
            elif one.state == Counterpart.State.WAITING:
                waiting.append([taxonomy, one.name])
        return list(found), waiting

    def district_of(self, said: wire.Activity) -> int | None:
        """Our district: its own one's counterpart, or else where the whole source lies."""
        if said.district and said.district.code:
            one = self.known[Counterpart.DISTRICT, said.district.code[:60]]
            if one.holds and one.district_id:
                return one.district_id
        return self.source.district_id

    def _learn(self, new: dict[Key, str]) -> None:
        ours = Term.objects.filter(taxonomy__edition=self.source.edition_id, is_retired=False)
        self.terms = {(one.taxonomy.code, one.code): one for one in ours.select_related("taxonomy")}
        self.districts = list(District.objects.all())
        rows = [self._first_sight(key, name) for key, name in new.items()]
        Counterpart.objects.bulk_create(rows, ignore_conflicts=True)
        # Another process may have met the same at the same time: its row is the one that counts
        wanted = Q(pk__in=[])
        for taxonomy in {taxonomy for taxonomy, _code in new}:
            codes = [code for here, code in new if here == taxonomy]
            wanted |= Q(taxonomy=taxonomy, code__in=codes)
        for one in self.source.counterparts.filter(wanted).select_related("term", "district"):
            self.known[one.taxonomy, one.code] = one

    def _first_sight(self, key: Key, name: str) -> Counterpart:
        taxonomy, code = key
        one = Counterpart(source=self.source, taxonomy=taxonomy, code=code, name=name[:120])
        if taxonomy == Counterpart.DISTRICT:
            same = next((here for here in self.districts if code in (here.code, here.adcode)), None)
            # Where the whole source lies in one district, those within it are none of ours
            one.district = same or (
                None if self.source.district_id else likeness.likest(name, self.districts)
            )
            if self.source.district_id and same is None:
                one.state = Counterpart.State.WITHIN
        else:
            same_term = self.terms.get(key)
            among = [term for (here, _code), term in self.terms.items() if here == taxonomy]
            one.term = same_term or likeness.likest(name, among)
            same = same_term  # type: ignore[assignment]  # only whether there is one counts below
        if same is not None:
            one.state = Counterpart.State.SAME
        return one


def look_again(source: Source) -> None:
    """The source lies in another district of ours: propose anew for its districts, unless somebody has decided."""
    made = Dictionary(source, {}, districts=list(District.objects.all()))
    undecided = source.counterparts.filter(
        taxonomy=Counterpart.DISTRICT, state__in=(Counterpart.State.WAITING, Counterpart.State.WITHIN)
    )
    rows = list(undecided)
    for one in rows:
        sight = made._first_sight((one.taxonomy, one.code), one.name)
        one.state, one.district = sight.state, sight.district
    Counterpart.objects.bulk_update(rows, ["state", "district"])


def _spoken_of(told: Iterable[wire.Told]) -> Iterable[tuple[Key, str]]:
    for one in told:
        for taxonomy, term in wire.terms(one.activity):
            yield (taxonomy, term.code[:60]), term.name or term.code
        district = one.activity.district
        if district and district.code:
            yield (Counterpart.DISTRICT, district.code[:60]), district.name or district.code
