"""The rules as a form for people."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pydantic import BaseModel

from kepuyue.editions.forms.rules import ELSEWHERE, LABELS, RulesForm
from kepuyue.editions.models import Edition
from kepuyue.editions.policy import Policy
from tests.cast import Cast
from tests.factories import ActivityFactory

pytestmark = pytest.mark.django_db


def typed(edition: Edition, **changes: str) -> dict[str, str]:
    form = RulesForm(edition=edition)
    values = {name: form[name].value() for name in form.fields}
    names = {name.replace("__", "|"): value for name, value in changes.items()}
    return {
        name: str(value) for name, value in values.items() if value is not None and value is not False
    } | names


def test_form_sent_back_unchanged_changes_nothing(cast: Cast) -> None:
    form = RulesForm(typed(cast.edition), edition=cast.edition)

    assert form.is_valid(), form.errors
    assert form.policy() == cast.edition.rules
    assert form.differences() == []


def test_every_value_of_the_policy_has_words() -> None:
    def names(section: str, value: BaseModel) -> Iterator[str]:
        for name, inner in value:
            yield from (
                names(f"{section}.{name}", inner) if isinstance(inner, BaseModel) else [f"{section}.{name}"]
            )

    values = {
        name
        for section, value in Policy()
        if isinstance(value, BaseModel) and section not in ELSEWHERE
        for name in names(section, value)
    }
    assert values - LABELS.keys() == set()


def test_changes_are_shown_before_they_are_saved(cast: Cast, client: Client) -> None:
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    ActivityFactory(organization=cast.own_unit, state="submitted")
    here = f"/desk/edition/{cast.edition.code}/rules/"
    sent = typed(cast.edition) | {
        "review|tier:district": "office", "section|fast_lane.sample_share": "35", "section|lead_times.ordinary": "5",
        "section|crowd.bands": "0，一两句话\n200，要点",
    }  # fmt: skip

    page = client.post(here, sent).content.decode()
    for part in ("各区分会场活动", "市级终审", "35%", "正在审核的1项"):
        assert part in page
    cast.edition.refresh_from_db()
    assert cast.edition.rules.lead_times.ordinary == 0

    assert client.post(here, sent | {"confirm": "1"}).status_code == 302
    cast.edition.refresh_from_db()
    rules = cast.edition.rules
    assert rules.review["tier:district"] == ["office"]
    assert (rules.fast_lane.sample_share, rules.lead_times.ordinary) == (0.35, 5)
    assert [(band.people, band.asks) for band in rules.crowd.bands] == [(0, "line"), (200, "points")]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("section|lead_times.ordinary", "-1"),
        ("section|fast_lane.sample_share", "120"),
        ("section|crowd.bands", "很多人，要点"),
        ("section|calendar.off", "九月十六"),
        ("review|default", "nobody"),
    ],
)
def test_wrong_value_is_told_at_its_field(cast: Cast, field: str, wrong: str) -> None:
    form = RulesForm(typed(cast.edition) | {field: wrong}, edition=cast.edition)

    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_day_both_off_and_worked_is_told(cast: Cast) -> None:
    days = {"section|calendar.off": "2024-09-16", "section|calendar.work": "2024-09-16"}

    assert not RulesForm(typed(cast.edition) | days, edition=cast.edition).is_valid()


def test_each_chain_is_drawn_as_the_steps_that_it_means(cast: Cast, client: Client) -> None:
    sent = typed(cast.edition) | {"review|default": "branch", "review|tier:district": ""}
    drawn = {field.name: steps for field, steps in RulesForm(sent, edition=cast.edition).chains()}
    assert drawn["review|tier:main_venue"] == ["单位填报", "市级终审"]
    assert drawn["review|tier:district"] == drawn["review|default"] == ["单位填报", "区或成员单位"]
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")

    page = client.get(f"/desk/edition/{cast.edition.code}/rules/").content.decode()

    assert page.count('<span class="tag">单位填报</span>') == len(drawn)
