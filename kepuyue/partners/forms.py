from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from kepuyue.organizations.forms import ask_which
from kepuyue.organizations.models import Organization
from kepuyue.partners.actions.tokens import LONGEST_DAYS
from kepuyue.partners.events import EVENTS
from kepuyue.partners.scopes import SCOPES


class UnitForm(forms.Form):
    """Something of one of the person's units."""

    organization: Any = forms.ModelChoiceField(queryset=None, label=_("单位"))

    def __init__(self, *args: Any, organizations: QuerySet[Organization], **options: Any) -> None:
        super().__init__(*args, **options)
        ask_which(self.fields["organization"], organizations)


class TokenForm(UnitForm):
    """A token for one program."""

    name = forms.CharField(
        label=_("用途"), max_length=60, help_text=_("给哪个系统用，例如：图书馆活动系统。会写进操作记录。")
    )
    scopes = forms.MultipleChoiceField(
        label=_("权限"),
        choices=[(code, scope.label) for code, scope in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("只勾选用得到的。"),
    )
    days = forms.IntegerField(
        label=_("有效天数"),
        min_value=1,
        max_value=LONGEST_DAYS,
        initial=90,
        help_text=_("到期前换一个新的。"),
    )


class EndpointForm(UnitForm):
    """An address that is told of events."""

    url = forms.CharField(
        label=_("网址"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=_("https开头的公网地址，收下后回答2xx。"),
    )
    events = forms.MultipleChoiceField(
        label=_("事件"), choices=list(EVENTS.items()), widget=forms.CheckboxSelectMultiple
    )
    is_city_wide = forms.BooleanField(
        label=_("全市的事件"), required=False, help_text=_("只有市级可以选；不选只推送本单位的。")
    )

    def __init__(self, *args: Any, may_city_wide: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if not may_city_wide:
            del self.fields["is_city_wide"]
