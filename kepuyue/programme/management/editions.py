"""Which edition a command means."""

from django.core.management.base import CommandError

from kepuyue.editions.models import Edition


def edition_named(code: str | None) -> Edition:
    """The edition of this code, else the current one. Raises `CommandError`, which names those that there are."""
    found = Edition.objects.filter(code=code) if code else Edition.objects.filter(is_current=True)
    edition = found.first()
    if edition is None:
        known = ", ".join(Edition.objects.live().values_list("code", flat=True)) or "none"
        raise CommandError(f"no such edition; there are: {known}")
    return edition
