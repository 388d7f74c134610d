from django.urls import path

from kepuyue.imports.views import activities, afterwards, previewing, units

app_name = "imports"
urlpatterns = [
    path("", activities.batches, name="list"),
    path("new/", activities.new, name="new"),
    path("template.xlsx", activities.template, name="template"),
    path("units/", units.units, name="units"),
    path("units/template.xlsx", units.template, name="unit-template"),
    path("units/<int:pk>/", units.batch, name="unit-batch"),
    path("units/<int:pk>/commit/", units.commit, name="unit-commit"),
    path("<int:pk>/", activities.batch, name="batch"),
    path("<int:pk>/commit/", activities.commit, name="commit"),
    path("<int:pk>/mends/", previewing.mend, name="mend"),
    path("<int:pk>/columns/", previewing.columns, name="columns"),
    path("<int:pk>/undoing/", afterwards.undo, name="undo"),
]
