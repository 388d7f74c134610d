"""What the office changes of an edition on screen."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kepuyue.editions.actions.editing import FACTS
from kepuyue.editions.folder.rules import IN_ORDER
from kepuyue.editions.models import Edition, KeyDate


class EditionForm(forms.ModelForm[Edition]):
    """Theme, contact and key dates. `version` is the state of the edition that the person looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Edition
        fields = FACTS
        help_texts = {
            "theme": gettext_lazy("首页、活动页和各处的主题会一起更新。"),
            "contact_email": gettext_lazy("各单位报送和咨询用，会公开显示。"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["version"] = self.instance.version
        days = dict(self.instance.key_dates.values_list("kind", "day"))
        for kind in KeyDate.Kind:
            self.fields[kind] = forms.DateField(
                label=kind.label,
                required=False,
                initial=days.get(kind),
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        self.order_fields([*FACTS, *KeyDate.Kind])

    def clean(self) -> dict[str, Any]:
        """Key dates in an order that makes sense; the message stands at the field that can be changed."""
        data = super().clean() or {}
        moments = {kind: data.get(kind) for kind in KeyDate.Kind} | {
            "starts_on": self.instance.starts_on,
            "ends_on": self.instance.ends_on,
        }
        names = dict(KeyDate.Kind.choices) | {"starts_on": _("活动开始日期"), "ends_on": _("活动结束日期")}
        for first, second in IN_ORDER:
            early, late = moments[first], moments[second]
            if early and late and early > late:
                self.add_error(
                    first if first in self.fields else second,
                    _("“%(first)s”不能晚于“%(second)s”。") % {"first": names[first], "second": names[second]},
                )
        return data

    def facts(self) -> dict[str, str]:
        """The edition's own fields, for the action."""
        return {name: self.cleaned_data[name] for name in FACTS}

    def key_dates(self) -> dict[str, date | None]:
        """The key dates, None where there is none, for the action."""
        return {str(kind): self.cleaned_data[kind] for kind in KeyDate.Kind}
