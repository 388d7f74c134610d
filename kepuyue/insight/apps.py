from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "kepuyue.insight"
    label = "insight"
