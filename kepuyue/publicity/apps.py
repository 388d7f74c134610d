from django.apps import AppConfig


class PublicityConfig(AppConfig):
    name = "kepuyue.publicity"
    label = "publicity"
