"""What people type in an evaluation. Forms hand clean facts to the actions."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.accounts.models import User
from kepuyue.core import wording
from kepuyue.documents.models import IssuingOrgan
from kepuyue.editions.scheme import Criterion, Rules
from kepuyue.evaluation.models import Candidate, Honor, Line, Round, Sheet
from kepuyue.insight.indicators import INDICATORS
from kepuyue.organizations.models import Organization
from kepuyue.ui.forms import DateInput, VersionedForm


def words(
    label: Any, *, most: int = 300, rows: int = 3, required: bool = True, help_text: Any = ""
) -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(
        label=label,
        max_length=most,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class NothingForm(forms.Form):
    """A step that asks for nothing but the press."""


class RoundForm(forms.Form):
    """A new round."""

    line = forms.ChoiceField(label=gettext_lazy("类别"), choices=Line.choices)
    name = forms.CharField(
        label=gettext_lazy("名称"),
        max_length=80,
        help_text=gettext_lazy("例如：2024年深圳科普月优秀活动评选"),
    )


class UntilForm(forms.Form):
    """A step that lasts until a day."""

    until = forms.DateField(
        label=gettext_lazy("截止日期"), widget=DateInput, help_text=gettext_lazy("当天仍然有效。")
    )


class ReasonForm(forms.Form):
    """A step that says why."""

    reason = words(gettext_lazy("原因"))


class OrganForm(forms.Form):
    """In whose name a document is drafted."""

    organ = forms.ModelChoiceField(
        label=gettext_lazy("发文机关"), queryset=IssuingOrgan.objects.none(), empty_label=None,
        help_text=gettext_lazy("没有可选的，先在“公文”里设置发文机关。"),
    )  # fmt: skip

    def __init__(self, *args: Any, organs: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["organ"]
        field.queryset = organs


class NoticeForm(forms.Form):
    """The public notice."""

    starts_on = forms.DateField(label=gettext_lazy("公示从哪天开始"), widget=DateInput)
    contact = forms.CharField(
        label=gettext_lazy("受理方式"), max_length=200,
        help_text=gettext_lazy("受理异议的部门、地址和办公电话，会公开显示。"),
    )  # fmt: skip


class SettleForm(forms.Form):
    """The list stands."""

    title = forms.CharField(label=gettext_lazy("荣誉名称"), max_length=120)
    granted_on = forms.DateField(label=gettext_lazy("授予日期"), widget=DateInput)
    number = forms.CharField(label=gettext_lazy("文号"), max_length=60, required=False)


class HonorForm(SettleForm):
    """What somebody above granted."""

    level = forms.ChoiceField(label=gettext_lazy("级别"), choices=Honor.Level.choices)


class TieForm(forms.Form):
    """Who of several equals is chosen."""

    candidate = forms.TypedChoiceField(label=gettext_lazy("对象"), coerce=int)
    is_chosen = forms.TypedChoiceField(
        label=gettext_lazy("裁定"), coerce=lambda value: value == "yes",
        choices=[("yes", gettext_lazy("入选")), ("no", gettext_lazy("不入选"))], widget=forms.RadioSelect,
    )  # fmt: skip
    reason = words(gettext_lazy("理由"))

    def __init__(self, *args: Any, tied: Iterable[Candidate], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["candidate"]
        field.choices = [
            (one.pk, " ".join((_("%(number)s号") % {"number": one.number}, str(one)))) for one in tied
        ]


class InviteForm(forms.Form):
    """A judge, from the people who have the role."""

    user = forms.ModelChoiceField(label=gettext_lazy("评委"), queryset=User.objects.none())

    def __init__(self, *args: Any, people: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["user"]
        field.queryset = people


class LeaveForm(ReasonForm):
    """A judge leaves, at the office's hands."""

    voids = forms.BooleanField(
        label=gettext_lazy("已经提交的评分也作废"), required=False,
        help_text=gettext_lazy("不勾选时，已经提交的照常计入，没有提交的分给别的评委。"),
    )  # fmt: skip


