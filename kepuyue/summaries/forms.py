"""What people type into a summary. Forms hand clean facts to the actions."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.summaries.actions.filing import Seen, Typed
from kepuyue.summaries.figures import BY_KEY, MOST, Kind
from kepuyue.summaries.models import Filing, Name, Photo, SummaryQuerySet
from kepuyue.summaries.queries import Line
from kepuyue.ui.forms import VersionedForm

WHY = "-why"
# What every summary says; the rest is folded away
FIRST = (Name.SESSIONS, Name.CALLED_OFF, Name.UNITS, Name.VISITS, Name.VIEWS)


@dataclass(frozen=True)
class Row:
    """One figure on the page: its field, what the system knows, where the reason goes."""

    line: Line
    field: forms.BoundField
    why: forms.BoundField | None

    @property
    def is_explained(self) -> bool:
        """Whether the place for the reason is shown open."""
        return self.why is not None and bool(self.why.value() or self.why.errors or self.field.errors)


class SummaryForm(VersionedForm):
    """The figures, pre-filled with what the system knows, and a few words."""

    words = forms.CharField(
        label=gettext_lazy("几句话"), max_length=1500, required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("做了什么、反响怎样、有什么经验，三五句即可；没有可不填。"),
    )  # fmt: skip

    def __init__(self, *args: Any, draft: Filing, lines: list[Line], version: int, **options: Any) -> None:
        options["initial"] = _initial(draft, lines) | {"version": version}
        super().__init__(*args, **options)
        self.lines = [line for line in lines if not line.kind.is_fixed and _is_offered(line)]
        for line in self.lines:
            self.fields[line.kind.key] = forms.IntegerField(
                label=line.kind.asked, required=False, min_value=0, max_value=MOST, help_text=line.kind.help,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip
            if line.measured is not None:
                self.fields[line.kind.key + WHY] = forms.CharField(
                    label=_("%(figure)s为什么不同") % {"figure": line.kind.label},
                    required=False,
                    max_length=200,
                )

    def typed(self) -> Typed:
        """What the action writes; call `is_valid` first."""
        cleaned = self.cleaned_data
        figures = {
            line.kind.key: (cleaned.get(line.kind.key), cleaned.get(line.kind.key + WHY, "")) for line in self.lines
        }  # fmt: skip
        return Typed(figures, cleaned["words"])

    def leave_to(self, present: "SummaryForm", before: Mapping[str, Any]) -> None:
        """Where somebody else changed what this person did not touch, show theirs: only what both changed differs.

        `before` is `queries.before` of the version that the person began with; call `is_valid` first.
        """
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        for key, old in before.items():
            name = key.replace(":reason", WHY)
            if name in self.fields and self.cleaned_data.get(name) in (old, old or None, old or ""):
                shown = present[name].value()
                data[name] = "" if shown is None else str(shown)
        self.data = data

    def take(self, problems: dict[str, list[str]]) -> None:
        """Show what the action said, each at its field."""
        for key, sentences in problems.items():
            why = key + WHY
            self.add_error(why if why in self.fields else key if key in self.fields else None, sentences)

    def first(self) -> list[Row]:
        """What every summary says."""
        return self._rows(line for line in self.lines if line.kind.name in FIRST)

    def rest(self) -> list[Row]:
        """What only some activities have."""
        return self._rows(line for line in self.lines if line.kind.name not in FIRST)

    @property
    def has_rest(self) -> bool:
        """Whether some of the rest was typed or is wrong."""
        return any(row.field.value() not in (None, "") or row.field.errors for row in self.rest())

    def _rows(self, lines: Iterable[Line]) -> list[Row]:
        return [
            Row(line, self[line.kind.key], self[line.kind.key + WHY] if line.kind.key + WHY in self.fields else None)
            for line in lines
        ]  # fmt: skip


def _is_offered(line: Line) -> bool:
    """What the system would know and does not is asked only where people can say it."""
    return line.value is not None or line.kind.key not in ("called_off-record", "visits-check_in")


def _initial(draft: Filing, lines: list[Line]) -> dict[str, Any]:
    values: dict[str, Any] = {"words": draft.words}
    for line in lines:
        values[line.kind.key] = line.value
        values[line.kind.key + WHY] = line.reason
    return values


class SeenField(forms.MultipleChoiceField):
    """Boxes of rows: "CODE:7" is the summary of that activity in the version 7 that the page showed."""

    def valid_value(self, value: str) -> bool:
        """Whether it is written like that; whose summary it is the form says."""
        _code, _colon, version = value.partition(":")
        return version.isdecimal() and len(version) < 10


class ManyForm(forms.Form):
    """Which summaries are meant, each in the version that the person saw."""

    code = SeenField(required=False)

    def __init__(self, *args: Any, rows: SummaryQuerySet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.rows = rows

    def clean_code(self) -> list[Seen]:
        """At least one, and all of them of `rows`."""
        versions = {
            code: int(version) for code, _colon, version in (it.partition(":") for it in self.cleaned_data["code"])
        }  # fmt: skip
        if not versions:
            raise forms.ValidationError(_("请至少选一项。"))
        found = list(self.rows.filter(activity__code__in=versions).order_by("activity__title", "pk"))
        if len(found) < len(versions):
            raise forms.ValidationError(_("有的总结已经不在这里，请刷新页面。"))
        return [(one, versions[one.activity.code]) for one in found]

    def why_not(self) -> str:
        """The first thing that is wrong, in a sentence."""
        return str(next(iter(self.errors.values()))[0])


class ReturnManyForm(ManyForm):
    """Why several summaries are given back at once."""

    note = forms.CharField(
        label=gettext_lazy("给每个单位的意见"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("每份总结的单位都会收到这段话。只和某个数字有关的，请点开那一份单独退回。"),
    )  # fmt: skip


def field_label(key: str) -> str:
    """What a remark is pinned to, as people read it."""
    kind: Kind | None = BY_KEY.get(key)
    if kind is not None:
        return kind.label
    return {"words": _("几句话"), "photo": _("照片")}.get(key, _("整份总结"))


class ReturnForm(VersionedForm):
    """Why a summary is given back: in general, and at each figure that is on the page."""

    note = forms.CharField(
        label=gettext_lazy("总的意见"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, lines: Iterable[Line], more: Iterable[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.more = list(more)
        self.places = [line.kind.key for line in lines if line.value is not None] + self.more
        for place in self.places:
            self.fields[place] = forms.CharField(label=field_label(place), max_length=300, required=False)

    def rest(self) -> list[forms.BoundField]:
        """The places that are no figures: the words, the photos."""
        return [self[place] for place in self.more]

    def remarks(self) -> dict[str, str]:
        """What was said at the figures; call `is_valid` first."""
        return {place: self.cleaned_data[place] for place in self.places if self.cleaned_data[place]}


class BranchFilter(forms.Form):
    """Which summaries of the branch are wanted; what is not understood limits nothing."""

    WAYS = (
        ("", gettext_lazy("全部")),
        ("waiting", gettext_lazy("等我采纳")),
        ("missing", gettext_lazy("没有报送")),
        ("accepted", gettext_lazy("已采纳")),
    )
    show = forms.ChoiceField(label=gettext_lazy("显示"), choices=WAYS, required=False)
    q = forms.CharField(label=gettext_lazy("单位或活动"), max_length=60, required=False)

    def limited(self, rows: Any) -> Any:
        """The rows that are asked for."""
        self.is_valid()
        show, word = self.cleaned_data.get("show"), self.cleaned_data.get("q")
        if show == "waiting":
            rows = rows.waiting()
        elif show == "missing":
            rows = rows.due()
        elif show == "accepted":
            rows = rows.accepted()
        if word:
            by_unit = Q(activity__organization__name__icontains=word)
            rows = rows.filter(by_unit | Q(activity__title__icontains=word))
        return rows


class PhotoForm(forms.ModelForm):
    """Whose a photo is and who can be recognized in it; with the file where it is new."""

    rights = forms.ChoiceField(
        label=gettext_lazy("谁拍的"), choices=Photo.Rights.choices, widget=forms.RadioSelect
    )
    people = forms.ChoiceField(
        label=gettext_lazy("画面中的人"), choices=Photo.People.choices, widget=forms.RadioSelect
    )

    class Meta:
        model = Photo
        fields = ("caption", "rights", "rights_note", "people", "guardians_agreed")
        help_texts = {
            "caption": gettext_lazy("谁在做什么，读给看不见照片的人听。不写孩子的姓名。"),
            "rights_note": gettext_lazy("别人拍的要写：拍摄人，怎样同意的。不公开。"),
            "guardians_agreed": gettext_lazy("没有监护人同意的，只给上级看，不公开，也不给媒体。"),
        }

    def __init__(self, *args: Any, is_new: bool, **options: Any) -> None:
        super().__init__(*args, **options)
        if is_new:
            upload = forms.FileField(
                label=_("照片"), widget=forms.ClearableFileInput(attrs={"accept": "image/*,.heic"})
            )
            self.fields = {"file": upload, **self.fields}

    def facts(self) -> dict[str, Any]:
        """What the action writes; call `is_valid` first."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}
