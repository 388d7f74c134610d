from django.urls import path

from kepuyue.activities.views import editing, handing_in, listing, pictures, reviewing

app_name = "activities"
urlpatterns = [
    path("activities/", listing.activity_list, name="list"),
    path("activities/new/", listing.new, name="new"),
    path("activities/panel/", listing.panel, name="panel"),
    path("activities/<slug:code>/", listing.detail, name="detail"),
    path("activities/<slug:code>/edit/<slug:step>/", editing.edit, name="edit"),
    path("activities/<slug:code>/pictures/", pictures.pictures, name="pictures"),
    path("activities/<slug:code>/pictures/<int:pk>/removal/", pictures.remove, name="picture-removal"),
    path("activities/<slug:code>/submission/", handing_in.submit, name="submission"),
    path("activities/<slug:code>/withdrawal/", handing_in.withdraw, name="withdrawal"),
    path("activities/<slug:code>/cancellation/", handing_in.cancel, name="cancellation"),
    path("pictures/<int:pk>/", pictures.picture, name="picture"),
    path("reviews/", reviewing.queue, name="reviews"),
    path("reviews/panel/", reviewing.panel, name="reviews-panel"),
    path("reviews/<int:pk>/", reviewing.review, name="review"),
    path("reviews/<int:pk>/decision/", reviewing.decide, name="decision"),
]