class BeginForm(forms.Form):
    """What a unit puts forward."""

    organization = forms.TypedChoiceField(label=gettext_lazy("单位"), coerce=int)
    activity = forms.TypedChoiceField(label=gettext_lazy("活动"), coerce=int)

    def __init__(
        self,
        *args: Any,
        round: Round,
        units: list[Organization],
        activities: dict[str, list[Any]],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        unit: Any = self.fields["organization"]
        unit.choices = [(one.pk, one.name) for one in units]
        if round.line == Line.UNITS:
            del self.fields["activity"]
            return
        activity: Any = self.fields["activity"]
        activity.choices = [
            (name, [(one.pk, one.title) for one in some]) for name, some in activities.items() if some
        ]
        # Its unit follows from the activity
        del self.fields["organization"]


class DeedsForm(VersionedForm):
    """What the unit says of itself."""

    deeds = forms.CharField(
        label=gettext_lazy("主要事迹"), required=False, widget=forms.Textarea(attrs={"rows": 12})
    )

    def __init__(self, *args: Any, candidate: Candidate, **options: Any) -> None:
        options["initial"] = {"deeds": candidate.deeds, "version": candidate.version}
        super().__init__(*args, **options)
        most = candidate.round.edition.rules.evaluation.eligibility.deeds
        self.fields["deeds"].help_text = _(
            "不超过%(most)s字。总结里写过的话已经带过来，不用再写一遍；写事实和效果，不写空话。"
        ) % {"most": most}


class ApplyForm(forms.Form):
    """The statement of integrity."""

    signs = forms.BooleanField(label=gettext_lazy("我已阅读并签署以上承诺"), required=False)


class OpinionForm(forms.Form):
    """What a level says; empty: the usual words."""

    opinion = words(gettext_lazy("意见"), most=600, required=False)

    def __init__(self, *args: Any, usual: str = "", **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["opinion"].help_text = _("不填就写：%(usual)s") % {"usual": usual}


class NoteForm(forms.Form):
    """What is to be changed."""

    note = words(gettext_lazy("要改什么"), most=600)


class SheetForm(VersionedForm):
    """A judge's marks, 0 to 100 each."""

    remark = words(gettext_lazy("评语"), most=500, required=False)

    def __init__(self, *args: Any, sheet: Sheet, **options: Any) -> None:
        options["initial"] = {**sheet.marks, "remark": sheet.remark, "version": sheet.version}
        super().__init__(*args, **options)
        self.asked = [one for one in sheet.judge.round.scheme.criteria if one.judged]
        for one in self.asked:
            self.fields[one.code] = forms.IntegerField(
                label=name_of(one), min_value=0, max_value=100, required=False, help_text=question_of(one),
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "max": 100}),
            )  # fmt: skip
        self.order_fields([one.code for one in self.asked])

    def marks(self) -> dict[str, int | None]:
        """What was given; call `is_valid` first."""
        return {one.code: self.cleaned_data.get(one.code) for one in self.asked}


