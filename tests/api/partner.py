"""A program of a unit, as the tests of the interface play it."""

import json
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.test import Client
from PIL import Image

from kepuyue.organizations.models import Organization, Role
from kepuyue.partners.actions import tokens
from kepuyue.partners.models import Token
from kepuyue.partners.scopes import SCOPES
from tests.factories import MembershipFactory

V1 = "/api/v1"


class Partner:
    """Asks with a token; each POST has a key of its own unless one is given."""

    def __init__(self, unit: Organization, *scopes: str, days: int = 30) -> None:
        self.owner = MembershipFactory(organization=unit, role=Role.OWNER).user
        self.unit = unit
        self.token: Token
        self.token, self.secret = tokens.make(
            unit, by=self.owner, name="图书馆系统", scopes=scopes or tuple(SCOPES), days=days
        )
        self.client = Client(headers={"authorization": f"Bearer {self.secret}"})

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"{V1}{path}", headers=headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.put(
            f"{V1}{path}", json.dumps(body), content_type="application/json", headers=headers
        )

    def post(self, path: str, body: Any, *, key: str = "", **headers: str) -> Any:
        return self.client.post(
            f"{V1}{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"idempotency-key": key or uuid4().hex} | headers,
        )


def a_picture() -> BytesIO:
    """A small PNG as a file to be sent."""
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "green").save(drawn, "PNG")
    drawn.seek(0)
    drawn.name = "cover.png"
    return drawn


ACTIVITY: dict[str, Any] = {
    "title": "古籍修复体验",
    "summary": "亲手修一页旧书。",
    "district": "futian",
    "terms": {"tier": ["district"]},
    "organizers": [{"role": "host", "name": "福田区图书馆"}],
    "sessions": [
        {
            "start": "2024-09-21T14:00:00+08:00",
            "end": "2024-09-21T16:00:00+08:00",
            "venue": {"name": "区图书馆", "address": "景田北一街", "lng": 114.04, "lat": 22.55},
            "place": "三楼",
            "capacity": 30,
        }
    ],
    "admission": "free",
    "booking_mode": "walk_in",
    "expected_crowd": 30,
    "content_lead": "李明",
    "emergency_contact": "陈刚 13800000000",
    "safety_plan": "两名工作人员引导。",
    "contact": {"name": "赵丽", "phone": "0755-80000000"},
}
