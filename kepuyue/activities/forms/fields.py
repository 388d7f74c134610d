"""Fields that several forms of the room use."""

from typing import Any

from django import forms
from django.core.validators import URLValidator


class WebAddressField(forms.URLField):
    """A link that browsers may open: http or https only; without a scheme, https is meant."""

    def __init__(self, **options: Any) -> None:
        super().__init__(assume_scheme="https", **options)
        self.validators = [v for v in self.validators if not hasattr(v, "schemes")]
        self.validators.append(URLValidator(schemes=["http", "https"]))
