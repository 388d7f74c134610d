from django.urls import path

from kepuyue.demo import views

app_name = "demo"
urlpatterns = [path("stage/", views.jump, name="stage")]
