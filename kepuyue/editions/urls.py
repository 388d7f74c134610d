from django.urls import path

from kepuyue.editions import views

app_name = "editions"
urlpatterns = [
    path("notice/", views.notice, name="notice"),
    path("notice/<slug:code>/", views.paper, name="paper"),
    path("desk/edition/", views.edition, name="edition"),
]
