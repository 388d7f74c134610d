from django.apps import AppConfig


class ProgrammeConfig(AppConfig):
    name = "kepuyue.programme"
    label = "programme"

    def ready(self) -> None:
        from kepuyue.programme import receivers  # noqa: F401 (models must be ready before they listen)
        from kepuyue.programme.handbook import wish  # noqa: F401 (makes files for the worker)
        from kepuyue.programme.open_data import offer  # noqa: F401 (the same)
