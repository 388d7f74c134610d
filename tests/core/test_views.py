import pytest
from django.test import Client


@pytest.mark.django_db
def test_health_asked_by_anybody_answers(client: Client) -> None:
    response = client.get("/healthz")

    assert (response.status_code, response.json()) == (200, {"status": "ok"})
