from django.urls import path

from kepuyue.messaging import views

app_name = "messaging"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("settings/", views.settings, name="settings"),
    path("unsubscription/<str:token>/", views.unsubscription, name="unsubscription"),
]
