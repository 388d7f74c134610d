from django.urls import path

from kepuyue.messaging import views

app_name = "messaging"
urlpatterns = [path("", views.inbox, name="inbox")]
