"""The registration form in steps. Each step turns typed text into content (see `content`) and saves nothing.

Imports and revisions pass through the same forms, so that a rule about input stands in one place.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.forms.models import fields_for_model
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from kepuyue.activities import safety
from kepuyue.activities.content import LISTS, Content, iso_utc
from kepuyue.activities.forms import grid
from kepuyue.activities.models import Activity, Exemption, UnitRole, Venue
from kepuyue.editions.models import Edition, Taxonomy
from kepuyue.organizations.models import District

STEPS: dict[str, Any] = {
    "basics": _("基本信息"),
    "units": _("参与单位"),
    "classification": _("分类"),
    "sessions": _("时间地点"),
    "audience": _("人群和预约"),
    "responsibility": _("内容和安全"),
    "contact": _("联系方式"),
}

PLAIN_FIELDS = {
    "basics": ("title", "title_en", "summary", "description", "mode", "is_year_round"),
    "audience": (
        "audience_note", "age_min", "age_max", "languages", "accessibility", "admission", "admission_note",
        "booking_mode", "booking_url", "booking_note",
    ),
    "responsibility": (
        "content_lead", "expected_crowd", "emergency_contact", "safety_plan", "licence", "licence_exempt",
        "licence_exempt_note",
    ),
    "contact": ("contact_name", "contact_phone", "public_phone"),
}  # fmt: skip

HELP = {
    "title": _("公众看到的名称，不超过120字。"),
    "summary": _("一两句话说清楚做什么、有什么好玩的，会显示在列表里。"),
    "description": _("可以分段写。内容、流程、注意事项都写在这里。"),
    "is_year_round": _("贯穿全年、没有固定场次的活动可以勾选。"),
    "audience_note": _("例如：亲子家庭、社区居民。"),
    "accessibility": _("例如：有无障碍通道、可带导盲犬、有手语翻译。"),
    "booking_note": _("例如：9月10日10时开放，名额仅限本人。"),
    "content_lead": _("对讲解、展板和材料内容负责、提交前签审的人。"),
    "expected_crowd": _("按人数最多的一场填写。达到1000人须先办理安全许可。"),
    "emergency_contact": _("只给审核人看，不对公众显示。"),
    "safety_plan": _("写清楚人员分工、疏散路线、急救和天气应对即可。"),
    "licence": _("预计单场1000人以上填写；可以先提交，取得文号后再填。"),
    "licence_exempt": _("一般都须办理许可。只有下面几种情形不用，安全预案仍按九项填写；审核人要逐项核对。"),
    "licence_exempt_note": _(
        "写明事实：举办机关和批准文件；场所和它的日常业务；参加的是哪些人；或者公安机关名称、答复日期和文号。"
    ),
    "contact_phone": _("只给审核人看，不对公众显示。"),
    "public_phone": _("公众可以拨打的咨询电话。"),
}


class PlainForm(forms.Form):
    """A step that only holds plain fields of the activity."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("age_min"), cleaned.get("age_max")
        if low is not None and high is not None and low > high:
            self.add_error("age_max", _("最大年龄小于最小年龄。"))
        return cleaned


def plain_form(step: str) -> type[PlainForm]:
    """The form class of a plain step, its fields taken from the model."""
    fields = fields_for_model(
        Activity,
        fields=PLAIN_FIELDS[step],
        widgets={
            "description": forms.Textarea(attrs={"rows": 8}),
            "safety_plan": forms.Textarea(attrs={"rows": 4}),
            "mode": forms.RadioSelect,
            "admission": forms.RadioSelect,
            "booking_mode": forms.RadioSelect,
            "licence_exempt": forms.RadioSelect,
            "licence_exempt_note": forms.Textarea(attrs={"rows": 2}),
            "booking_url": forms.URLInput(attrs={"placeholder": "https://"}),
        },
        help_texts={name: str(HELP.get(name, "")) for name in PLAIN_FIELDS[step]},
        field_classes={"booking_url": WebAddressField},
    )
    for name, field in fields.items():
        field.required = name in {"title", "mode", "admission", "booking_mode"}
        if name == "booking_mode":
            field.label = _("预约方式")
        if name == "licence_exempt":
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("都不是，要办理许可")), *Exemption.choices]
    return type(f"{step.title()}Form", (PlainForm,), dict(fields))


