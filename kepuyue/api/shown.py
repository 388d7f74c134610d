"""What an address speaks of: an edition, a place in a list."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.api.problems import Refused
from kepuyue.api.schemas import Listed
from kepuyue.editions.models import Edition

Row = TypeVar("Row", bound=Model)


def edition_asked_for(request: HttpRequest, code: str) -> Edition | None:
    """The edition of this code, or the current one where none is named; 404 for one that the pages do not show."""
    if not code:
        current: Edition | None = getattr(request, "edition", None)
        return current
    # Those that the pages show: not an archive, and not one that is still being prepared
    found = Edition.objects.live().filter(code=plain(code)[:60], was_current=True).first()
    if found is None:
        sentence = _("没有代码为%(code)s的一届。各届的代码见%(address)s。")
        raise Refused(404, "not-found", sentence % {"code": code[:60], "address": reverse("api:editions")})
    return found


def plain(code: str) -> str:
    """The code as a database can look for it: PostgreSQL takes no null character."""
    return code.replace("\0", "�")


def page_of(rows: QuerySet[Row], asked: Listed) -> tuple[list[Row], str]:
    """The rows of one answer, in the order in which they came, and the cursor that leads on; empty: that was all."""
    found = list(rows.filter(pk__gt=number_of(asked.cursor)).order_by("pk")[: asked.limit + 1])
    page = found[: asked.limit]
    return page, str(page[-1].pk) if len(found) > len(page) else ""


def number_of(cursor: str) -> int:
    """The number after which a list goes on; 422 for what is no cursor of ours."""
    if not cursor:
        return 0
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        sentence = _("不认识这个游标。请用上一次回答里的，或者不带游标从头读取。")
        raise Refused(422, "invalid-parameter", sentence, [{"parameter": "cursor", "detail": sentence}])
    return int(cursor)
