"""The program refuses to serve in earnest what is a demonstration."""

from typing import Any

import pytest

from kepuyue import cli
from kepuyue.activities.models import Origin
from tests.factories import ActivityFactory

pytestmark = pytest.mark.django_db


def test_database_with_demonstration_content_is_not_served_in_earnest(settings: Any) -> None:
    settings.DEMO = False
    ActivityFactory(origin=Origin.DEMO)

    with pytest.raises(SystemExit, match="演示内容"):
        cli._refuse_demonstration_in_earnest()


@pytest.mark.parametrize(("demo", "origin"), [(True, Origin.DEMO), (False, Origin.FORM)])
def test_database_fit_for_its_mode_is_served(settings: Any, demo: bool, origin: str) -> None:
    settings.DEMO = demo
    ActivityFactory(origin=origin)

    cli._refuse_demonstration_in_earnest()
