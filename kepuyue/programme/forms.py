"""The filter that list, calendar, map, feeds and the interface share: words in an address become a query."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.activities.free_text import LANGUAGES
from kepuyue.activities.models import AccessItem, BookingMode, Mode
from kepuyue.core import wording
from kepuyue.core.geo import Point
from kepuyue.core.time import today
from kepuyue.editions.models import Edition, Taxonomy
from kepuyue.editions.queries import taxonomies
from kepuyue.federation.models import Place
from kepuyue.organizations.models import District
from kepuyue.programme.analysis import MAX_QUERY
from kepuyue.programme.asked import span
from kepuyue.programme.clusters import FURTHEST, NEAREST
from kepuyue.programme.entry import ANY, OLDEST
from kepuyue.programme.search import RADII, Query

DAYS = {
    "today": gettext_lazy("今天"),
    "tomorrow": gettext_lazy("明天"),
    "weekend": gettext_lazy("周末"),
    "week": gettext_lazy("七天内"),
}
SEASONS = {"month": gettext_lazy("科普月内"), "year": gettext_lazy("全年科普")}
# The zoom from which a city of this size is seen whole
USUAL = 10
# Everything that is said about accessibility, or one of its items
ACCESS = {ANY: gettext_lazy("有无障碍安排"), **{item.value: item.label for item in AccessItem}}
YES = {"1", "true", "on", "yes"}
CITIES = {"own": gettext_lazy("本市"), "linked": gettext_lazy("联动城市")}


@dataclass(frozen=True)
class Vocabulary:
    """What an edition's filters offer: taxonomies, districts, and what each word in an address stands for."""

    taxonomies: list[Taxonomy]
    districts: list[District]
    district_by_word: dict[str, District]
    terms_by_word: dict[str, dict[str, int]]
    taxonomy_of: dict[int, str]
    sources: dict[str, int]
    "Cities that activities were gathered from, by name; our own first, as 0"


def vocabulary(edition: Edition) -> Vocabulary:
    """Read in four queries. A district or term goes by its code, its Chinese or its English name."""
    found = [taxonomy for taxonomy in taxonomies(edition) if taxonomy.is_filter]
    districts = list(District.objects.all())
    by_word: dict[str, District] = {}
    for district in districts:
        short = district.name.removesuffix("特别合作区").removesuffix("新区").removesuffix("区")
        for word in (short, district.name_en, district.adcode, district.name, district.code):
            by_word[word.casefold()] = district
    terms: dict[str, dict[str, int]] = {}
    taxonomy_of: dict[int, str] = {}
    for taxonomy in found:
        words = terms.setdefault(taxonomy.code, {})
        for term in taxonomy.terms.all():
            taxonomy_of[term.pk] = taxonomy.code
            for word in (term.name_en, term.name, term.code):
                words[word.casefold()] = term.pk
    by_word.pop("", None)
    gathered = dict(Place.objects.filter(edition=edition).values_list("name", "pk"))
    sources = {edition.city: 0, **gathered} if gathered else {}
    return Vocabulary(found, districts, by_word, terms, taxonomy_of, sources)


