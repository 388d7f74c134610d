"""What other instances say, and a server that says it."""

import json
import socket
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from kepuyue.federation import wire
from kepuyue.federation.actions import taking
from kepuyue.federation.actions.taking import Outcome
from kepuyue.federation.models import Source

PUBLIC = "93.184.216.34"


def said(code: str, instance: str, **facts: Any) -> dict[str, Any]:
    """An upsert as an instance writes it; `facts` are of the activity, `through` and `city` of its origin."""
    through, city = facts.pop("through", []), facts.pop("city", "广州")
    first = facts.pop("first", instance)
    known_as = facts.pop("known_as", code)
    activity: dict[str, Any] = {
        "code": code,
        "title": f"活动{code}",
        "summary": "看鸟",
        "description": "在滩涂认识候鸟。",
        "url": f"{instance}/activities/{code}/",
        "status": "published",
        "edition": "there-2024",
        "mode": "offline",
        "city": city,
        "district": None,
        "organizers": [{"role": "host", "name": f"{city}科学馆"}],
        "terms": {},
        "admission": "free",
        "booking": {"mode": "first_come", "url": "", "note": ""},
        "unit": {"code": "u-1", "name": f"{city}科学馆"},
        "updated_at": "2024-08-20T09:00:00+08:00",
        "published_at": "2024-08-20T09:00:00+08:00",
        "sessions": [session(1)],
        "origin": {
            "instance": first,
            "code": known_as,
            "url": f"{first}/activities/{known_as}/",
            "city": city,
            "unit": {"code": "u-1", "name": f"{city}科学馆"},
            "through": through,
        },
    }
    return {
        "change": "upsert",
        "code": code,
        "changed_at": "2024-08-20T09:00:00+08:00",
        "activity": activity | facts,
    }


def session(number: int, day: int = 14, **facts: Any) -> dict[str, Any]:
    return {
        "id": number,
        "start": f"2024-09-{day:02}T10:00:00+08:00",
        "end": f"2024-09-{day:02}T11:00:00+08:00",
        "is_all_day": False,
        "is_cancelled": False,
        "is_postponed": False,
        "venue": {"name": "滩涂公园", "name_en": "", "address": "滩涂路1号", "lng": 113.3, "lat": 23.1},
        "place": "东门",
        "online_url": "",
        "note": "",
        "capacity": 30,
        "is_full": False,
        "full_stated_at": None,
    } | facts


def gone(code: str) -> dict[str, Any]:
    return {"change": "delete", "code": code, "changed_at": "2024-08-21T09:00:00+08:00", "activity": None}


def page(*results: dict[str, Any], cursor: str = "1-1", has_more: bool = False) -> dict[str, Any]:
    return {"edition": "there-2024", "results": list(results), "cursor": cursor, "has_more": has_more}


def gather(source: Source, *results: dict[str, Any], cursor: str = "1-1", has_more: bool = False) -> Outcome:
    """Take a page as a reading does; the source is then as the database has it."""
    read = wire.page(json.dumps(page(*results, cursor=cursor, has_more=has_more)).encode())
    outcome = taking.take(source, read)
    assert outcome is not None
    source.refresh_from_db()
    return outcome


class Elsewhere:
    """An instance at a public address, spoken to over a real connection within this process."""

    def __init__(self) -> None:
        self.pages: dict[str, Any] = {"": page()}
        "What is answered for each cursor: a page, or a status"
        self.asked: list[dict[str, list[str]]] = []

    def resolve(self, host: str, port: int) -> list[str]:
        return [PUBLIC]

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        ours, theirs = socket.socketpair()
        ours.settimeout(seconds)
        Answering(self, theirs).start()
        return ours

    def door(self) -> dict[str, Any]:
        return {"resolve": self.resolve, "dial": self.dial}

    def answer(self, path: str) -> tuple[int, bytes]:
        query = parse_qs(urlsplit(path).query)
        self.asked.append(query)
        found = self.pages[query.get("cursor", [""])[0]]
        found = found(query) if callable(found) else found
        if isinstance(found, int):
            return found, b"{}"
        return 200, found if isinstance(found, bytes) else json.dumps(found).encode()


class Answering:
    """One question and its answer, in a thread that touches no database."""

    def __init__(self, site: Elsewhere, line: socket.socket) -> None:
        self.site, self.line = site, line

    def start(self) -> None:
        Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        with self.line, self.line.makefile("rb") as asked:
            path = asked.readline().split()[1].decode()
            while asked.readline().strip():
                pass
            status, body = self.site.answer(path)
            head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
            self.line.sendall(head.encode() + body)
