from contextlib import AbstractContextManager, nullcontext

from django.apps import AppConfig

# What these rooms do in the background goes by the machine's clock: what is to be sent, sealed, read again, forgotten
BY_THE_MACHINE_S_CLOCK = ("core", "accounts", "messaging", "imports", "programme")


class DemoConfig(AppConfig):
    name = "kepuyue.demo"
    label = "demo"

    def ready(self) -> None:
        from kepuyue.core import duties
        from kepuyue.core.time import shifted
        from kepuyue.demo import stages

        def clock(duty: duties.Duty) -> AbstractContextManager[None]:
            # Offers, reminders and erasure would all be years late
            room = duty.name.removeprefix("kepuyue.").partition(".")[0]
            return nullcontext() if room in BY_THE_MACHINE_S_CLOCK else shifted(stages.default_shift())

        duties.go_by(clock)
