from django.urls import path

from kepuyue.imports.views import activities, afterwards, calendars, platform, previewing, units

app_name = "imports"
urlpatterns = [
    path("", activities.batches, name="list"),
    path("new/", activities.new, name="new"),
    path("template.xlsx", activities.template, name="template"),
    path("units/", units.units, name="units"),
    path("units/template.xlsx", units.template, name="unit-template"),
    path("units/<int:pk>/", units.batch, name="unit-batch"),
    path("units/<int:pk>/commit/", units.commit, name="unit-commit"),
    path("platform/", platform.addresses, name="platform"),
    path("calendars/", calendars.calendars, name="calendars"),
    path("calendars/new/", calendars.new, name="calendar-new"),
    path("calendars/<int:pk>/", calendars.calendar, name="calendar"),
    path("calendars/<int:pk>/events/", calendars.choose, name="calendar-events"),
    path("calendars/<int:pk>/changes/", calendars.settle_all, name="calendar-changes"),
    path("calendars/<int:pk>/changes/<int:item>/", calendars.settle, name="calendar-change"),
    path("calendars/<int:pk>/refresh/", calendars.refresh, name="calendar-refresh"),
    path("calendars/<int:pk>/file/", calendars.renew, name="calendar-file"),
    path("calendars/<int:pk>/state/", calendars.switch, name="calendar-state"),
    path("calendars/<int:pk>/removal/", calendars.remove, name="calendar-removal"),
    path("<int:pk>/", activities.batch, name="batch"),
    path("<int:pk>/commit/", activities.commit, name="commit"),
    path("<int:pk>/mends/", previewing.mend, name="mend"),
    path("<int:pk>/columns/", previewing.columns, name="columns"),
    path("<int:pk>/undoing/", afterwards.undo, name="undo"),
]
