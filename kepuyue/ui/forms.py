from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Fields are drawn by our own template, so that no page lays out a field by hand."""

    field_template_name = "ui/forms/field.html"
