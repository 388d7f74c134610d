"""The parts of the registration form that hold one value each: plain fields, classification, safety, district."""

from functools import cache
from typing import Any

from django import forms
from django.forms.models import fields_for_model
from django.utils.translation import gettext_lazy as _

from kepuyue.activities import safety
from kepuyue.activities.content import Content
from kepuyue.activities.forms.fields import WebAddressField
from kepuyue.activities.models import AccessItem, Activity, Exemption
from kepuyue.editions.models import Edition, Taxonomy
from kepuyue.organizations.models import District

PLAIN_FIELDS = {
    "basics": ("title", "title_en", "summary", "description", "mode", "is_year_round"),
    "audience": (
        "audience_note", "age_min", "age_max", "languages", "accessibility_items", "accessibility", "admission",
        "admission_note", "booking_mode", "booking_url", "booking_note",
    ),
    "responsibility": (
        "content_lead", "expected_crowd", "emergency_contact", "safety_plan", "licence", "licence_exempt",
        "licence_exempt_note",
    ),
    "contact": ("contact_name", "contact_phone", "public_phone"),
}  # fmt: skip

HELP: dict[str, Any] = {
    "title": _("公众看到的名称，不超过120字。"),
    "summary": _("一两句话说清楚做什么、有什么好玩的，会显示在列表里。"),
    "description": _("可以分段写。内容、流程、注意事项都写在这里。"),
    "is_year_round": _("贯穿全年、没有固定场次的活动可以勾选。"),
    "audience_note": _("例如：亲子家庭、社区居民。"),
    "languages": _("例如：普通话、粤语、英语。公众可以按语言查找。"),
    "accessibility_items": _("确实能做到的才勾选，公众会据此前来。"),
    "accessibility": _("例如：无障碍通道在西门，手语翻译请提前两天预约。"),
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
        if "accessibility_items" in cleaned:
            chosen = set(cleaned["accessibility_items"])
            cleaned["accessibility_items"] = [code for code in AccessItem.values if code in chosen]
        low, high = cleaned.get("age_min"), cleaned.get("age_max")
        if low is not None and high is not None and low > high:
            self.add_error("age_max", _("最大年龄小于最小年龄。"))
        return cleaned


@cache
def plain_form(step: str) -> type[PlainForm]:
    """The form class of a plain step, its fields taken from the model; its words are lazy, for every language."""
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
        help_texts={name: HELP.get(name, "") for name in PLAIN_FIELDS[step]},
        field_classes={"booking_url": WebAddressField},
    )
    for name, field in list(fields.items()):
        field.required = name in {"title", "mode", "admission", "booking_mode"}
        if name == "booking_mode":
            field.label = _("预约方式")
        if name == "accessibility_items":
            fields[name] = forms.MultipleChoiceField(
                label=field.label,
                help_text=field.help_text,
                choices=AccessItem.choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
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
            field.label, field.help_text, field.required = str(taxonomy), taxonomy.help_for_reader, False
            self.fields[f"terms_{taxonomy.code}"] = field
        marks = [(mark.code, str(mark)) for mark in edition.marks.all()]
        if marks:
            self.fields["marks"] = forms.MultipleChoiceField(
                choices=marks, label=_("使用标识"), required=False, widget=forms.CheckboxSelectMultiple
            )


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
