from django import forms
from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Forms and fields are drawn by our own templates, so that no page lays out a field by hand."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


class DisplayForm(forms.Form):
    """How the reader wants pages shown; a missing entry leaves that choice as it is."""

    theme = forms.ChoiceField(choices=[("", ""), ("light", "light"), ("dark", "dark")], required=False)
    print = forms.ChoiceField(choices=[("", ""), ("large", "large")], required=False)
