"""What the desk lets people type: how to look at the queue, whom to assign, remarks, words."""

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kepuyue.activities.content import labels
from kepuyue.activities.models import Remark, SavedFilter
from kepuyue.organizations.models import Organization

if TYPE_CHECKING:
    from django.db.models import QuerySet

TABS = (
    ("all", pgettext_lazy("queue", "全部")),
    ("mine", _("由我办理")),
    ("unassigned", _("未分办")),
    ("overdue", _("已超时")),
    ("changes", _("只看变更")),
    ("large", _("大型活动")),
    ("escalated", _("已催办")),
    ("sampling", _("抽查")),
)
ORDERS = (
    ("urgency", _("最紧急的在前")),
    ("waiting", _("等得最久的在前")),
    ("newest", _("新到的在前")),
    ("title", _("按名称")),
    ("unit", _("按单位")),
)


class QueueForm(forms.Form):
    """How the queue is looked at. What an address says otherwise falls back to the usual way."""

    show = forms.ChoiceField(choices=TABS, required=False)
    q = forms.CharField(
        label=_("找活动或单位"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    sort = forms.ChoiceField(label=_("排序"), choices=ORDERS, required=False)
    unit = forms.SlugField(required=False, max_length=40)

    def chosen(self) -> dict[str, str]:
        """The valid choices, the usual ones filled in."""
        self.is_valid()
        cleaned = self.cleaned_data
        return {
            "show": cleaned.get("show") or "all",
            "q": (cleaned.get("q") or "").strip(),
            "sort": cleaned.get("sort") or "urgency",
            "unit": cleaned.get("unit") or "",
        }

    def query(self, **changes: str) -> str:
        """The address's query for these choices, without what is usual anyway."""
        usual = {"show": "all", "q": "", "sort": "urgency", "unit": ""}
        chosen = self.chosen() | changes
        return urlencode({name: value for name, value in chosen.items() if value != usual[name]})


class FilterForm(forms.ModelForm):
    """A name for a way of looking at the queue."""

    query = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    class Meta:
        model = SavedFilter
        fields = ("name",)


class ShownForm(forms.Form):
    """What the page showed when a button was pressed: the step, and who saw to it (0: nobody)."""

    step = forms.IntegerField(required=False, widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AssignForm(ShownForm):
    """Who is to see to it; the choice is among the people who review for the unit."""

    person = forms.ModelChoiceField(
        queryset=get_user_model().objects.none(), label=_("审核人"), empty_label=_("选择审核人")
    )

    def __init__(self, *args: Any, people: "QuerySet[Any]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people


class ManyForm(forms.Form):
    """What is done with the chosen rows."""

    decision = forms.ChoiceField(choices=(("approved", ""), ("returned", ""), ("assign", "")))
    note = forms.CharField(
        label=_("退回意见"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
    queue = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)


class RemarkForm(forms.ModelForm):
    """A frequent remark. Shared ones are offered to the office only."""

    field = forms.ChoiceField(label=_("对哪一栏"), required=False)
    position = forms.IntegerField(
        label=_("顺序"),
        required=False,
        min_value=0,
        max_value=999,
        help_text=_("小的在前；前9条可以按数字键插入。"),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Remark
        fields = ("text", "field", "position", "is_shared")
        widgets = {"text": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args: Any, may_share: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["field"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [("", _("整项意见")), *((name, str(label)) for name, label in labels().items())]
        if not may_share:
            del self.fields["is_shared"]


class UnitForm(forms.Form):
    """One of the units for which the person reviews."""

    unit = forms.ModelChoiceField(queryset=Organization.objects.none())

    def __init__(self, *args: Any, units: list[Organization], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Organization.objects.filter(pk__in=[unit.pk for unit in units])


class WordsForm(forms.Form):
    """Words pasted or read from a text file, one a line."""

    text = forms.CharField(
        label=_("粘贴词语"), required=False, max_length=2_000_000, strip=False,
        help_text=_("一行一个：词语，类别，处理说明。后两项可以不写，用逗号或制表符隔开；从表格里直接复制也可以。"),
        widget=forms.Textarea(attrs={"rows": 6}),
    )  # fmt: skip
    file = forms.FileField(
        label=_("或选择文本文件"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".txt,.csv,text/*"}),
    )

    def clean(self) -> dict[str, Any]:
        """The text of both, the file read as UTF-8 or GB 18030."""
        data = super().clean() or {}
        text = data.get("text") or ""
        if file := data.get("file"):
            if file.size > 2_000_000:
                raise forms.ValidationError(_("文件超过2MB，请分成几个。"))
            raw = file.read()
            try:
                text += "\n" + raw.decode("utf-8-sig")
            except UnicodeDecodeError:
                text += "\n" + raw.decode("gb18030", errors="replace")
            if "\0" in text:
                raise forms.ValidationError(_("这个文件不是纯文本。请另存为UTF-8编码的文本文件再选。"))
        if not text.strip():
            raise forms.ValidationError(_("请粘贴词语或选择文件。"))
        return data | {"text": text}
