from django.urls import path

from kepuyue.activities.views import editing, handing_in, listing, pictures
from kepuyue.activities.views.reviewing import assigning, keeping, many, page, queue

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
    path("reviews/", queue.reviews, name="reviews"),
    path("reviews/panel/", queue.panel, name="reviews-panel"),
    path("reviews/help/", queue.help_page, name="reviews-help"),
    path("reviews/figures/", queue.figures, name="reviews-figures"),
    path("reviews/decisions/", many.decide, name="decisions"),
    path("reviews/spread/", assigning.spread, name="reviews-spread"),
    path("reviews/filters/", queue.save_filter, name="filters"),
    path("reviews/filters/<int:pk>/removal/", queue.remove_filter, name="filter-removal"),
    path("reviews/remarks/", keeping.remark_list, name="remarks"),
    path("reviews/remarks/<int:pk>/", keeping.remark, name="remark"),
    path("reviews/remarks/<int:pk>/removal/", keeping.remove_remark, name="remark-removal"),
    path("reviews/words/", keeping.word_list, name="words"),
    path("reviews/words/list.txt", keeping.word_file, name="words-file"),
    path("reviews/words/removal/", keeping.remove_words, name="words-removal"),
    path("reviews/<int:pk>/", page.review, name="review"),
    path("reviews/<int:pk>/decision/", page.decide, name="decision"),
    path("reviews/<int:pk>/assignment/", assigning.assign, name="assignment"),
    path("reviews/<int:pk>/release/", assigning.release, name="release"),
    path("reviews/<int:pk>/return-to-me/", page.take_back, name="take-back"),
    path("reviews/<int:pk>/presence/", page.presence, name="presence"),
]
