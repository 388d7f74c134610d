"""An edition written back into a folder loads again to the same."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from kepuyue.accounts.models import User
from kepuyue.editions.actions import editing, exporting, loading, terms
from kepuyue.editions.folder import BrokenFolder
from kepuyue.editions.models import Edition, LoadedFolder, Term
from kepuyue.organizations.models import Organization
from tests.factories import ActivityFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def everything(edition: Edition) -> dict[str, Any]:
    """All that a folder says, as the database holds it."""
    edition.refresh_from_db()
    fields = (
        "name",
        "theme",
        "ordinal",
        "ordinal_en",
        "starts_on",
        "ends_on",
        "office_name",
        "contact_email",
    )
    return {
        "facts": {name: getattr(edition, name) for name in fields},
        "rules": edition.rules.model_dump(),
        "days": sorted(edition.key_dates.values_list("kind", "day", "source")),
        "terms": list(
            Term.objects.filter(taxonomy__edition=edition).values_list(
                "taxonomy__code",
                "code",
                "name",
                "name_en",
                "parent__code",
                "synonyms",
                "is_retired",
                "position",
            )
        ),
        "taxonomies": list(
            edition.taxonomies.values_list("code", "name", "help", "multiple", "required", "is_filter")
        ),
        "marks": list(edition.marks.values_list("code", "name", "rules")),
        "papers": list(edition.papers.values_list("code", "title", "number", "issued_on", "body")),
        "synonyms": sorted(group.words for group in edition.synonyms.all()),
        "units": sorted(Organization.objects.values_list("code", "name", "level", "type", "address", "note")),
    }


@pytest.fixture
def changed(folder: Path) -> Edition:
    """The real edition with much of it changed on screen."""
    edition = loading.load(folder).edition
    by = MembershipFactory(organization=edition.office, role="office").user
    change(edition, edition, by, theme="科技改变生活：“创新”赢得未来 #1")
    days = editing.dates_of(edition)
    editing.change_dates(edition, {"plan_due": date(2024, 8, 18)}, by=by, seen=editing.stamp(days))
    term = Term.objects.get(taxonomy__code="form", code="fair")
    seen = editing.stamp(editing.values_of(term, terms.FIELDS))
    values = {"name": "科学集市", "name_en": "Fair", "synonyms": ["游园"], "parent": None}
    terms.save(term.taxonomy, term, values, by=by, seen=seen)
    terms.save(
        term.taxonomy, None, values | {"code": "camp", "name": "露营"} | {"synonyms": []}, by=by, seen=""
    )
    terms.move(Term.objects.get(code="camp"), up=True, by=by)
    ActivityFactory(edition=edition, terms=["online_form:vr"])
    terms.retire(Term.objects.get(taxonomy__code="online_form", code="vr"), by=by)
    return edition


def change(edition: Edition, thing: Any, by: User, **values: Any) -> None:
    seen = editing.stamp(editing.values_of(thing, tuple(values)))
    editing.change(edition, thing, values, by=by, seen=seen)


def test_export_loads_again_to_the_same(changed: Edition, tmp_path: Path) -> None:
    before = everything(changed)

    problems = exporting.export(changed, tmp_path / "out")
    # As another house would load it: nothing is remembered
    LoadedFolder.objects.all().delete()
    changed.activities.all().delete()
    changed.delete()
    again = loading.load(tmp_path / "out").edition

    assert problems == []
    assert everything(again) == before


def test_export_of_the_running_edition_changes_nothing_when_loaded(changed: Edition, tmp_path: Path) -> None:
    before = everything(changed)

    exporting.export(changed, tmp_path / "out")
    loading.load(tmp_path / "out")

    assert everything(changed) == before


def test_loading_the_old_folder_again_undoes_nothing(changed: Edition, folder: Path) -> None:
    before = everything(changed)

    assert not loading.load(folder).has_changes
    assert everything(changed) == before


def test_export_does_not_write_over_something(changed: Edition, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")

    with pytest.raises(BrokenFolder):
        exporting.export(changed, tmp_path)


def test_command_exports(changed: Edition, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("edition", "export", changed.code, str(tmp_path / "out"), "--lang", "zh")

    assert "已导出到" in capsys.readouterr().out
    assert (tmp_path / "out" / "edition.yaml").exists()
