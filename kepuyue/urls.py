"""The public address space. Each room brings its own addresses; what is open to all says so in its view."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

# What nobody caught: 503 while the database is away, 500 else
handler500 = "kepuyue.core.views.fault"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("kepuyue.programme.urls")),
    path("", include("kepuyue.core.urls")),
    path("", include("kepuyue.ui.urls")),
    path("accounts/", include("kepuyue.accounts.urls")),
    path("desk/", include("kepuyue.organizations.urls")),
    path("desk/messages/", include("kepuyue.messaging.urls")),
    path("desk/documents/", include("kepuyue.documents.urls")),
    path("", include("kepuyue.editions.urls")),
    path("desk/", include("kepuyue.activities.urls")),
    path("", include("kepuyue.resources.urls")),
    path("", include("kepuyue.bookings.urls")),
    path("", include("kepuyue.cloud.urls")),
    path("desk/federation/", include("kepuyue.federation.urls")),
    path("", include("kepuyue.publicity.urls")),
    path("", include("kepuyue.summaries.urls")),
    path("", include("kepuyue.mailbox.urls")),
    path("", include("kepuyue.insight.urls")),
    path("", include("kepuyue.evaluation.urls")),
    path("", include("kepuyue.operation.urls")),
    path("desk/imports/", include("kepuyue.imports.urls")),
    path("desk/interface/", include("kepuyue.partners.urls")),
    path("api/", include("kepuyue.api.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("kepuyue.demo.urls")))
