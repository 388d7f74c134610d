from django.urls import path

from kepuyue.organizations import views

app_name = "organizations"
urlpatterns = [
    path("", views.desk, name="desk"),
    path("audit/", views.audit_trail, name="audit"),
    path("units/", views.units, name="units"),
    path("units/registration/", views.registration, name="registration"),
    path("units/<slug:code>/", views.unit, name="unit"),
    path("units/<slug:code>/edit/", views.edit, name="unit-edit"),
    path("units/<slug:code>/confirmation/", views.confirmation, name="confirmation"),
    path("units/<slug:code>/refusal/", views.refusal, name="refusal"),
    path("units/<slug:code>/people/", views.people, name="people"),
    path("units/<slug:code>/people/<int:pk>/removal/", views.removal, name="removal"),
]
