from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import Message
from tests.cast import Cast
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
INBOX = reverse("messaging:inbox")


def tell(person: Any, subject: str) -> None:
    outbox.post(
        kind="unit.decided", to=person.email, person=person, subject=subject, body="", link="/desk/", key=None
    )


def test_inbox_shows_own_messages_only_newest_first(cast: Cast, sign_in: Any) -> None:
    for person, subject in ((cast.owner, "旧"), (cast.colleague, "别人的"), (cast.owner, "新")):
        tell(person, subject)

    page = sign_in(cast.owner).get(INBOX)

    assert [message.subject for message in page.context["page"]] == ["新", "旧"]


def test_inbox_seen_marks_own_messages_as_read(cast: Cast, sign_in: Any) -> None:
    tell(cast.owner, "一")
    tell(cast.colleague, "二")

    sign_in(cast.owner).get(INBOX)

    assert list(Message.objects.filter(read_at=None).values_list("subject", flat=True)) == ["二"]


def test_inbox_without_messages_says_so(sign_in: Any) -> None:
    assert "没有消息" in sign_in(UserFactory()).get(INBOX).content.decode()


def test_inbox_of_one_and_of_three_messages_asks_the_same_number_of_queries(cast: Cast, sign_in: Any) -> None:
    counts = []
    client = sign_in(cast.owner)
    for more in (1, 2):
        for _ in range(more):
            tell(cast.owner, "消息")
        with CaptureQueriesContext(connection) as queries:
            client.get(INBOX)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_inbox_shows_what_a_message_says_without_the_bare_address(cast: Cast, sign_in: Any) -> None:
    outbox.post(
        kind="unit.decided", to=cast.owner.email, person=cast.owner, subject="未确认：%(unit)s",
        body="原因：%(why)s", values={"unit": "少年宫", "why": "与公章不一致\n<b>x</b>"}, link="/desk/", key=None,
    )  # fmt: skip

    page = sign_in(cast.owner).get(INBOX).content.decode()

    assert "<p>原因：与公章不一致<br>  &lt;b&gt;x&lt;/b&gt;</p>" in page
    assert "http://127.0.0.1:8000/desk/" not in page
