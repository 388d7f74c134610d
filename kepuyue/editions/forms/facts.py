"""Names, dates, exceptions, and the year that comes next."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.editions.actions import editing, renewal
from kepuyue.editions.folder.rules import IN_ORDER
from kepuyue.editions.forms.seen import SeenForm, day_field, taken, text_area
from kepuyue.editions.models import Edition, Extension, KeyDate
from kepuyue.organizations.models import Organization

Level = Organization.Level
ORDINALS = range(1, 4)


class NamesForm(SeenForm):
    """Theme, names, ordinals, office and contact."""

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, present=editing.values_of(edition, editing.NAMES), **kwargs)
        plain_names = [name for name in editing.NAMES if name != "ordinals"]
        fields = taken(Edition, *plain_names)
        fields["theme"].help_text = _(
            "首页、页脚、节目单和以后生成的各处会一起更新；已经印发的通知原文不变。"
        )
        fields["contact_email"].help_text = _("各单位报送和咨询用，会公开显示。")
        self.fields.update(fields)
        for number in ORDINALS:
            row = edition.ordinals[number - 1] if number <= len(edition.ordinals) else {}
            options: dict[str, Any] = {"required": False}
            self.fields[f"ordinal_{number}_number"] = forms.IntegerField(
                label=_("第几届"), min_value=1, max_value=999, initial=row.get("number"), **options
            )
            self.fields[f"ordinal_{number}_name"] = forms.CharField(
                label=_("名称"), max_length=40, initial=row.get("name"), **options
            )
            self.fields[f"ordinal_{number}_name_en"] = forms.CharField(
                label=_("英文名称"), max_length=60, initial=row.get("name_en"), **options
            )

    def ordinal_rows(self) -> list[list[forms.BoundField]]:
        """The ordinals' fields, row by row."""
        return [[self[f"ordinal_{n}_{part}"] for part in ("number", "name", "name_en")] for n in ORDINALS]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for number in ORDINALS:
            value, name = data.get(f"ordinal_{number}_number"), data.get(f"ordinal_{number}_name")
            if value and not name:
                self.add_error(f"ordinal_{number}_name", _("请填写名称，例如“全国科普日”。"))
            if name and not value:
                self.add_error(f"ordinal_{number}_number", _("请填写这是第几届。"))
        return data

    def values(self) -> dict[str, Any]:
        """The edition's own fields."""
        got = self.cleaned_data
        ordinals = [
            {"name": got[f"ordinal_{n}_name"], "name_en": got.get(f"ordinal_{n}_name_en") or "",
             "number": got[f"ordinal_{n}_number"]}
            for n in ORDINALS if got.get(f"ordinal_{n}_name") and got.get(f"ordinal_{n}_number")
        ]  # fmt: skip
        return {name: got.get(name, "") for name in editing.NAMES if name != "ordinals"} | {
            "ordinals": ordinals
        }

    def label_of(self, name: str) -> str:
        return _("届次") if name == "ordinals" else super().label_of(name)


class DatesForm(SeenForm):
    """The period and the key dates."""

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, present=editing.dates_of(edition), **kwargs)
        self.fields["starts_on"] = day_field(_("活动开始日期"))
        self.fields["ends_on"] = day_field(_("活动结束日期"))
        for kind in KeyDate.Kind:
            self.fields[kind.value] = day_field(kind.label, required=False, help_text=str(EFFECTS[kind]))

    def clean(self) -> dict[str, Any]:
        """Dates in an order that makes sense; the message stands at the field that can be changed."""
        data = super().clean() or {}
        moments: dict[Any, date | None] = {name: data.get(str(name)) for pair in IN_ORDER for name in pair}
        pairs: list[tuple[Any, Any]] = [("starts_on", "ends_on"), *IN_ORDER]
        for first, second in pairs:
            early, late = moments.get(first), moments.get(second)
            if early and late and early > late:
                named = {"first": self.fields[str(first)].label, "second": self.fields[str(second)].label}
                self.add_error(
                    str(second if first == "starts_on" else first),
                    _("“%(first)s”不能晚于“%(second)s”。") % named,
                )
        return data


EFFECTS = {
    KeyDate.Kind.REGISTRATION_OPENS: gettext_lazy("这一天以前可以写草稿，不能提交。"),
    KeyDate.Kind.PLAN_DUE: gettext_lazy("过后仍可报送，会标明逾期。"),
    KeyDate.Kind.REGISTRATION_DUE: gettext_lazy(
        "过后不能再提交新活动，批准延期的除外；已发布活动的变更不受影响。"
    ),
    KeyDate.Kind.PUBLICITY_OPENS: gettext_lazy("这一天起，公众可以看到节目单。"),
    KeyDate.Kind.SUMMARY_DUE: gettext_lazy("各单位报送图文总结的最后一天。"),
}


class ExtensionForm(forms.Form):
    """An exception from a deadline."""

    kind = forms.ChoiceField(label=gettext_lazy("事项"))
    scope = forms.ChoiceField(label=gettext_lazy("给谁延期"))
    until = day_field(gettext_lazy("延至"))
    reason = forms.CharField(label=gettext_lazy("理由"), max_length=300, widget=text_area(2))

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        days = dict(edition.key_dates.values_list("kind", "day"))
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            (kind.value, kind.label) for kind in Extension.KINDS if kind.value in days
        ]
        self.branches = {
            f"unit:{unit.code}": unit
            for unit in Organization.objects.filter(level__in=(Level.DISTRICT, Level.DEPARTMENT))
        }
        units = [(key, unit.name) for key, unit in self.branches.items()]
        tiers = edition.taxonomies.filter(code="tier").values_list("terms__code", "terms__name")
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            ("", "———"),
            (_("区和成员单位（含下级单位）"), units),
            (_("活动板块"), [(f"tier:{code}", name) for code, name in tiers if code]),
        ]

    def values(self) -> dict[str, Any]:
        """For the action: kind, until, reason, and either the unit or the tier."""
        got = dict(self.cleaned_data)
        scope = got.pop("scope")
        unit = self.branches.get(scope)
        return got | {"organization": unit, "tier": "" if unit else scope.removeprefix("tier:")}


class RenewalForm(forms.Form):
    """Which year comes next, and how its deadlines move."""

    year = forms.IntegerField(label=gettext_lazy("年份"), min_value=1950, max_value=2200)
    align = forms.ChoiceField(
        label=gettext_lazy("关键日期怎么移"),
        choices=[
            (renewal.SAME_DAY, gettext_lazy("同月同日（8月21日仍是8月21日）")),
            (renewal.SAME_WEEKDAY, gettext_lazy("就近的同一个星期几（星期三仍是星期三）")),
        ],
        widget=forms.RadioSelect,
    )

    @classmethod
    def after(cls, edition: Edition, data: Any = None) -> "RenewalForm":
        """The form with the year that follows filled in."""

        return cls(data, initial={"year": edition.year + 1, "align": renewal.SAME_DAY})
