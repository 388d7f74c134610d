"""One invented neighboring city whose programme could be gathered: looked at, its words decided about, then paused.

Nothing is asked over the network: what the first look found is written here, at an address that nobody can have.
"""

import json
from datetime import datetime
from functools import partial
from typing import Any

from kepuyue.core.time import now
from kepuyue.demo import stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.editions.models import Edition, Term
from kepuyue.federation import wire
from kepuyue.federation.actions import subscribing, trying
from kepuyue.federation.models import Source

CITY = "邻市（演示）"
ADDRESS = "https://kepu-demo.example.org"
AT = datetime(2024, 8, 9, 15, tzinfo=stages.ZONE)
TITLES = ("滨海湿地观鸟（演示）", "社区急救课（演示）", "长者用手机（演示）")
# Of its classification by content: code and name there, code here; the first is the same, the last has none
WORDS = (
    ("health", "卫生健康", "health"),
    ("aging", "银龄与数字生活", "livelihood"),
    ("mascot", "邻市吉祥物征集", ""),
)
DISTRICT = {"code": "linshi-coast", "name": "滨海新城（演示）"}


def link(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """Before everything else, so that the page of sources has a row at each stage."""
    if not Source.objects.filter(edition=edition).exists():
        agenda.at(AT, partial(_link, edition, cast))


def _link(edition: Edition, cast: Cast) -> None:
    by = cast.reviewer(cast.office)
    source = subscribing.add(edition, ADDRESS, by=by)
    subscribing.change(source, {"name": CITY}, by=by)
    source.refresh_from_db()
    trying.keep(source, wire.page(json.dumps(_told()).encode()), now())
    ours = {one.code: one for one in Term.objects.filter(taxonomy__edition=edition, taxonomy__code="content")}
    here = {code: ours.get(mine) for code, _name, mine in WORDS}
    subscribing.correspond(source, {one.pk: here.get(one.code) for one in source.counterparts.all()}, by=by)
    subscribing.start(source, by=by)
    subscribing.pause(source, by=by)


def _told() -> dict[str, Any]:
    moment = AT.isoformat()
    terms = {"content": [{"code": code, "name": name} for code, name, _mine in WORDS]}
    activities = [
        {"code": f"DEMO{number}", "title": title, "url": f"{ADDRESS}/activities/DEMO{number}/", "status": "published",
         "city": CITY, "district": DISTRICT, "terms": terms, "unit": {"code": "demo", "name": f"{CITY}科技馆"},
         "updated_at": moment, "published_at": moment}
        for number, title in enumerate(TITLES, 1)
    ]  # fmt: skip
    results = [{"change": "upsert", "code": one["code"], "activity": one} for one in activities]
    return {"edition": "demo-2024", "results": results, "cursor": "1-3", "has_more": False}
