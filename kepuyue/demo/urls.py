from django.urls import path

from kepuyue.demo import views

app_name = "demo"
urlpatterns = [
    path("stage/", views.jump, name="stage"),
    path("text-messages/", views.text_messages, name="text-messages"),
]