class ObjectionForm(forms.Form):
    """An objection under the real name."""

    candidate = forms.TypedChoiceField(label=gettext_lazy("对哪一个有异议"), coerce=int)
    name = forms.CharField(label=gettext_lazy("姓名或单位名称"), max_length=60)
    contact = forms.CharField(
        label=gettext_lazy("联系方式"), max_length=100, help_text=gettext_lazy("核查时与您联系，不公开。")
    )
    text = words(
        gettext_lazy("异议内容和依据"), most=3000, rows=6,
        help_text=gettext_lazy("请写明事实和依据。匿名或没有依据的，无法核查。"),
    )  # fmt: skip

    def __init__(self, *args: Any, candidates: Iterable[Candidate], **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["candidate"]
        field.choices = [(one.pk, str(one)) for one in candidates]


class FindingForm(forms.Form):
    """What came out of an objection."""

    upheld = forms.TypedChoiceField(
        label=gettext_lazy("结论"), coerce=lambda value: value == "yes",
        choices=[("no", gettext_lazy("异议不成立")), ("yes", gettext_lazy("异议成立"))], widget=forms.RadioSelect,
    )  # fmt: skip
    finding = words(gettext_lazy("核查结果"), most=600)


class BreachForm(forms.Form):
    """A breach that the office knows of."""

    organization = forms.ModelChoiceField(label=gettext_lazy("单位"), queryset=Organization.objects.none())
    happened_on = forms.DateField(label=gettext_lazy("发生日期"), widget=DateInput)
    text = words(gettext_lazy("情况和依据"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field: Any = self.fields["organization"]
        field.queryset = Organization.objects.standing().order_by("path")


class WeightsForm(forms.Form):
    """Weights, judges' shares, full marks and quotas as a simulation or a change of rules sets them.

    Made from the rules that stand; `rules()` are those that were typed, as plain data for `Rules`.
    """

    is_trimmed = forms.BooleanField(label=gettext_lazy("五名以上评委时去掉最高分和最低分"), required=False)
    is_calibrated = forms.BooleanField(label=gettext_lazy("校正评委宽严"), required=False)

    def __init__(self, *args: Any, rules: Rules, **options: Any) -> None:
        self.base = rules
        options["initial"] = _initial(rules)
        super().__init__(*args, **options)
        self.rows: list[tuple[Criterion, str, str, list[str]]] = []
        for one in rules.criteria:
            weight, judged = f"{one.code}-weight", f"{one.code}-judged"
            self.fields[weight] = _number(_("权重（%）"), 1, 100)
            self.fields[judged] = _number(_("评委打分占（%）"), 0, 100)
            if not one.judged and not one.question:
                self.fields[judged].disabled = True
            fulls = []
            for number, part in enumerate(one.parts):
                full = f"{one.code}-full-{number}"
                self.fields[full] = _number(
                    _("%(what)s达到多少为满分") % {"what": part_name(part.of)}, 1, 1_000_000_000
                )
                fulls.append(full)
            self.rows.append((one, weight, judged, fulls))
        for name in ("total", "unit", "recommender", "district", "tier"):
            self.fields[f"quota-{name}"] = _number(QUOTAS[name], 1 if name == "total" else 0, 10_000)
        self.fields["judges_each"] = _number(_("每个对象几名评委（0：全部）"), 0, 50)
        self.fields["outlier"] = _number(_("与中位数相差多少分起标出"), 1, 100)

    def criteria(self) -> list[dict[str, Any]]:
        """Each criterion with its fields, for the page."""
        return [
            {"criterion": one, "name": name_of(one), "weight": self[weight], "judged": self[judged],
             "fulls": [self[full] for full in fulls]}
            for one, weight, judged, fulls in self.rows
        ]  # fmt: skip

    def quotas(self) -> list[forms.BoundField]:
        """The caps."""
        return [self[f"quota-{name}"] for name in QUOTAS]

    def rest(self) -> list[forms.BoundField]:
        """How marks count."""
        return [self[name] for name in ("is_trimmed", "is_calibrated", "judges_each", "outlier")]

    def rules(self) -> dict[str, Any]:
        """What was typed, as plain data; call `is_valid` first."""
        data = deepcopy(self.base.model_dump(mode="json"))
        typed = self.cleaned_data
        for one in data["criteria"]:
            one["weight"] = typed[f"{one['code']}-weight"]
            one["judged"] = typed[f"{one['code']}-judged"]
            for number, part in enumerate(one["parts"]):
                part["full"] = typed[f"{one['code']}-full-{number}"]
        data["quota"] = {name: typed[f"quota-{name}"] for name in QUOTAS}
        return data | {
            name: typed[name] for name in ("is_trimmed", "is_calibrated", "judges_each", "outlier")
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        weights: list[Any] = [data.get(f"{one.code}-weight") for one in self.base.criteria]
        if None not in weights and sum(weights) != 100:
            raise forms.ValidationError(
                _("各项指标的权重加起来要等于100，现在是%(sum)s。") % {"sum": sum(weights)}
            )
        return data


class RulesForm(WeightsForm):
    """A change of the rules of a round."""

    version = forms.IntegerField(widget=forms.HiddenInput, max_value=2**31 - 1)
    reason = words(
        gettext_lazy("为什么改"), required=False, help_text=gettext_lazy("评分开始以后必须写，评委都能看到。")
    )


QUOTAS: dict[str, Any] = {
    "total": gettext_lazy("入选总数"),
    "unit": gettext_lazy("每个单位最多"),
    "recommender": gettext_lazy("每个推荐单位最多"),
    "district": gettext_lazy("每个区最多"),
    "tier": gettext_lazy("每个活动板块最多"),
}


def name_of(one: Criterion) -> str:
    """The criterion's name in the reader's language."""
    return one.name_en if one.name_en and wording.is_english() else one.name


def question_of(one: Criterion) -> str:
    """What judges are asked, in the reader's language."""
    return one.question_en if one.question_en and wording.is_english() else one.question


def part_name(of: Mapping[Any, int]) -> str:
    """What a measured part counts, in words."""
    said = [
        str(INDICATORS[code].name)
        if share == 100
        else _("%(name)s按%(share)s%%") % {"name": INDICATORS[code].name, "share": share}
        for code, share in of.items()
    ]
    return " + ".join(said)


def _number(label: Any, low: int, high: int) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=low, max_value=high, widget=forms.NumberInput(attrs={"inputmode": "numeric"})
    )


def _initial(rules: Rules) -> dict[str, Any]:
    found: dict[str, Any] = {
        "is_trimmed": rules.is_trimmed, "is_calibrated": rules.is_calibrated, "judges_each": rules.judges_each,
        "outlier": rules.outlier,
    }  # fmt: skip
    for one in rules.criteria:
        found |= {f"{one.code}-weight": one.weight, f"{one.code}-judged": one.judged}
        found |= {f"{one.code}-full-{number}": part.full for number, part in enumerate(one.parts)}
    return found | {f"quota-{name}": value for name, value in rules.quota.model_dump().items()}
