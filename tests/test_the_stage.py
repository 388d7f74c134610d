"""What the other tests stand on does what it says."""

import socket
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.translation import gettext

from kepuyue.activities.actions import drafting, review, submission
from kepuyue.activities.models import State
from kepuyue.core.time import today
from tests.cast import Cast
from tests.conftest import Clock
from tests.factories import ActivityFactory, EditionFactory, SubmissionFactory, UserFactory, complete_content


def test_data_folder_is_a_temporary_one() -> None:
    assert Path(settings.DATA_DIR).name.startswith("kepuyue-tests-")
    assert Path(settings.MEDIA_ROOT).is_relative_to(settings.DATA_DIR)


def test_clock_set_to_a_moment_shows_it(clock: Clock) -> None:
    clock.set(datetime(2024, 9, 14, 10))

    assert str(today()) == "2024-09-14"


@pytest.mark.parametrize("language", ["zh-hans", "en"], indirect=True)
def test_language_is_the_one_asked_for(language: str) -> None:
    text_of_the_framework = "Yes"
    assert gettext(text_of_the_framework) == {"zh-hans": "是", "en": "Yes"}[language]


def test_outside_world_spoken_to_fails() -> None:
    with socket.socket() as outside, pytest.raises(AssertionError, match="outside world"):
        outside.connect(("192.0.2.1", 80))


@pytest.mark.django_db
def test_edition_built_twice_is_one() -> None:
    assert EditionFactory() == EditionFactory()
    assert EditionFactory().taxonomies.count() == 3


@pytest.mark.django_db
def test_activity_has_sessions_and_terms_as_asked() -> None:
    activity = ActivityFactory(state=State.PUBLISHED, sessions=2, terms=["tier:district"])

    assert activity.sessions.count() == 2
    assert [term.code for term in activity.terms.all()] == ["district"]


@pytest.mark.django_db
def test_submission_waits_for_the_district() -> None:
    pending = SubmissionFactory()

    assert pending.turn is not None
    assert pending.turn.name == "福田区科学技术协会"


def test_cast_takes_an_activity_all_the_way(cast: Cast) -> None:
    content = complete_content()
    activity = drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor, content=content
    )

    pending = submission.submit(activity, by=cast.editor)
    pending = review.approve(pending, by=cast.district_reviewer)
    review.approve(pending, by=cast.office)

    activity.refresh_from_db()
    assert activity.state == State.PUBLISHED


@pytest.mark.django_db
def test_user_without_password_cannot_sign_in_by_one() -> None:
    assert not UserFactory().has_usable_password()
    assert UserFactory(password="long-enough-1").check_password("long-enough-1")
