"""What people type about documents. Forms hand clean facts to the actions."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core.time import today
from kepuyue.documents import typed
from kepuyue.documents.actions.drafting import Typed
from kepuyue.documents.actions.organs import FIELDS
from kepuyue.documents.content import SECRECIES, URGENCIES, Document
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from kepuyue.organizations.models import Organization
from kepuyue.ui.forms import DateInput, VersionedForm

LONGEST = 60_000  # characters of a text
HOW = gettext_lazy(
    "一行一段。以“一、”“（一）”“1.”“（1）”开头的是各级标题，序号会重新编。"
    "〔表1〕〔图1〕是表格和图片的位置，可以移动或删掉整行。"
)


class OrganForm(forms.ModelForm):
    """In whose name a unit issues."""

    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label=gettext_lazy("单位"))

    class Meta:
        model = IssuingOrgan
        fields = ("organization", *FIELDS)

    def __init__(self, *args: Any, units: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        unit = self.fields["organization"]
        assert isinstance(unit, forms.ModelChoiceField)
        unit.queryset = units
        if self.instance.pk is not None:
            del self.fields["organization"]
        else:
            unit.initial = units.first()
            self.fields["first_year"].initial = today().year
        self.fields["first_number"].min_value = 1  # type: ignore[attr-defined]
        self.fields["first_year"].required = False

    def clean_first_year(self) -> int:
        year: int | None = self.cleaned_data["first_year"]
        return year or 0

    def clean_code(self) -> str:
        """Signs that end or divide a number have no place in what begins it."""
        code: str = self.cleaned_data["code"].strip()
        if re.search(r"[〔〕\[\]（）()\d号\s]", code):
            raise forms.ValidationError(
                _("机关代字只写字，不写年份、括号和序号，例如“深科联办”。"), code="odd"
            )
        return code

    def facts(self) -> dict[str, Any]:
        """What the actions write; call `is_valid` first."""
        return {name: self.cleaned_data[name] for name in FIELDS}


# More organs do not issue one document together
MOST_JOINT = 10
_BETWEEN = re.compile(r"[，,、；;\n]")


class DraftForm(VersionedForm):
    """A draft as people change it, with two fields for each attachment and a place for one more."""

    title = forms.CharField(
        label=gettext_lazy("标题"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    addressees = forms.CharField(
        label=gettext_lazy("主送机关"), max_length=500, required=False,
        help_text=gettext_lazy("用顿号和逗号隔开，不写最后的冒号；没有可不填。"),
    )  # fmt: skip
    text = forms.CharField(
        label=gettext_lazy("正文"),
        max_length=LONGEST,
        help_text=HOW,
        widget=forms.Textarea(attrs={"rows": 24}),
    )
    dated = forms.DateField(
        label=gettext_lazy("成文日期"), widget=DateInput, help_text=gettext_lazy("编号归入这一年的登记簿。")
    )
    note = forms.CharField(
        label=gettext_lazy("附注"), max_length=300, required=False,
        help_text=gettext_lazy("例如联系人和办公电话，不写括号。"),
    )  # fmt: skip
    copies_to = forms.CharField(
        label=gettext_lazy("抄送机关"), max_length=500, required=False,
        help_text=gettext_lazy("用逗号隔开；没有可不填。"),
    )  # fmt: skip

    joint = forms.CharField(
        label=gettext_lazy("联合行文的其他机关"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("一行一个，按排列顺序写全称。本机关是主办机关，排在最前，只用本机关的发文字号。"),
    )  # fmt: skip
    signers = forms.CharField(
        label=gettext_lazy("签发人"), max_length=200, required=False,
        help_text=gettext_lazy("只有上行文（请示、报告）填写，按机关的顺序，用顿号隔开。"),
    )  # fmt: skip
    urgency = forms.ChoiceField(
        label=gettext_lazy("紧急程度"), required=False,
        choices=[("", gettext_lazy("不标注")), *((one, one) for one in URGENCIES)],
    )  # fmt: skip
    copy_number = forms.IntegerField(
        label=gettext_lazy("份号"), min_value=1, max_value=999_999, required=False,
        help_text=gettext_lazy("同一文稿印制的顺序号，印成6位数字；一般公文不填。"),
    )  # fmt: skip
    secrecy = forms.ChoiceField(
        label=gettext_lazy("密级"), required=False,
        choices=[("", gettext_lazy("不涉密")), *((one, one) for one in SECRECIES)],
    )  # fmt: skip
    secret_for = forms.CharField(
        label=gettext_lazy("保密期限"), max_length=10, required=False,
        help_text=gettext_lazy("例如“1年”；涉密公文应当同时标注份号。"),
    )  # fmt: skip

    def __init__(self, *args: Any, content: Document, version: int, **options: Any) -> None:
        options["initial"] = _initial(content) | {"version": version}
        super().__init__(*args, **options)
        self.issuer = content.issuer
        if not settings.CLASSIFIED_DOCUMENTS:
            del self.fields["secrecy"], self.fields["secret_for"]
        self.places = range(len(content.attachments) + 1)
        for place in self.places:
            title = _("附件%(n)s的名称") % {"n": place + 1}
            text = _("附件%(n)s的正文") % {"n": place + 1}
            self.fields[f"attachment_{place}_title"] = forms.CharField(
                label=title, max_length=200, required=False
            )
            self.fields[f"attachment_{place}_text"] = forms.CharField(
                label=text, max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 6})
            )

    def clean_joint(self) -> tuple[str, ...]:
        """Each name once, without the host's own."""
        names = tuple(filter(None, (one.strip() for one in self.cleaned_data["joint"].splitlines())))
        if self.issuer in names or len(set(names)) < len(names):
            raise forms.ValidationError(_("每个机关只写一次，本机关不用写。"), code="twice")
        if len(names) > MOST_JOINT:
            raise forms.ValidationError(_("最多写%(most)s个机关。") % {"most": MOST_JOINT}, code="many")
        return names

    def clean_signers(self) -> tuple[str, ...]:
        """Names without spaces that somebody put between their signs."""
        return tuple(
            filter(None, ("".join(one.split()) for one in _BETWEEN.split(self.cleaned_data["signers"])))
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("secret_for") and not cleaned.get("secrecy"):
            self.add_error("secrecy", _("写了保密期限，请选密级。"))
        for place in self.places:
            title, text = f"attachment_{place}_title", f"attachment_{place}_text"
            if cleaned.get(text) and not cleaned.get(title):
                self.add_error(title, _("附件有正文，请写名称；不要这个附件，请把正文也删掉。"))
        return cleaned

    def typed(self) -> Typed:
        """What the action writes; call `is_valid` first."""
        cleaned = self.cleaned_data
        copies = [one.strip(" 。") for one in re.split(r"[，,]", cleaned["copies_to"])]
        attachments = tuple(
            (cleaned[f"attachment_{place}_title"], cleaned[f"attachment_{place}_text"])
            for place in self.places
        )
        return Typed(
            title=cleaned["title"].strip(), addressees=cleaned["addressees"].strip("：: "), text=cleaned["text"],
            dated=cleaned["dated"], note=cleaned["note"].strip("（）() "), copies_to=tuple(filter(None, copies)),
            attachments=attachments, joint=cleaned["joint"], signers=cleaned["signers"], urgency=cleaned["urgency"],
            copy_number=cleaned["copy_number"],
            secrecy="★".join(filter(None, (cleaned.get("secrecy"), cleaned.get("secret_for", "").strip("★ ")))),
        )  # fmt: skip

    def head(self) -> list[forms.BoundField]:
        """What stands at the head and most documents do not need."""
        names = ("joint", "signers", "urgency", "copy_number", "secrecy", "secret_for")
        return [self[name] for name in names if name in self.fields]

    def is_head_open(self) -> bool:
        """Whether any of it is filled in or wrong, so that it has to be seen."""
        return any(field.value() or field.errors for field in self.head())

    def first(self) -> list[forms.BoundField]:
        """What stands at the top."""
        return [self[name] for name in ("title", "addressees", "text")]

    def last(self) -> list[forms.BoundField]:
        """What stands below the text."""
        return [self[name] for name in ("dated", "note", "copies_to")]

    def attachments(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Name and text of each attachment."""
        return [
            (self[f"attachment_{place}_title"], self[f"attachment_{place}_text"]) for place in self.places
        ]

    def take(self, problems: dict[str, list[Any]]) -> None:
        """Show what the action said, each at its field."""
        for name, sentences in problems.items():
            self.add_error(name if name in self.fields else None, sentences)


def _initial(content: Document) -> dict[str, Any]:
    found: dict[str, Any] = {
        "title": content.title, "addressees": content.addressees, "text": typed.to_text(content.blocks),
        "dated": content.dated, "note": content.note, "copies_to": "，".join(content.copies_to),
        "joint": "\n".join(content.joint), "signers": "、".join(content.signers), "urgency": content.urgency,
        "copy_number": content.copy_number,
    }  # fmt: skip
    found["secrecy"], _star, found["secret_for"] = content.secrecy.partition("★")
    for place, one in enumerate(content.attachments):
        found[f"attachment_{place}_title"] = one.title
        found[f"attachment_{place}_text"] = typed.to_text(one.blocks)
    return found


class BeginForm(forms.Form):
    """Which kind of document, in whose name."""

    organ = forms.TypedChoiceField(label=gettext_lazy("发文机关"), coerce=int)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, organs: Sequence[IssuingOrgan], offered: Sequence[tuple[str, Any]], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        self.fields["organ"].choices = [(one.pk, f"{one.name}（{one.code}）") for one in organs]  # type: ignore[attr-defined]
        self.fields["kind"].choices = offered  # type: ignore[attr-defined]


class IssueForm(VersionedForm):
    """That it was looked through."""

    is_checked = forms.BooleanField(label=gettext_lazy("标题、正文、日期和附件都核对过，印发后不能修改"))

    def look_again(self, version: int) -> None:
        """Another version is shown now, which nobody has looked through."""
        self.look_at(version)
        self.data.pop("is_checked", None)  # type: ignore[attr-defined]


class VoidForm(forms.Form):
    """Why a document is declared void."""

    reason = forms.CharField(
        label=gettext_lazy("作废原因"), max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("留在登记簿里，发文字号不再使用。"),
    )  # fmt: skip


def draft_form(document: OfficialDocument, content: Document, data: Any = None) -> DraftForm:
    """The form of a draft as it stands, or with what was typed."""
    return DraftForm(data, content=content, version=document.version)
