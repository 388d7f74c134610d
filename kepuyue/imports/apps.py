from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "kepuyue.imports"
    label = "imports"