class ResponsibilityForm(forms.Form):
    """Who answers for content and safety. It shows only what the expected crowd asks for (`Crowd.bands`).

    What is typed for a larger crowd is kept when the crowd is corrected downwards: it is left out, not emptied.
    """

    SAFETY, PAPER = "safety_item_", "licence_papers"
    LICENCE = ("licence", "licence_exempt", "licence_exempt_note")

    def __init__(self, *args: Any, edition: Edition, content: Content, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = content
        self.fields.update(plain_form("responsibility")().fields)
        crowd = self._crowd()
        crowded = content | {"expected_crowd": crowd}
        for code in safety.items_asked(crowded, edition):
            self.fields[f"{self.SAFETY}{code}"] = forms.CharField(
                label=safety.ITEMS[code],
                max_length=500,
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        if edition.rules.crowd.needs_licence(crowd):
            self.fields[self.PAPER] = forms.MultipleChoiceField(
                label=_("许可申请材料（已备齐的打勾）"),
                choices=list(safety.PAPERS.items()),
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        else:
            for name in self.LICENCE:
                del self.fields[name]
        for code, text in (content.get("safety_items") or {}).items():
            self.initial[f"{self.SAFETY}{code}"] = text

    def _crowd(self) -> int | None:
        """What was just typed, where it is a number, else what is known."""
        typed = str(self.data.get("expected_crowd", "")).strip() if self.is_bound else None
        if typed is not None:
            return int(typed) if typed.isdecimal() and len(typed) < 8 else None
        known: int | None = self.content.get("expected_crowd")
        return known

    def taken(self) -> Content:
        """What is valid, as content: the items of the safety plan gathered into one value."""
        taken = dict(self.cleaned_data)
        # A field that the page did not show yet, because the crowd was typed with it, is not emptied
        for name in (*self.LICENCE, self.PAPER):
            if name in taken and not taken[name] and name not in self.data:
                shown = name == self.PAPER and f"{self.SAFETY}programme" in self.data
                if not shown:
                    del taken[name]
        items = dict(self.content.get("safety_items") or {})
        for name in [name for name in taken if name.startswith(self.SAFETY)]:
            text = taken.pop(name)
            if name in self.data:
                items[name.removeprefix(self.SAFETY)] = text.strip()
        taken["safety_items"] = {code: text for code, text in items.items() if text}
        if self.PAPER in taken:
            taken[self.PAPER] = sorted(taken[self.PAPER])
        return taken


class WebAddressField(forms.URLField):
    """A link that browsers may open: http or https only; without a scheme, https is meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(assume_scheme="https", **options)
        self.validators = [v for v in self.validators if not hasattr(v, "schemes")]
        self.validators.append(URLValidator(schemes=["http", "https"]))


class ClassificationForm(forms.Form):
    """Every taxonomy of the edition as one field, and the marks in use."""

    def __init__(
        self, *args: Any, edition: Edition, taxonomies: list[Taxonomy] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        known = taxonomies if taxonomies is not None else list(edition.taxonomies.prefetch_related("terms"))
        for taxonomy in known:
            chosen = self.initial.get(f"terms_{taxonomy.code}") or ()
            # A retired term is offered only where it stands already
            choices = [
                (term.code, str(term))
                for term in taxonomy.terms.all()
                if not term.is_retired or term.code in ([chosen] if isinstance(chosen, str) else chosen)
            ]
            field: forms.ChoiceField | forms.MultipleChoiceField
            if taxonomy.multiple:
                field = forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple)
            else:
                field = forms.ChoiceField(choices=choices, widget=forms.RadioSelect)
            field.label, field.help_text, field.required = str(taxonomy), taxonomy.help, False
            self.fields[f"terms_{taxonomy.code}"] = field
        marks = [(mark.code, str(mark)) for mark in edition.marks.all()]
        if marks:
            self.fields["marks"] = forms.MultipleChoiceField(
                choices=marks, label=_("使用标识"), required=False, widget=forms.CheckboxSelectMultiple
            )


class RowForm(forms.Form):
    """One row of several. It is empty when nothing was typed in it, whatever a browser sends preselected."""

    PRESELECTED = frozenset({"id", "role", "is_cancelled", "DELETE"})

    def has_changed(self) -> bool:
        return bool(set(self.changed_data) - self.PRESELECTED)


class ParticipationForm(RowForm):
    role = forms.ChoiceField(label=_("角色"), choices=UnitRole)
    name = forms.CharField(
        label=_("单位名称"),
        max_length=120,
        widget=forms.TextInput(
            attrs={"data-suggest": reverse_lazy("activities:known-units"), "class": "grow"}
        ),
    )


class SpeakerForm(RowForm):
    name = forms.CharField(label=_("姓名"), max_length=60)
    introduction = forms.CharField(label=_("单位和职务"), max_length=120, required=False)
    is_overseas = forms.BooleanField(label=_("境外（含港澳台）"), required=False)


class SessionForm(RowForm):
    """One session as people type it: days and clock times in the edition's zone."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    is_cancelled = forms.BooleanField(required=False, widget=forms.HiddenInput)
    starts_on = forms.DateField(
        label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    is_all_day = forms.BooleanField(label=_("全天"), required=False)
    starts_at = forms.TimeField(
        label=_("开始"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_at = forms.TimeField(
        label=_("结束"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    ends_on = forms.DateField(
        label=_("结束日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("同一天结束的不用填。"),
    )  # fmt: skip
    venue_name = forms.CharField(
        label=_("场地"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"data-suggest": reverse_lazy("activities:known-venues")}),
    )
    place = forms.CharField(
        label=_("具体位置"), required=False, max_length=200, help_text=_("楼层、厅室或集合地点。")
    )
    online_url = WebAddressField(label=_("线上地址"), required=False, max_length=300)
    capacity = forms.IntegerField(label=_("名额"), required=False, min_value=1, max_value=1_000_000)
    note = forms.CharField(label=_("说明"), required=False, max_length=120)
    safety_plan = forms.CharField(
        label=_("本场安全预案"), required=False, max_length=500,
        help_text=_("与活动的安全预案不同时才填。"),
    )  # fmt: skip
    emergency_contact = forms.CharField(
        label=_("本场安全负责人及电话"), required=False, max_length=80, help_text=_("与活动的不同时才填。")
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("starts_on")
        if day is None or self.errors:
            return cleaned
        last = cleaned.get("ends_on") or day
        if last < day:
            self.add_error("ends_on", _("结束日期早于开始日期。"))
        elif cleaned["is_all_day"]:
            cleaned["span"] = (self._moment(day, time()), self._moment(last + timedelta(days=1), time()))
        elif cleaned.get("starts_at") is None:
            self.add_error("starts_at", _("请填写开始时间；全天开放的请勾选“全天”。"))
        else:
            start = self._moment(day, cleaned["starts_at"])
            end = self._moment(last, cleaned["ends_at"]) if cleaned.get("ends_at") is not None else None
            if end is None and last > day:
                self.add_error("ends_at", _("跨天的场次请填写结束时间。"))
            elif end is not None and end <= start:
                self.add_error("ends_at", _("结束时间早于开始时间。如果第二天才结束，请填写结束日期。"))
            cleaned["span"] = (start, end)
        return cleaned

    def _moment(self, day: Any, clock: time) -> datetime:
        return datetime.combine(day, clock, self.edition.zone)

    def content(self) -> Content:
        """The session as content, with the venue still by its name."""
        start, end = self.cleaned_data["span"]
        kept = ("id", "is_cancelled", "is_all_day", "venue_name", "place", "online_url", "capacity", "note")
        # What an import does not carry stays as it is; a page always sends it
        own = {
            key: self.cleaned_data[key]
            for key in ("safety_plan", "emergency_contact")
            if self.add_prefix(key) in self.data
        }
        return (
            {key: self.cleaned_data[key] for key in kept}
            | own
            | {
                "starts_at": iso_utc(start),
                "ends_at": iso_utc(end) if end else None,
            }
        )


def session_initial(entry: Content, edition: Edition, venue_names: Mapping[int, str]) -> dict[str, Any]:
    """A session's content as the form shows it (the inverse of `SessionForm.content`)."""
    start = datetime.fromisoformat(entry["starts_at"]).astimezone(edition.zone)
    end = datetime.fromisoformat(entry["ends_at"]).astimezone(edition.zone) if entry.get("ends_at") else None
    last = (end - timedelta(days=1) if entry.get("is_all_day") else end) if end else None
    timed = not entry.get("is_all_day")
    return {
        **{key: entry.get(key) for key in ("id", "is_all_day", "is_cancelled", "place", "online_url", "note")},
        "capacity": entry.get("capacity"),
        "safety_plan": entry.get("safety_plan"),
        "emergency_contact": entry.get("emergency_contact"),
        "venue_name": entry.get("venue_name") or venue_names.get(entry.get("venue") or 0, ""),
        "starts_on": start.date(),
        "starts_at": start.time() if timed else None,
        "ends_on": last.date() if last and last.date() != start.date() else None,
        "ends_at": end.time() if end and timed else None,
    }  # fmt: skip


class DistrictForm(forms.Form):
    """Which district the activity counts for."""

    district = forms.ChoiceField(label=_("所属区"), required=False, help_text=_("线上活动可以不选。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["district"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("不限或线上")),
            *((one.code, one.name_for_reader) for one in District.objects.all()),
        ]


@dataclass
class StepInput:
    """One step as it is shown or sent: a form, rows of forms, or both."""

    step: str
    form: forms.Form | None
    rows: Any = None  # a formset
    rows_field: str = ""
    sent: grid.Sent | None = None
    stored: Mapping[int, dict[str, Any]] = dataclasses.field(default_factory=dict)

    def grid_rows(self) -> list[dict[str, Any]]:
        """The rows as the grid in the browser takes them."""
        return grid.rows_of(self.rows, self.sent, self.stored)

    def grid_faults(self) -> dict[int, dict[str, str]]:
        """What is wrong in which row of the grid: {place: {field: why}}."""
        faults = {place: grid.faults_of(row) for place, row in self._numbered()}
        return {place: found for place, found in faults.items() if found}

    def _numbered(self) -> Iterable[tuple[int, Any]]:
        return (
            zip(self.sent.places, self.rows.forms, strict=False) if self.sent else enumerate(self.rows.forms)
        )

    def is_valid(self) -> bool:
        """Whether everything typed in this step can be taken."""
        valid = self.form is None or self.form.is_valid()
        return (self.rows is None or self.rows.is_valid()) and valid

    def changes(self) -> Content:
        """What can be taken of what was typed, as content; call `is_valid` first."""
        taken: Content = {}
        if self.form is not None:
            taken |= _form_content(self.form)
        if self.rows is not None and self.rows.is_valid():
            rows = self.rows.forms if self.sent else self.rows.ordered_forms
            typed = [row.content() if isinstance(row, SessionForm) else _row_content(row) for row in rows]
            taken[self.rows_field] = self.sent.ordered(typed) if self.sent else typed
        return taken

    def asks_more(self) -> bool:
        """Whether what was typed asks for fields that the page did not show yet (a larger crowd)."""
        return isinstance(self.form, ResponsibilityForm) and any(
            name.startswith(ResponsibilityForm.SAFETY) and name not in self.form.data
            for name in self.form.fields
        )

    def problems(self) -> list[tuple[str, str]]:
        """Every fault as (where, what), for people who do not see the page."""
        found: list[tuple[str, str]] = []
        if self.form is not None:
            for name, messages in self.form.errors.items():
                label = str(self.form.fields[name].label) if name in self.form.fields else ""
                found += [(label, str(message)) for message in messages]
        if self.rows is not None:
            singular = {
                "sessions": pgettext("one", "场次"),
                "participations": pgettext("one", "单位"),
            }.get(self.rows_field, pgettext("one", "主讲人"))
            for number, row in self._numbered():
                for name, messages in row.errors.items():
                    label = row.fields[name].label if name in row.fields else ""
                    found += [
                        (f"{singular} {number + 1} {label}".strip(), str(message)) for message in messages
                    ]
            found += [("", str(message)) for message in self.rows.non_form_errors()]
        return found


def _form_content(form: forms.Form) -> Content:
    """The fields of a form that are valid; taxonomies are gathered into `terms`."""
    if isinstance(form, ResponsibilityForm):
        return form.taken()
    taken = dict(form.cleaned_data)
    if isinstance(form, ClassificationForm):
        chosen = [
            (name.removeprefix("terms_"), taken.pop(name))
            for name in list(taken)
            if name.startswith("terms_")
        ]
        taken["terms"] = sorted(
            f"{taxonomy}:{code}"
            for taxonomy, codes in chosen
            for code in ([codes] if isinstance(codes, str) else codes)
            if code
        )
        taken["marks"] = sorted(taken.get("marks", []))
    return taken


def _row_content(row: forms.Form) -> Content:
    return {name: row.cleaned_data[name] for name in row.fields if name not in ("DELETE", "ORDER")}


class RowSet(forms.BaseFormSet):
    """Rows that can be added and removed in the browser; empty ones are passed over."""

    deletion_widget = forms.CheckboxInput

    def initial_form_count(self) -> int:
        """What was typed is judged by itself: a row saved meanwhile is not taken for an untouched one."""
        return 0 if self.is_bound else super().initial_form_count()

    @property
    def ordered_forms(self) -> list[Any]:
        """The rows that stay, in the order shown."""
        return [row for row in self.forms if row not in self.deleted_forms and row.has_changed()]


ROWS: dict[str, tuple[str, type[RowForm], int]] = {
    "units": ("participations", ParticipationForm, 60),
    "sessions": ("sessions", SessionForm, 400),
    "responsibility": ("speakers", SpeakerForm, 60),
}


def step_input(step: str, *, edition: Edition, content: Content, data: QueryDict | None = None) -> StepInput:
    """The forms of a step, showing `content`, or holding `data` where something was typed."""
    form: forms.Form | None = None
    if step == "responsibility":
        form = ResponsibilityForm(data, initial=content, edition=edition, content=content)
    elif step in PLAIN_FIELDS:
        form = plain_form(step)(data, initial=content)
    elif step == "classification":
        initial: Content = {"marks": content["marks"]}
        for pair in content["terms"]:
            taxonomy, _colon, term = pair.partition(":")
            initial.setdefault(f"terms_{taxonomy}", []).append(term)
        for taxonomy in edition.taxonomies.filter(multiple=False):
            initial[f"terms_{taxonomy.code}"] = next(iter(initial.get(f"terms_{taxonomy.code}", [])), "")
        form = ClassificationForm(data, initial=initial, edition=edition)
    elif step == "sessions":
        form = DistrictForm(data, initial=content)
    if step not in ROWS:
        return StepInput(step, form)
    field, row_form, most = ROWS[step]
    options: dict[str, Any] = {"prefix": field}
    sent: grid.Sent | None = None
    stored: dict[int, dict[str, Any]] = {}
    shown = content[field]
    if step == "sessions":
        options["form_kwargs"] = {"edition": edition}
        names = dict(
            Venue.objects.filter(pk__in=[s["venue"] for s in shown if s.get("venue")]).values_list(
                "pk", "name"
            )
        )
        shown = [session_initial(entry, edition, names) for entry in shown]
        stored = {entry["id"]: entry for entry in shown if entry["id"]}
        if data is not None and (sent := grid.unfolded(data, stored)):
            data, most = sent.data, most - len(sent.kept)
    row_set = forms.formset_factory(
        row_form,
        formset=RowSet,
        extra=0 if shown else 1,
        can_delete=True,
        max_num=most,
        validate_max=True,
    )
    formset = row_set(data, initial=shown if data is None else None, **options)
    return StepInput(step, form, formset, field, sent, stored)


def clean_content(raw: Content, edition: Edition) -> tuple[Content, dict[str, list[str]]]:
    """Raw values of an import through the same forms: (what can be taken, {field: [why not]}).

    `raw` has the shape of `content`, its plain values as text or as they are; a session may carry
    ``venue_name``. A list with a bad entry loses that entry only.
    """
    taken: Content = {}
    refused: dict[str, list[str]] = {}
    for step in PLAIN_FIELDS:
        form = plain_form(step)({name: value for name, value in raw.items() if value is not None})
        for name in set(form.fields) & set(raw):
            if name in form.errors:
                refused[name] = [str(message) for message in form.errors[name]]
            else:
                taken[name] = form.cleaned_data[name]
    for field, limit in (("city", 40), ("dates_as_written", 200), ("content_signoff", 60)):
        if field in raw:
            taken[field] = str(raw[field])[:limit]
    if "safety_items" in raw:
        items = {code: str(raw["safety_items"].get(code) or "").strip()[:500] for code in safety.ITEMS}
        taken["safety_items"] = {code: text for code, text in items.items() if text}
    if "licence_papers" in raw:
        taken["licence_papers"] = sorted(set(raw["licence_papers"]) & set(safety.PAPERS))
    if "is_key" in raw:
        taken["is_key"] = bool(raw["is_key"])
    if raw.get("district") and not District.objects.filter(code=raw["district"]).exists():
        refused["district"] = [str(_("没有这个区。"))]
    elif "district" in raw:
        taken["district"] = raw["district"]
    if "terms" in raw:
        known = {
            f"{taxonomy}:{code}" for taxonomy, code in edition.taxonomies.values_list("code", "terms__code")
        }
        taken["terms"] = sorted(set(raw["terms"]) & known)
        if strange := sorted(set(raw["terms"]) - known):
            refused["terms"] = [str(_("没有这些分类：%s") % "、".join(strange))]
    if "marks" in raw:
        taken["marks"] = sorted(raw["marks"])
    for field in set(LISTS) & set(raw):
        taken[field], faults = _clean_rows(field, raw[field], edition)
        if faults:
            refused[field] = faults
    return taken, refused


def _clean_rows(field: str, entries: list[Content], edition: Edition) -> tuple[list[Content], list[str]]:
    makers: dict[str, Callable[[Content], forms.Form]] = {
        "participations": ParticipationForm,
        "speakers": SpeakerForm,
        "sessions": lambda entry: SessionForm(_typed(session_initial(entry, edition, {})), edition=edition),
    }
    taken, faults = [], []
    for entry in entries:
        form = makers[field](entry)
        if not form.is_valid():
            faults += [str(message) for messages in form.errors.values() for message in messages]
        elif isinstance(form, SessionForm):
            kept = form.content()
            taken.append(kept | ({"venue": entry["venue"]} if entry.get("venue") else {}))
            if entry.get("venue"):
                del taken[-1]["venue_name"]
        else:
            taken.append(dict(form.cleaned_data))
    return taken, faults


def _typed(initial: dict[str, Any]) -> dict[str, Any]:
    """Form data from what a form would show: nothing is sent for what is empty."""
    return {name: value for name, value in initial.items() if value not in (None, False)}
