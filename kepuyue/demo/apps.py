from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "kepuyue.demo"
    label = "demo"
