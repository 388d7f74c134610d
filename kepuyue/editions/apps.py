from django.apps import AppConfig


class EditionsConfig(AppConfig):
    name = "kepuyue.editions"
    label = "editions"
