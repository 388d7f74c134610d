"""Marks with their pictures, and the groups of synonyms."""

from typing import TYPE_CHECKING

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from kepuyue.core import audit
from kepuyue.core.pictures import drawn
from kepuyue.editions.actions.editing import Values, change, check_unchanged, locked, touch
from kepuyue.editions.models import Edition, Mark, Synonym

if TYPE_CHECKING:
    from kepuyue.accounts.models import User


@transaction.atomic
def save_mark(
    edition: Edition,
    mark: Mark,
    values: Values,
    *,
    by: "User",
    seen: str,
    picture: UploadedFile | None = None,
) -> Mark:
    """Add or change a mark; a picture takes the old one's place. Raises as `editing.change` and `pictures.drawn`."""
    edition = locked(edition, by)
    if mark.pk is None:
        mark.position = edition.marks.count()
    change(edition, mark, values, by=by, seen=seen)
    if picture is not None:
        mark = Mark.objects.get(pk=mark.pk)
        content = drawn(picture)
        mark.picture.save(f"{mark.code}.png", content)
        touch(edition)
        audit.record("mark.picture", mark, by=by)
    return mark


@transaction.atomic
def set_synonyms(edition: Edition, groups: list[list[str]], *, by: "User", seen: str) -> None:
    """Make the groups of synonyms these. Raises `versions.Conflict`."""
    edition = locked(edition, by)
    present = [list(group.words) for group in edition.synonyms.order_by("pk")]
    check_unchanged({"groups": present}, seen)
    gone = [group for group in present if group not in groups]
    new = [group for group in groups if group not in present]
    if not (gone or new):
        return
    for group in edition.synonyms.all():
        if group.words in gone:
            group.delete()
    Synonym.objects.bulk_create(Synonym(edition=edition, words=group) for group in new)
    touch(edition)
    told = {"words": ["/".join("、".join(group) for group in some) for some in (gone, new)]}
    audit.record("synonym.change", edition, by=by, changes=told)
