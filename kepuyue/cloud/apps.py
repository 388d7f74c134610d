from django.apps import AppConfig


class CloudConfig(AppConfig):
    name = "kepuyue.cloud"
    label = "cloud"