class Lenient(forms.Field):
    """What cannot be understood is left out and kept in `refused` for a kind remark."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)
        self.refused: list[str] = []


class Words(Lenient):
    """Any number of known words."""

    widget = forms.SelectMultiple

    def __init__(self, known: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.known = known

    def clean(self, value: Any) -> list[Any]:
        found: dict[Any, None] = {}
        written = [value] if isinstance(value, str) else value or []
        for word in (word.strip() for text in written for word in str(text).split(",")):
            if word.casefold() in self.known:
                found[self.known[word.casefold()]] = None
            elif word:
                self.refused.append(word[:40])
        return list(found)


class PlaceField(Lenient):
    """Where somebody looks from: latitude and longitude (WGS-84 degrees), or the name of a district.

    Three decimals are 100 m: what is more exact is rounded, for nobody has to know where a person stands.
    """

    PAIR = re.compile(r"(-?\d{1,2}(?:\.\d{1,15})?),\s?(-?\d{1,3}(?:\.\d{1,15})?)", re.ASCII)

    def __init__(self, districts: Mapping[str, District], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.districts = districts

    def clean(self, value: Any) -> Point | None:
        text = str(value or "").strip()
        if found := self.PAIR.fullmatch(text):
            lat, lng = (round(float(number), 3) for number in found.groups())
            if abs(lat) <= 90 and abs(lng) <= 180:
                return Point(lng, lat)
        district = self.districts.get(text.casefold())
        if district and district.lng is not None and district.lat is not None:
            return Point(district.lng, district.lat)
        if text:
            self.refused.append(text[:40])
        return None


class FilterForm(forms.Form):
    """The filters of one edition. Wrong values are reported in `remarks` and otherwise ignored."""

    q = forms.Field(label=gettext_lazy("搜索"), required=False)
    when = forms.Field(label=gettext_lazy("日子"), required=False)
    date_from = forms.DateField(label=gettext_lazy("开始日期"), required=False, input_formats=["%Y-%m-%d"])
    date_to = forms.DateField(label=gettext_lazy("结束日期"), required=False, input_formats=["%Y-%m-%d"])
    free = forms.Field(label=gettext_lazy("免费"), required=False)
    seats = forms.Field(label=gettext_lazy("还有名额"), required=False)

    def __init__(self, data: Mapping[str, Any], *, vocabulary: Vocabulary) -> None:
        super().__init__(data if isinstance(data, MultiValueDict) else MultiValueDict(_lists(data)))
        self.vocabulary = vocabulary
        self.remarks: list[str] = []
        self.fields["district"] = Words(
            {word: district.pk for word, district in vocabulary.district_by_word.items()}, label=_("所属区")
        )
        for taxonomy in vocabulary.taxonomies:
            if taxonomy.code not in self.fields:
                words = vocabulary.terms_by_word[taxonomy.code]
                self.fields[taxonomy.code] = Words(words, label=str(taxonomy))
        self.fields["mode"] = Words({value: value for value in Mode.values}, label=_("参与方式"))
        bookings = {value: value for value in BookingMode.values if value != BookingMode.UNKNOWN}
        self.fields["booking"] = Words(bookings, label=_("预约方式"))
        self.fields["season"] = Words({value: value for value in SEASONS}, label=_("时段"))
        self.fields["city"] = Words({value: value for value in CITIES}, label=_("城市"))
        self.fields["source"] = Words(vocabulary.sources, label=_("来源城市"))
        self.fields["age"] = Words({str(age): age for age in range(OLDEST + 1)}, label=_("年龄"))
        self.fields["access"] = Words({value: value for value in ACCESS}, label=_("无障碍"))
        self.fields["language"] = Words(_by_word(LANGUAGES), label=_("活动语言"))
        self.fields["near"] = PlaceField(vocabulary.district_by_word, label=_("附近"))
        self.fields["within"] = Words({str(radius): radius for radius in RADII}, label=_("多远以内"))
        self.full_clean()
        self._remark()

    def clean_q(self) -> str:
        """What is beyond the longest useful query do not count."""
        text = str(self.cleaned_data["q"] or "").replace("\0", " ").strip()
        if len(text) > MAX_QUERY:
            self.remarks.append(_("搜索词太长，只用了前%(count)s个字。") % {"count": MAX_QUERY})
        return text[:MAX_QUERY].strip()

    def clean_when(self) -> str:
        text = str(self.cleaned_data["when"] or "")
        if text and text not in DAYS:
            self.remarks.append(_("不认识的日子“%(text)s”，已忽略。") % {"text": text[:20]})
        return text if text in DAYS else ""

    def clean_free(self) -> bool:
        return str(self.cleaned_data["free"]).lower() in YES

    def clean_seats(self) -> bool:
        return str(self.cleaned_data["seats"]).lower() in YES

    def query(self) -> Query:
        """What is asked for, from all that was understood."""
        got = self.cleaned_data
        first, last = got.get("date_from"), got.get("date_to")
        if first and last and first > last:
            first, last = last, first
        if got.get("when") and not (first or last):
            first, last = span(got["when"], today())
        city, season = got.get("city") or [], got.get("season") or []
        return Query(
            q=got.get("q", ""),
            first=first,
            last=last,
            districts=frozenset(got.get("district", ())),
            terms={
                one.code: frozenset(got.get(one.code, ()))
                for one in self.vocabulary.taxonomies
                if isinstance(self.fields.get(one.code), Words)
            },
            modes=frozenset(got.get("mode", ())),
            bookings=frozenset(got.get("booking", ())),
            free=bool(got.get("free")),
            city=city[0] if len(city) == 1 else "",
            season=season[0] if len(season) == 1 else "",
            sources=frozenset(got.get("source", ())),
            ages=frozenset(got.get("age", ())),
            seats=bool(got.get("seats")),
            access=frozenset(got.get("access", ())),
            languages=frozenset(got.get("language", ())),
            near=got.get("near"),
            within=max(got.get("within", ()), default=0) if got.get("near") else 0,
        )

    @property
    def refusals(self) -> dict[str, str]:
        """What could not be understood, by parameter, for a reader who wants to know exactly."""
        found = {
            name: _("没有“%(names)s”。") % {"names": wording.listed(field.refused[:5])}
            for name, field in self.fields.items()
            if isinstance(field, Lenient) and field.refused
        }
        if self._is_reversed():
            found["date_to"] = _("结束日期早于开始日期。")
        return found

    def _is_reversed(self) -> bool:
        first, last = self.cleaned_data.get("date_from"), self.cleaned_data.get("date_to")
        return bool(first and last and first > last)

    def _remark(self) -> None:
        for name, field in self.fields.items():
            if isinstance(field, Lenient) and field.refused:
                names = wording.listed(field.refused[:5])
                self.remarks.append(
                    _("“%(label)s”里没有“%(names)s”，已忽略。") % {"label": field.label, "names": names}
                )
            elif name in self.errors:
                text = str(self.data.get(name, ""))[:20]
                self.remarks.append(
                    _("看不懂%(label)s“%(text)s”，已忽略。日期请写成2024-09-14这样。")
                    % {"label": field.label, "text": text}
                )
        if self._is_reversed():
            self.remarks.append(_("开始日期晚于结束日期，已对调。"))


class WindowForm(forms.Form):
    """What a reader sees of the map. What cannot be read is the whole city, seen from afar."""

    zoom = forms.IntegerField(required=False, min_value=FURTHEST, max_value=NEAREST)
    bbox = forms.RegexField(
        r"^-?\d{1,3}(\.\d{1,15})?(,-?\d{1,3}(\.\d{1,15})?){3}$", required=False, strip=True, max_length=90
    )

    @property
    def zoom_asked(self) -> int:
        """Between the furthest and the nearest that are drawn."""
        self.is_valid()
        return int(self.cleaned_data.get("zoom") or USUAL)

    def holds(self, lng: float, lat: float) -> bool:
        """Whether a point lies in the window or close to it."""
        self.is_valid()
        text = self.cleaned_data.get("bbox")
        if not text:
            return True
        west, south, east, north = map(float, text.split(","))
        wide, high = (east - west) / 4, (north - south) / 4
        return west - wide <= lng <= east + wide and south - high <= lat <= north + high


def _by_word(labels: Mapping[str, Any]) -> dict[str, str]:
    """Each code by itself and by its name in the reader's language."""
    return {word.casefold(): code for code, label in labels.items() for word in (code, str(label))}


def _lists(data: Mapping[str, Any]) -> dict[str, list[str]]:
    return {
        name: [str(value) for value in values] if isinstance(values, list | tuple) else [str(values)]
        for name, values in data.items()
        if values is not None
    }
