"""Every address here is open to all; what needs a token will say so in its view."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver

from kepuyue.api.views import api

app_name = "api"
patterns, _app_name, _namespace = api.urls
for pattern in patterns:
    if isinstance(pattern, URLPattern):
        pattern.callback = login_not_required(pattern.callback)
urlpatterns: list[URLPattern | URLResolver] = list(patterns)
