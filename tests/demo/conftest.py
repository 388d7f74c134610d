"""One seeded demonstration for the whole module; each test rolls back what it changes."""

from pathlib import Path

import pytest
from django.conf import settings

from kepuyue.demo.actions import seeding
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition


def load_edition() -> Edition:
    from django.core.management import call_command

    call_command("edition", "load", str(Path(settings.EDITIONS_DIR) / "shenzhen-2024"), verbosity=0)
    return Edition.objects.get(code="shenzhen-2024")


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """The demonstration as `make run` shows it."""
    from django.db import transaction

    with django_db_blocker.unblock():
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            edition = load_edition()
            seeding.seed(edition, Stage.MONTH)
            yield edition
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)
