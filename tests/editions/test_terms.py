"""Terms in use are retired or merged, never silently lost; the search follows."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from kepuyue.activities import content
from kepuyue.activities.actions import drafting, submission
from kepuyue.activities.forms import step_input
from kepuyue.activities.models import Activity, State
from kepuyue.activities.signals import public_content_changed
from kepuyue.editions.actions import editing, terms
from kepuyue.editions.models import Taxonomy, Term
from tests.cast import Cast
from tests.factories import ActivityFactory, SubThemeFactory, complete_content

pytestmark = pytest.mark.django_db


def term(code: str) -> Term:
    return Term.objects.select_related("taxonomy").get(code=code)


def published(cast: Cast, *pairs: str) -> Activity:
    activity = ActivityFactory(
        organization=cast.own_unit, state=State.PUBLISHED, sessions=1, terms=list(pairs)
    )
    public_content_changed.send(sender=Activity, activity=activity)
    return activity


def save(found: Term, by: Any, **changes: Any) -> Term:
    values = {
        "name": found.name,
        "name_en": found.name_en,
        "synonyms": found.synonyms,
        "parent": found.parent,
    }
    seen = editing.stamp(editing.values_of(found, terms.FIELDS))
    return terms.save(found.taxonomy, found, values | changes, by=by, seen=seen)


def test_renamed_term_is_found_by_its_new_name(cast: Cast, client: Client) -> None:
    activity = published(cast, "content:frontier")

    save(term("frontier"), cast.office, name="硬核科技")

    assert activity.code in client.get("/activities/?q=硬核科技").content.decode()
    assert activity.code not in client.get("/activities/?q=高阶前沿").content.decode()


def test_term_in_use_is_not_deleted(cast: Cast) -> None:
    published(cast, "content:frontier")

    with pytest.raises(ValidationError, match="停用"):
        terms.delete(term("frontier"), by=cast.office)
    terms.delete(term("for_people"), by=cast.office)

    assert list(Term.objects.filter(taxonomy__code="content").values_list("code", flat=True)) == ["frontier"]


def test_term_of_the_rules_is_neither_deleted_nor_merged(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="审核规则"):
        terms.delete(term("main_venue"), by=cast.office)
    with pytest.raises(ValidationError, match="审核规则"):
        terms.merge(term("main_venue"), term("department"), by=cast.office)


def test_retired_term_is_offered_only_where_it_stands(cast: Cast) -> None:
    terms.retire(term("frontier"), by=cast.office)

    def offered(chosen: list[str]) -> set[str]:
        form = step_input(
            "classification", edition=cast.edition, content=content.blank() | {"terms": chosen}
        ).form
        assert form
        return {code for code, _label in form.fields["terms_content"].choices}  # type: ignore[attr-defined]

    assert offered([]) == {"for_people"}
    assert offered(["content:frontier"]) == {"frontier", "for_people"}


def test_merge_moves_everything_and_loses_nothing(cast: Cast, client: Client) -> None:
    public = published(cast, "content:frontier")
    waiting = drafting.create(
        edition=cast.edition, organization=cast.own_unit, by=cast.editor,
        content=complete_content() | {"terms": ["content:frontier", "tier:district"]},
    )  # fmt: skip
    handed_in = submission.submit(waiting, by=cast.editor)
    theme = SubThemeFactory(organization=cast.own_district)
    theme.focus.add(term("frontier"))
    version = Activity.objects.get(pk=public.pk).version

    terms.merge(term("frontier"), term("for_people"), by=cast.office)

    public.refresh_from_db()
    handed_in.refresh_from_db()
    assert [one.code for one in public.terms.all()] == ["for_people"]
    assert public.version > version
    assert handed_in.content["terms"] == ["content:for_people", "tier:district"]
    assert [one.code for one in theme.focus.all()] == ["for_people"]
    assert term("frontier").is_retired
    assert "高阶前沿科普" in term("for_people").synonyms
    assert public.code in client.get("/activities/?content=for_people").content.decode()


def test_merge_is_looked_at_before_it_is_done(cast: Cast, client: Client) -> None:
    published(cast, "content:frontier")
    client.force_login(cast.office, backend="django.contrib.auth.backends.ModelBackend")
    here = f"/desk/edition/{cast.edition.code}/taxonomies/content/terms/frontier/merge/"

    page = client.post(here, {"into": "for_people"}).content.decode()
    assert "1项活动将从“高阶前沿科普”改为“科普为民”" in page
    assert not term("frontier").is_retired

    client.post(here, {"into": "for_people", "confirm": "1"})
    assert term("frontier").is_retired


def test_word_means_one_term_only(cast: Cast) -> None:
    with pytest.raises(ValidationError, match="已经用于"):
        save(term("frontier"), cast.office, synonyms=["科普为民"])


def test_order_is_changed_by_one_place(cast: Cast) -> None:
    terms.move(term("for_people"), up=True, by=cast.office)
    terms.move(Taxonomy.objects.get(code="audience"), up=False, by=cast.office)

    assert list(Taxonomy.objects.values_list("code", flat=True)) == ["tier", "content", "audience"]
    assert list(Taxonomy.objects.get(code="content").terms.values_list("code", flat=True)) == [
        "for_people",
        "frontier",
    ]
