"""The edition's rules as fields for people, made from the sections of `editions.policy.Policy`.

A new section or value appears here by itself; `LABELS` gives it words. Chains are drawn as steps and chosen per
tier and joint action, systems per kind of unit.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, get_args, get_origin

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

from kepuyue.core import wording
from kepuyue.editions.actions import editing
from kepuyue.editions.forms.seen import SeenForm, text_area, written
from kepuyue.editions.models import Edition
from kepuyue.editions.policy import Band, Policy
from kepuyue.organizations.models import Organization

SECTIONS: dict[str, Any] = {
    "lead_times": gettext_lazy("提前多久提交"),
    "crowd": gettext_lazy("人数和安全"),
    "fast_lane": gettext_lazy("快速通道"),
    "changes": gettext_lazy("发布后的变更"),
    "calendar": gettext_lazy("放假和调休"),
    "review_times": gettext_lazy("审核时限"),
    "key_activities": gettext_lazy("重点活动"),
    "open_data": gettext_lazy("开放数据"),
    "booking": gettext_lazy("预约和个人信息"),
    "feedback": gettext_lazy("观众评价"),
    "summaries": gettext_lazy("总结"),
}
LABELS: dict[str, Any] = {
    "lead_times.ordinary": gettext_lazy("一般活动（工作日）"),
    "lead_times.overseas": gettext_lazy("有境外主讲人的活动（工作日）"),
    "lead_times.ordinary_late": gettext_lazy("一般活动交晚了"),
    "lead_times.overseas_late": gettext_lazy("有境外主讲人的活动交晚了"),
    "crowd.licence_from": gettext_lazy("单场达到多少人须办安全许可"),
    "crowd.city_police_from": gettext_lazy("单场达到多少人由市公安机关许可"),
    "crowd.apply_days": gettext_lazy("许可须提前多少天申请"),
    "crowd.bands": gettext_lazy("安全预案写到什么程度"),
    "fast_lane.is_open": gettext_lazy("开放快速通道"),
    "fast_lane.sample_share": gettext_lazy("事后抽查的比例（%）"),
    "fast_lane.at_least_one_in": gettext_lazy("至少每多少项抽查一项"),
    "fast_lane.longest_days": gettext_lazy("授予信任最长多少天"),
    "changes.new_time_within_days": gettext_lazy("新时间在多少天以内可以先显示"),
    "changes.new_place_same_district": gettext_lazy("新地点仍在同一个区时可以先显示"),
    "review_times.branch.new": gettext_lazy("区或成员单位审新活动（工作日）"),
    "review_times.branch.revision": gettext_lazy("区或成员单位审变更（工作日）"),
    "review_times.office.new": gettext_lazy("市级终审新活动（工作日）"),
    "review_times.office.revision": gettext_lazy("市级终审变更（工作日）"),
    "review_times.superior_after": gettext_lazy("再超过几个工作日通知上级"),
    "key_activities.decided_by": gettext_lazy("单位推荐的重点活动由谁认定"),
    "open_data.license": gettext_lazy("许可代号"),
    "open_data.license_name": gettext_lazy("许可名称"),
    "open_data.license_name_en": gettext_lazy("许可的英文名称"),
    "open_data.license_url": gettext_lazy("许可全文的网址"),
    "booking.version": gettext_lazy("说明的版本"),
    "booking.kept_days": gettext_lazy("活动结束多少天后删除姓名和手机号"),
    "booking.roster_days": gettext_lazy("活动结束多少天后删除班级名单"),
    "booking.notice": gettext_lazy("给预约人的个人信息说明"),
    "booking.notice_en": gettext_lazy("说明的英文"),
    "booking.guardian": gettext_lazy("带孩子时监护人同意的内容"),
    "booking.guardian_en": gettext_lazy("监护人同意内容的英文"),
    "booking.pupils_to_adult": gettext_lazy("班级预约时，多少名学生要有一位大人"),
    "booking.no_show_times": gettext_lazy("约了没来也没取消，几次后暂停网上预约"),
    "booking.no_show_days": gettext_lazy("暂停多少天"),
    "feedback.questions": gettext_lazy("问题"),
    "feedback.open_days": gettext_lazy("活动结束后多少天以内可以填"),
    "summaries.open_days": gettext_lazy("截止前多少天，还没办完的活动也开始填总结"),
    "summaries.supplement_days": gettext_lazy("科普月结束后多少天以内可以迟报和补报"),
    "summaries.photos": gettext_lazy("每份总结最多几张照片"),
    "calendar.source": gettext_lazy("依据"),
    "calendar.off": gettext_lazy("放假的日子"),
    "calendar.work": gettext_lazy("调休上班的日子"),
}
CHOICES: dict[str, Any] = {
    "warn": gettext_lazy("提醒，仍可提交"),
    "block": gettext_lazy("不能提交，须审核单位同意"),
    "line": gettext_lazy("一两句话"),
    "points": gettext_lazy("要点"),
    "nine": gettext_lazy("条例规定的九项"),
    "superior": gettext_lazy("区或成员单位，市级也可以"),
    "city": gettext_lazy("只由市级"),
    "unit": gettext_lazy("不用认定，单位推荐即可"),
}
HELP: dict[str, Any] = {
    "crowd.licence_from": gettext_lazy("《大型群众性活动安全管理条例》第二条：1000人。"),
    "crowd.city_police_from": gettext_lazy("同一条例第十二条：5000人。"),
    "crowd.apply_days": gettext_lazy("同一条例第十三条：20天。"),
    "crowd.bands": gettext_lazy("每行一档：人数，写法。写法是“一两句话”“要点”或“条例规定的九项”。"),
    "open_data.license": gettext_lazy("SPDX代号，例如 CC-BY-4.0。"),
    "booking.version": gettext_lazy("改了下面任何一段文字，请换一个版本号；每个预约都记着同意的是哪一版。"),
    "booking.notice": gettext_lazy("{unit}会换成办这一场的单位，{days}换成上面的天数。"),
    "booking.no_show_times": gettext_lazy("只算有签到记录的场次和网上的预约。填0就不暂停任何人。"),
    "booking.no_show_days": gettext_lazy(
        "到期自动恢复，本人可以说明原因申请提前恢复；电话和代办预约不受影响。"
    ),
    "feedback.questions": gettext_lazy("每行一个，最多五个，中文和英文之间用|隔开。都按1到5分回答。"),
    "calendar.off": gettext_lazy("每行一天，例如 2024-09-16。"),
    "calendar.work": gettext_lazy("每行一天，例如 2024-09-14。"),
}
BRANCH_OFFICE, OFFICE, BRANCH, SAME = "branch,office", "office", "branch", ""
CHAINS: dict[str, Any] = {
    BRANCH_OFFICE: gettext_lazy("区或成员单位 → 市级终审"),
    OFFICE: gettext_lazy("市级终审"),
    BRANCH: gettext_lazy("区或成员单位"),
}
# What is longer is written in several lines
LINE = 400
CLASSES = ("tier", "joint_action")
# Edited where they are used, on pages of their own
ELSEWHERE = frozenset({"evaluation"})


class RulesForm(SeenForm):
    """The whole policy; `policy()` is the validated one that was typed."""

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, present=editing.values_of(edition, editing.RULES), **kwargs)
        self.edition, self.rules = edition, edition.rules
        self.section_names: list[tuple[str, str, list[str]]] = []
        self._add_chains()
        self._add_systems()
        for section in Policy.model_fields:
            value = getattr(self.rules, section)
            if isinstance(value, BaseModel) and section not in ELSEWHERE:
                names = list(self._add_all(section, value))
                self.section_names.append((section, str(SECTIONS.get(section, section)), names))

    def sections(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Every section with its fields, for the page."""
        return [(code, title, [self[name] for name in names]) for code, title, names in self.section_names]

    def chains(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each chain's field with the steps that it means now, the unit first, for drawing them."""
        usual = str(self["review|default"].value() or BRANCH_OFFICE)
        fields = [self[name] for name in self.fields if name.startswith("review|")]
        return [(field, _steps(str(field.value() or usual))) for field in fields]

    def policy(self) -> Policy:
        """What was typed, as a policy."""
        return self._policy

    def values(self) -> dict[str, Any]:
        """For the action."""
        return {"policy": self._policy.model_dump(mode="json")}

    def label_of(self, name: str) -> str:
        return _("审核规则") if name == "policy" else super().label_of(name)

    def differences(self, other: Policy | None = None) -> list[tuple[str, str, str]]:
        """What changes, line by line: name, old, new."""
        old, new = _flat(other or self.rules), _flat(self._policy)
        return [
            (self._said(key), self._shown(key, old.get(key)), self._shown(key, new.get(key)))
            for key in dict.fromkeys([*old, *new])
            if old.get(key) != new.get(key)
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        typed: dict[str, Any] = {"review": {}, "systems": {}}
        typed |= {section: getattr(self.rules, section).model_dump(mode="json") for section in ELSEWHERE}
        for name, value in data.items():
            kind, _dot, key = name.partition("|")
            if kind == "review" and value:
                typed["review"][key] = value.split(",")
            elif kind == "systems" and value:
                typed["systems"][key] = value
            elif kind == "section":
                *sections, field = key.split(".")
                place = typed
                for section in sections:
                    place = place.setdefault(section, {})
                place[field] = value
        # What stands for a term that is not offered here stays
        for kind in ("review", "systems"):
            offered = {name.partition("|")[2] for name in self.fields if name.startswith(f"{kind}|")}
            kept = {key: value for key, value in getattr(self.rules, kind).items() if key not in offered}
            typed[kind] = kept | typed[kind]
        try:
            self._policy = Policy.model_validate(typed)
        except ValidationError as error:
            for fault in error.errors():
                said = ".".join(str(part) for part in fault["loc"])
                field = next((name for name in self.fields if f"section|{said}.".startswith(f"{name}.")), "")
                self.add_error(
                    field or None,
                    _("“%(name)s”的值不合适，请核对后再保存。")
                    % {"name": self._said(field.partition("|")[2] or said)},
                )
        return data

    def _add_chains(self) -> None:
        chain = ",".join(self.rules.review.get("default", ["branch", "office"]))
        self.fields["review|default"] = self._chain(_("一般活动"), chain, required=True)
        names = ["review|default"]
        for taxonomy in self.edition.taxonomies.filter(code__in=CLASSES).prefetch_related("terms"):
            for term in taxonomy.terms.all():
                key = f"{taxonomy.code}:{term.code}"
                if not term.is_retired:
                    self.fields[f"review|{key}"] = self._chain(
                        str(term), ",".join(self.rules.review.get(key, []))
                    )
                    names.append(f"review|{key}")
        self.section_names.append(("review", _("审核环节"), names))

    def _chain(self, label: str, chain: str, required: bool = False) -> forms.ChoiceField:
        choices = [] if required else [(SAME, _("同一般活动"))]
        choices += list(CHAINS.items())
        if chain not in dict(choices):
            choices.append((chain, " → ".join(str(CHAINS.get(step, step)) for step in chain.split(","))))
        return forms.ChoiceField(label=label, choices=choices, initial=chain, required=required)

    def _add_systems(self) -> None:
        units = Organization.objects.filter(level=Organization.Level.DEPARTMENT).values_list("code", "name")
        self.system_names = dict(units)
        names = []
        for value, label in Organization.Type.choices:
            key = f"type:{value}"
            names.append(f"systems|{key}")
            self.fields[names[-1]] = forms.ChoiceField(
                label=label,
                choices=[("", _("按区审核")), *units],
                initial=self.rules.systems.get(key, ""),
                required=False,
            )
        self.section_names.append(("systems", _("按系统审核的单位"), names))

    def _add(self, section: str, name: str, field: Any, value: Any) -> str:
        """One value as the field that fits its type."""
        key, full = f"{section}.{name}", f"section|{section}.{name}"
        options: dict[str, Any] = {
            "label": self._said(key),
            "help_text": str(HELP.get(key, "")),
            "initial": value,
        }
        kind = field.annotation
        limits = {type(one).__name__: one for one in field.metadata}
        low = getattr(limits.get("Ge"), "ge", None)
        high = getattr(limits.get("Le"), "le", None)
        if kind is bool:
            self.fields[full] = forms.BooleanField(required=False, **options)
        elif kind is int:
            self.fields[full] = forms.IntegerField(min_value=low, max_value=high, **options)
        elif kind is float:
            self.fields[full] = Percent(**options)
        elif get_origin(kind) is Literal:
            choices = [(choice, CHOICES.get(choice, choice)) for choice in get_args(kind)]
            self.fields[full] = forms.ChoiceField(choices=choices, **options)
        elif kind == list[date]:
            self.fields[full] = Days(required=False, **options)
        elif kind == list[Band]:
            self.fields[full] = Bands(**options)
        else:
            most = getattr(limits.get("MaxLen"), "max_length", 300)
            if most > LINE:
                options["widget"] = text_area(4)
            self.fields[full] = forms.CharField(required=False, max_length=most, **options)
        return full

    def _add_all(self, section: str, value: BaseModel) -> Iterator[str]:
        """All values of a section, those of a section inside it by a longer name."""
        for name, field in type(value).model_fields.items():
            inner = getattr(value, name)
            if isinstance(inner, BaseModel):
                yield from self._add_all(f"{section}.{name}", inner)
            else:
                yield self._add(section, name, field, inner)

    def _said(self, key: str) -> str:
        if "|" in key:
            return self.label_of(key)
        return str(LABELS.get(key) or key)

    def _shown(self, key: str, value: Any) -> str:
        if value is None:
            return (
                _("同一般活动")
                if key.startswith("review|")
                else _("按区审核")
                if key.startswith("systems|")
                else "—"
            )
        if key.startswith("review|"):
            return str(CHAINS.get(",".join(value)) or wording.listed(value))
        if key.startswith("systems|"):
            return str(self.system_names.get(value, value))
        if key == "fast_lane.sample_share":
            return f"{value:.0%}"
        if key == "crowd.bands":
            return "；".join(f"{band['people']}：{CHOICES.get(band['asks'], band['asks'])}" for band in value)
        return str(CHOICES[value]) if isinstance(value, str) and value in CHOICES else written(value)


def _steps(chain: str) -> list[str]:
    return [_("单位填报"), *(str(CHAINS.get(step, step)) for step in chain.split(","))]


def _flat(policy: Policy) -> dict[str, Any]:
    """A policy's values by the names of the form's fields (sections without their prefix)."""
    found: dict[str, Any] = {}

    def take(key: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                take(f"{key}.{name}", inner)
        else:
            found[key] = value

    for section, value in policy.model_dump(mode="json", exclude=set(ELSEWHERE)).items():
        for name, inner in value.items():
            if section in ("review", "systems"):
                found[f"{section}|{name}"] = inner
            else:
                take(f"{section}.{name}", inner)
    return found


class Percent(forms.FloatField):
    """A share from 0 to 1, typed and shown in per cent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value * 100:g}" if isinstance(value, float) else value

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return number if number is None else number / 100


class Days(forms.CharField):
    """Days, one a line."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(str, value)) if isinstance(value, list) else value

    def clean(self, value: Any) -> Any:
        found = []
        for line in str(super().clean(value)).split():
            try:
                found.append(date.fromisoformat(line))
            except ValueError:
                raise forms.ValidationError(
                    _("“%(line)s”不是日期，请写成 2024-09-16 的样子。") % {"line": line[:20]}
                ) from None
        return sorted(set(found))


class Bands(forms.CharField):
    """From how many people on a safety plan holds what, one band a line."""

    widget = text_area(4)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(f"{band.people}，{CHOICES[band.asks]}" for band in value)

    def clean(self, value: Any) -> Any:
        codes = {str(CHOICES[code]): code for code in ("line", "points", "nine")}
        found: list[dict[str, Any]] = []
        for line in str(super().clean(value)).splitlines():
            people, _comma, how = line.replace(",", "，").partition("，")
            if not people.strip().isdecimal() or how.strip() not in codes:
                raise forms.ValidationError(
                    _("看不懂“%(line)s”。请写成“50，要点”的样子；写法有：%(known)s。")
                    % {"line": line[:40], "known": wording.listed(codes)}
                )
            found.append({"people": int(people), "asks": codes[how.strip()]})
        if sorted(band["people"] for band in found)[:1] != [0]:
            raise forms.ValidationError(_("请有一档从0人开始，这样每场都有规定。"))
        return found
