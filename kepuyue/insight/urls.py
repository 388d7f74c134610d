from django.urls import path

from kepuyue.insight.views import burden

app_name = "insight"
urlpatterns = [
    path("desk/burden/", burden.overview, name="burden"),
    path("desk/burden/export/", burden.export, name="burden-export"),
    path("desk/burden/<slug:code>/", burden.unit, name="burden-unit"),
]
