from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "kepuyue.ui"
    label = "ui"
