from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from django.views.i18n import set_language

from kepuyue.ui import views

app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [
    # Without a token, so that public pages stay free of cookies: the worst a forged one does is change the language
    path("language/", login_not_required(csrf_exempt(set_language)), name="set_language"),
    path("display/", views.display, name="display"),
    path("service-worker.js", views.service_worker, name="service-worker"),
    path("components/", views.components, name="components"),
]
