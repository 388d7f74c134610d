from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "kepuyue.api"
    label = "api"
