from django.urls import path

from kepuyue.summaries.views import branch, many, own, photos, public

app_name = "summaries"
urlpatterns = [
    path("desk/summaries/", own.own, name="own"),
    path("desk/summaries/filing/", many.file, name="filing-many"),
    path("desk/summaries/letters/<slug:unit>.docx", own.letter, name="letter"),
    path("desk/summaries/panel/", branch.panel, name="panel"),
    path("desk/summaries/branch/", branch.branch, name="branch"),
    path("desk/summaries/branch/acceptance/", many.accept, name="acceptance-many"),
    path("desk/summaries/branch/return/", many.return_for_changes, name="return-many"),
    path("desk/summaries/branch/reminders/", branch.chase, name="reminders"),
    path("desk/summaries/branch/table.xlsx", branch.export, name="table"),
    path("desk/summaries/photos/<int:pk>/", photos.photo, name="photo"),
    path("desk/summaries/photos/<int:pk>/file/", photos.file, name="photo-file"),
    path("activities/<slug:code>/photos/", public.photos, name="public-photos"),
    path("photos/<int:pk>.jpg", public.photo, name="public-photo"),
    path("desk/summaries/photos/<int:pk>/withholding/", photos.withhold, name="photo-withholding"),
    path("desk/summaries/photos/<int:pk>/removal/", photos.remove, name="photo-removal"),
    path("desk/summaries/<slug:code>/", own.summary, name="summary"),
    path("desk/summaries/<slug:code>/photos/", photos.photos, name="photos"),
    path("desk/summaries/<slug:code>/taking-back/", own.take_back, name="taking-back"),
    path("desk/summaries/<slug:code>/supplement/", own.supplement, name="supplement"),
    path("desk/summaries/<slug:code>/acceptance/", branch.accept, name="acceptance"),
    path("desk/summaries/<slug:code>/return/", branch.return_for_changes, name="return"),
]
