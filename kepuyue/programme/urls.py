from django.urls import path

from kepuyue.programme.views import calendar, home, listing, page

app_name = "programme"
urlpatterns = [
    path("", home.home, name="home"),
    path("activities/", listing.activities, name="activities"),
    path("activities/<slug:code>/", page.activity, name="activity"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<str:day>/", calendar.day, name="day"),
    path("districts/<slug:code>/", listing.district, name="district"),
]
