from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "kepuyue.programme"
    label = "programme"
