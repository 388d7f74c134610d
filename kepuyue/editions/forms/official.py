"""What is asked before an official document of an edition is drafted."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.core.time import today
from kepuyue.documents.models import IssuingOrgan
from kepuyue.editions.models import Paper
from kepuyue.editions.queries import current_edition, forwardable, templates_of
from kepuyue.ui.forms import DateInput

MOST_NAMES = 2000


class NoticeForm(forms.Form):
    """For which edition."""

    edition = forms.ChoiceField(label=gettext_lazy("哪一届"))
    above = forms.CharField(
        label=gettext_lazy("上级预通知的文号"), max_length=60, required=False,
        help_text=gettext_lazy("写进附件名；还没有可不填，草稿里会标出“（待填写）”。"),
    )  # fmt: skip

    def __init__(self, *args: Any, organ: IssuingOrgan, **options: Any) -> None:
        super().__init__(*args, **options)
        found = templates_of(Paper.Template.NOTICE).filter(edition__office=organ.organization)
        editions = sorted({paper.edition for paper in found}, key=lambda one: one.starts_on, reverse=True)
        self.fields["edition"].choices = [(one.code, one.name) for one in editions]  # type: ignore[attr-defined]


class ForwardingForm(forms.Form):
    """Which paper is forwarded."""

    paper = forms.TypedChoiceField(label=gettext_lazy("转发哪份文件"), coerce=int)

    def __init__(self, *args: Any, organ: IssuingOrgan, **options: Any) -> None:
        super().__init__(*args, **options)
        choices = [(one.pk, f"{one.title}（{one.number}）") for one in forwardable()]
        self.fields["paper"].choices = choices  # type: ignore[attr-defined]


class AnnouncementForm(forms.Form):
    """Whose names are shown, for how long, and how one objects."""

    subject = forms.CharField(
        label=gettext_lazy("公示什么"), max_length=120,
        help_text=gettext_lazy("写进标题和附件名，例如“2024年深圳科普月优秀活动推荐名单”。"),
    )  # fmt: skip
    reason = forms.CharField(
        label=gettext_lazy("依据和经过"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("例如“根据……通知要求，经单位申报、区科协推荐、专家评审”。"),
    )  # fmt: skip
    names = forms.CharField(
        label=gettext_lazy("名单"), max_length=200_000, widget=forms.Textarea(attrs={"rows": 12}),
        help_text=gettext_lazy("一行一个；要附说明，写在第一个中文逗号后面。不写个人的证件号和电话。"),
    )  # fmt: skip
    first_day = forms.DateField(label=gettext_lazy("公示第一天"), widget=DateInput)
    days = forms.IntegerField(
        label=gettext_lazy("公示几个工作日"), min_value=1, max_value=30, initial=5,
        help_text=gettext_lazy("放假的日子不算，调休上班的日子算。"),
    )  # fmt: skip
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=40, required=False)
    email = forms.EmailField(label=gettext_lazy("邮箱"), required=False)

    def __init__(self, *args: Any, organ: IssuingOrgan, **options: Any) -> None:
        super().__init__(*args, **options)
        edition = current_edition()
        self.fields["first_day"].initial = today()
        if edition is not None and edition.office_id == organ.organization_id:
            self.fields["phone"].initial = edition.contact_phone
            self.fields["email"].initial = edition.contact_email

    def clean_names(self) -> list[str]:
        """One entry a line, each once."""
        lines = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if len(lines) > MOST_NAMES:
            raise forms.ValidationError(_("名单最多%(most)s行。") % {"most": MOST_NAMES})
        seen: set[str] = set()
        if doubles := [line for line in lines if line in seen or seen.add(line)]:  # type: ignore[func-returns-value]
            raise forms.ValidationError(_("有重复的：%(which)s") % {"which": "、".join(doubles[:5])})
        return lines

    def clean_first_day(self) -> str:
        """As JSON can hold it."""
        return str(self.cleaned_data["first_day"].isoformat())
