from django.urls import path

from kepuyue.programme.views import (
    calendar,
    feeds,
    home,
    hosts,
    listing,
    main_venue,
    my_month,
    page,
    places,
    my_month,
    page,
    places,
    posters,
    sitemap,
    suggesting,
)
from kepuyue.programme.views import calendar, feeds, home, hosts, listing, my_month, page, places, suggesting
from kepuyue.programme.views import calendar, feeds, home, hosts, listing, page, places, suggesting
from kepuyue.programme.views import calendar, feeds, home, listing, map, page, places, suggesting
from kepuyue.programme.views import calendar, feeds, home, hosts, listing, map, page, places, suggesting
    map,
    my_month,
    page,
    places,
    suggesting,
)

app_name = "programme"
urlpatterns = [
    path("", home.home, name="home"),
    path("activities/", listing.activities, name="activities"),
    path("activities/<slug:code>/", page.activity, name="activity"),
    path("activities/<slug:code>/poster.png", posters.activity, {"kind": "poster"}, name="poster"),
    path("activities/<slug:code>/card.png", posters.activity, {"kind": "card"}, name="card"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<str:day>/", calendar.day, name="day"),
    path("map/outline/", map.outline, name="map-outline"),
    path("map/places/", map.places, name="map-places"),
    path("districts/<slug:code>/", places.district, name="district"),
    path("departments/", places.departments, name="departments"),
    path("departments/<slug:code>/", places.department, name="department"),
    path("my-month/", my_month.my_month, name="my-month"),
    path("feeds/my-month.ics", my_month.feed, name="my-month-feed"),
    path("suggestions/", suggesting.suggestions, name="suggestions"),
    path("feeds/activities.<slug:form>", feeds.activities, name="feed"),
    path("feeds/activities/<slug:code>.<slug:form>", feeds.activity, name="activity-feed"),
    path("feeds/card.png", posters.edition, name="edition-card"),
    path("robots.txt", sitemap.robots, name="robots"),
    path("sitemap.xml", sitemap.index, name="sitemap"),
    path("sitemap/<int:number>.xml", sitemap.part, name="sitemap-part"),
    path("units/<slug:code>/", hosts.unit, name="unit"),
    path("main-venue/", main_venue.main_venue, name="main-venue"),
    path("venues/<int:pk>/", hosts.venue, name="venue"),
]
