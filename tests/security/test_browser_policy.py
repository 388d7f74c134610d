"""What browsers are told about every answer, and what no answer lets them do."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import FileResponse, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from kepuyue.core.middleware import FILE_POLICY, BrowserPolicyMiddleware
from tests.accounts.signing import PASSWORD, browser, sign_in
from tests.factories import UserFactory

LOGIN = reverse("account_login")
ROOT = Path(settings.PROJECT_ROOT)


def told(answer: HttpResponse, **session: Any) -> HttpResponse:
    """The answer as the middleware lets it out."""
    request = RequestFactory().get("/")
    request.session = session  # type: ignore[assignment]
    return BrowserPolicyMiddleware(lambda _request: answer)(request)


def directives(answer: Any) -> dict[str, str]:
    policy = answer.headers["Content-Security-Policy"]
    parts = (part.strip().partition(" ") for part in policy.split(";") if part.strip())
    return {name: value for name, _space, value in parts}


def test_page_says_what_it_may_load_and_who_may_frame_it(client: Client, db: None) -> None:
    answer = client.get(LOGIN)

    policy = directives(answer)
    assert (policy["object-src"], policy["base-uri"], policy["frame-ancestors"]) == ("'none'",) * 3
    assert (policy["default-src"], policy["script-src"], policy["style-src"]) == ("'self'",) * 3
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    abilities = answer.headers["Permissions-Policy"]
    assert "camera=(self)" in abilities and "microphone=()" in abilities and "payment=()" in abilities


def test_a_static_file_is_not_framed_and_not_sniffed(client: Client, db: None) -> None:
    name = next(path.name for path in (ROOT / "build" / "frontend" / "assets").glob("*.js"))

    answer = client.get(f"{settings.STATIC_URL}assets/{name}")

    assert answer.status_code == 200
    assert directives(answer)["frame-ancestors"] == "'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    answer.close()


@pytest.mark.parametrize(
    ("kind", "policy"),
    [("image/jpeg", FILE_POLICY), ("application/octet-stream", FILE_POLICY), ("application/pdf", None)],
)
def test_a_file_from_somebody_runs_nothing(kind: str, policy: str | None, tmp_path: Path, db: None) -> None:
    (tmp_path / "x").write_text("<script>alert(1)</script>")

    answer = told(FileResponse((tmp_path / "x").open("rb"), content_type=kind))

    assert answer.headers.get("Content-Security-Policy") == policy
    answer.close()


def test_files_are_pictures_of_ours_or_sent_to_be_kept() -> None:
    """Wherever a view hands out a file, it is a picture that was written anew, a PDF of ours, or an attachment."""
    odd = []
    for path in ROOT.glob("kepuyue/**/*.py"):
        # The call, and the line after it, which may say that it is an attachment
        for call in re.findall(
            r"FileResponse\((?:[^()]|\([^()]*\))*\)[^\n]*\n[^\n]*", path.read_text(encoding="utf-8")
        ):
            is_ours = re.search(r'content_type="(image/(jpeg|png)"|application/pdf")', call)
            is_kept = "as_attachment=True" in call or "attachment;" in call
            if "content_type" in call and not is_ours and not is_kept and "image/jpeg" not in call:
                odd.append(f"{path.name}: {call}")
    assert odd == []


@pytest.mark.parametrize(
    ("headers", "who"),
    [
        ({}, "same-origin"),
        ({"Cache-Control": "private, no-store"}, "same-origin"),
        ({"Cache-Control": "public, max-age=60"}, "cross-origin"),
        ({"Access-Control-Allow-Origin": "*"}, "cross-origin"),
    ],
)
def test_other_sites_embed_only_what_is_public(headers: dict[str, str], who: str) -> None:
    assert told(HttpResponse(headers=headers)).headers["Cross-Origin-Resource-Policy"] == who


def test_pages_of_a_person_are_kept_by_no_shared_cache_and_forgotten_at_the_end(db: None) -> None:
    client = browser()
    sign_in(client, UserFactory(email="li@example.org", password=PASSWORD))

    page, out = client.get(reverse("organizations:desk")), client.post(reverse("account_logout"))

    assert page.headers["Cache-Control"] == "private, no-cache" and "Clear-Site-Data" not in page.headers
    assert out.headers["Clear-Site-Data"] == '"cache"'
    assert "no-store" in client.get(LOGIN).headers["Cache-Control"]


def test_stored_answer_says_itself_how_it_may_be_kept() -> None:
    assert told(HttpResponse()).headers.get("Cache-Control") is None
    assert told(HttpResponse(), _auth_user_id="1").headers["Cache-Control"] == "private, no-cache"
    kept = HttpResponse(headers={"Cache-Control": "private, no-store"})
    assert told(kept, _auth_user_id="1").headers["Cache-Control"] == "private, no-store"


def test_no_script_stands_in_a_page_and_no_source_reads_text_as_code() -> None:
    """Only files of ours run. `innerHTML` and the like would turn text into markup again."""
    sources = {path: path.read_text(encoding="utf-8") for path in ROOT.glob("frontend/**/*.js")}
    runs = re.compile(r"\beval\(|new Function\(|document\.write|\.outerHTML\s*=|insertAdjacentHTML|srcdoc")
    listens = [path for path, text in sources.items() if re.search(r'addEventListener\("message"', text)]

    assert [str(path) for path, text in sources.items() if runs.search(text)] == []
    assert [path.name for path in listens if not re.search(r"\.origin\b", sources[path])] == []
    assert len(sources) > 20


@pytest.mark.parametrize(
    "address",
    [
        "/.git/config", "/.env", "/static/", "/static/assets/", "/media/", "/media/letters/", "/static/../pyproject.toml",
        "/static/%2e%2e/kepuyue/settings.py", "/manage.py", "/var/secret-key", "/kepuyue/", "/requirements/run.lock",
    ],
)  # fmt: skip
def test_folders_and_what_lies_beside_the_program_are_not_served(
    address: str, client: Client, db: None
) -> None:
    answer = client.get(address)

    # Whatever is not an address of ours asks a visitor to sign in, or is not there
    assert answer.status_code in {302, 404}
    assert answer.headers.get("Location", LOGIN).startswith(LOGIN)


def test_fault_is_told_to_the_log_and_not_to_the_visitor(
    db: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("the inside of the house")

    monkeypatch.setattr("kepuyue.ui.views.DisplayForm", fails)

    answer = Client(raise_request_exception=False).post(reverse("ui:display"), {"theme": "dark"})

    assert answer.status_code == 500
    page = answer.content.decode()
    assert not any(
        word in page for word in ("inside of the house", "Traceback", "RuntimeError", "kepuyue/ui")
    )
    assert "RuntimeError" in caplog.text
