from django.urls import path

from kepuyue.federation import views

app_name = "federation"
urlpatterns = [
    path("", views.sources, name="sources"),
    path("<int:pk>/", views.source, name="source"),
    path("<int:pk>/state/", views.switch, name="state"),
    path("<int:pk>/reading/", views.read, name="reading"),
    path("<int:pk>/counterparts/", views.counterparts, name="counterparts"),
]
