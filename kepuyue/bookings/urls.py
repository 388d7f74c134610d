from django.urls import path

from kepuyue.bookings.views import terms

app_name = "bookings"
urlpatterns = [
    path("desk/activities/<slug:code>/booking/", terms.edit, name="terms"),
    path("desk/activities/<slug:code>/booking/pause/", terms.pause, name="pause"),
    path("desk/activities/<slug:code>/booking/panel/", terms.of_activity, name="of-activity"),
]
