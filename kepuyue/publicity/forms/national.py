"""What is typed about key activities: why one is none, and where the platform shows it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.forms.fields import WebAddressField


class DeclineForm(forms.Form):
    """Why it is not listed; the unit reads it."""

    reason = forms.CharField(label=_("理由"), max_length=200)


class AddressForm(forms.Form):
    """Where the national platform shows the activity, and since when (today where it is not said)."""

    address = WebAddressField(label=_("平台网址"), max_length=500)
    posted_on = forms.DateField(
        label=_("平台发布日期"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
