from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "kepuyue.core"
    label = "core"
