"""What a report of an error may show: nothing that opens a door, nothing that somebody typed."""

import re
from typing import Any

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.views.debug import SafeExceptionReporterFilter

# Addresses of servers carry passwords (DATABASE_URL, EMAIL_URL, IMAP_URL, the cache's LOCATION)
SECRET = re.compile(
    r"API|AUTH|TOKEN|KEY|SECRET|PASS|SIGNATURE|HTTP_COOKIE|_URL$|^LOCATION$|FALLBACKS|CREDENTIAL|CIPHER|IDEMPOTENCY",
    re.IGNORECASE,
)
# Addresses of our own that are no secret
PLAIN = {"STATIC_URL", "MEDIA_URL", "LOGIN_URL", "LOGIN_REDIRECT_URL", "LOGOUT_REDIRECT_URL", "PUBLIC_URL"}


class ReportFilter(SafeExceptionReporterFilter):
    """The framework's filter with more names that are secret, and without values of forms and variables in earnest.

    It holds for the page that DEBUG shows and for every report that is made with `ExceptionReporter`.
    """

    hidden_settings = SECRET

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        """The value, or stars; what is secret inside a list or mapping too."""
        if key in PLAIN:
            return value
        return super().cleanse_setting(key, value)

    def get_safe_cookies(self, request: Any) -> dict[str, str]:
        """Which cookies came, and of none what it holds."""
        return dict.fromkeys(getattr(request, "COOKIES", {}), self.cleansed_substitute)

    def get_post_parameters(self, request: HttpRequest | None) -> Any:
        """What was typed: under DEBUG without what is secret, in earnest the names of the fields only."""
        if request is None:
            return {}
        typed = request.POST
        hides_all = self.is_active(request)
        return MultiValueDict(
            {
                name: [self.cleansed_substitute] if hides_all or SECRET.search(name) else typed.getlist(name)
                for name in typed
            }
        )

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        """Variables of a frame: under DEBUG without what is secret, in earnest their names only."""
        hides_all = self.is_active(request)
        return [
            (
                name,
                self.cleansed_substitute
                if hides_all or SECRET.search(name)
                else self.cleanse_special_types(request, value),
            )
            for name, value in tb_frame.f_locals.items()
        ]
