from django.urls import path

from kepuyue.activities.views import editing, handing_in, listing, pictures, reviewing

app_name = "activities"
urlpatterns = [
    path("activities/", listing.activity_list, name="list"),
    path("activities/new/", listing.new, name="new"),
    path("activities/panel/", listing.panel, name="panel"),
    path("activities/<str:code>/", listing.detail, name="detail"),
    path("activities/<str:code>/edit/<slug:step>/", editing.edit, name="edit"),
    path("activities/<str:code>/pictures/", pictures.pictures, name="pictures"),
    path("activities/<str:code>/pictures/<int:pk>/removal/", pictures.remove, name="picture-removal"),
    path("activities/<str:code>/submission/", handing_in.submit, name="submission"),
    path("activities/<str:code>/withdrawal/", handing_in.withdraw, name="withdrawal"),
    path("activities/<str:code>/cancellation/", handing_in.cancel, name="cancellation"),
    path("pictures/<int:pk>/", pictures.picture, name="picture"),
    path("reviews/", reviewing.queue, name="reviews"),
    path("reviews/panel/", reviewing.panel, name="reviews-panel"),
    path("reviews/<int:pk>/", reviewing.review, name="review"),
    path("reviews/<int:pk>/decision/", reviewing.decide, name="decision"),
]
