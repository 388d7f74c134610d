from django.urls import path

from kepuyue.publicity.views import highlights, national

app_name = "publicity"
urlpatterns = [
    path("desk/highlights/", highlights.grid, name="highlights"),
    path("desk/highlights/table.xlsx", highlights.export, name="highlight-table"),
    path("desk/highlights/entries/<int:pk>/", highlights.describe, name="highlight-line"),
    path("desk/highlights/entries/<int:pk>/order/", highlights.put_first, name="highlight-order"),
    path("desk/highlights/entries/<int:pk>/removal/", highlights.remove, name="highlight-removal"),
    path("desk/highlights/<str:day>/", highlights.day, name="highlight-day"),
    path("desk/key-activities/", national.listing, name="key-activities"),
    path("desk/key-activities/table.xlsx", national.export, name="key-table"),
    path("desk/key-activities/reminders/", national.remind, name="key-reminders"),
    path("desk/key-activities/<slug:code>/", national.of_activity, name="of-activity"),
    path("desk/key-activities/<slug:code>/proposal/", national.propose, name="key-proposal"),
    path("desk/key-activities/<slug:code>/withdrawal/", national.withdraw, name="key-withdrawal"),
    path("desk/key-activities/<slug:code>/listing/", national.enlist, name="key-listing"),
    path("desk/key-activities/<slug:code>/refusal/", national.decline, name="key-refusal"),
    path("desk/key-activities/<slug:code>/address/", national.note, name="key-address"),
]
