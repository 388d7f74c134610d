"""The channels against servers that are really there: SMTP, and what the providers publish of their interfaces."""

import email
import email.header
import hashlib
import hmac
import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from django.core.cache import cache
from django.urls import resolve

from kepuyue.messaging import tokens
from kepuyue.messaging.actions import outbox
from kepuyue.messaging.models import BouncedAddress, Channel, Message
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@dataclass
class Letterbox:
    """What the mail server does: keeps what it gets, or answers as a test wants."""

    got: list[email.message.Message] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    after_data: str = ""
    hang_up: bool = False

    async def handle_RCPT(  # noqa: N802 (the library calls it so)
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.hang_up:
            self.hang_up = False
            server.transport.abort()
            return "421 gone"
        if self.after_data:
            return self.after_data
        self.got.append(email.message_from_bytes(envelope.content))
        return "250 kept"


@contextmanager
def mail_server(settings: Any, **options: Any) -> Iterator[Letterbox]:
    box = Letterbox()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        yield box
    finally:
        controller.stop()


@pytest.fixture
def box(settings: Any) -> Iterator[Letterbox]:
    with mail_server(settings) as box:
        yield box


def written(**facts: Any) -> Message:
    message = outbox.post(
        **(
            {"kind": "review.turn", "to": "a@example.org", "subject": "你好", "body": "正文", "key": None}
            | facts
        )
    )
    assert message is not None
    return message


def text_of(mail: email.message.Message) -> str:
    return mail.get_payload(decode=True).decode()


def subject_of(mail: email.message.Message) -> str:
    return str(email.header.make_header(email.header.decode_header(mail["Subject"])))


def test_mail_arrives_as_it_was_written(box: Letterbox) -> None:
    written(subject=" 待审核：%(title)s", body="“%(title)s”", values={"title": "航天"}, link="/desk/")

    outbox.deliver_due()

    (mail,) = box.got
    assert (mail["To"], subject_of(mail)) == ("a@example.org", "待审核：航天")
    assert text_of(mail).splitlines() == ["“航天”", "", "http://127.0.0.1:8000/desk/"]


HOSTILE = [
    "活动\r\nBcc: all@example.org\r\n\r\n<script>",
    "=?utf-8?B?QmNjOiBhQGIuYw==?=\nX: y",
    "免费领 https://evil.example/ 速来 www.evil.example",
    "\u202e反\u2066向\u2069",
    "<a href='https://evil.example'>点</a>",
    "长" * 10_000,
    "%(unit)s {0} {{ x }}",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_title_becomes_neither_header_nor_link(title: str, box: Letterbox) -> None:
    written(subject="待审核：%(title)s", body="“%(title)s”，请审核。", values={"title": title}, link="/desk/")

    outbox.deliver_due()

    (mail,) = box.got
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert "\n" not in subject_of(mail)
    links = re.findall(r"[a-z]+://\S+|www\.\S+|\S+@\S+", text_of(mail))
    assert links == ["http://127.0.0.1:8000/desk/"]
    assert mail.get_content_type() == "text/plain"


def test_refused_address_bounces_at_once_and_is_noted(box: Letterbox) -> None:
    box.answers["gone@example.org"] = "550 5.1.1 no such user"
    message = written(to="gone@example.org")

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.last_error, message.attempts) == ("bounced", "550 5.1.1 no such user", 1)
    assert list(BouncedAddress.objects.values_list("address", "reason")) == [
        ("gone@example.org", "550 5.1.1 no such user")
    ]


def test_busy_server_is_asked_again(box: Letterbox) -> None:
    box.answers["a@example.org"] = "450 4.2.0 greylisted"
    message = written()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.last_error) == ("waiting", "450 4.2.0 greylisted")
    assert BouncedAddress.objects.count() == 0


def test_refused_text_fails_and_says_nothing_of_the_address(box: Letterbox) -> None:
    box.after_data = "554 5.7.1 spam"
    message = written()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, BouncedAddress.objects.count()) == ("failed", 0)


def test_server_that_hangs_up_in_the_middle_gets_the_mail_at_the_second_try(box: Letterbox) -> None:
    box.hang_up = True
    message = written()
    outbox.deliver_due()
    message.refresh_from_db()
    assert (message.state, message.attempts, box.got) == ("waiting", 1, [])

    Message.objects.update(due_at=message.created_at)

    assert (outbox.deliver_due(), len(box.got)) == (1, 1)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_server_that_asks_for_a_password_gets_it(settings: Any) -> None:
    def known(_server: Any, _session: Any, _envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        # handled=False: the server itself answers 535
        return AuthResult(success=(data.login, data.password) == (b"office", b"secret"), handled=False)

    options = {"authenticator": known, "auth_required": True, "auth_require_tls": False}
    with mail_server(settings, **options) as box:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "office", "wrong"
        message = written()
        outbox.deliver_due()
        message.refresh_from_db()
        # The operator's slip is no fault of the message: it waits
        assert (message.state, box.got) == ("waiting", [])

        settings.EMAIL_HOST_PASSWORD = "secret"
        Message.objects.update(due_at=message.created_at)
        outbox.deliver_due()

        assert len(box.got) == 1


def test_mail_that_may_be_turned_off_says_how(box: Letterbox) -> None:
    person = UserFactory()
    written(to=person.email, person=person)

    outbox.deliver_due()

    (mail,) = box.got
    address = "".join(mail["List-Unsubscribe"].split()).strip("<>")
    assert address.startswith("http://127.0.0.1:8000/")
    assert tokens.read_unsubscribe(resolve(urlsplit(address).path).kwargs["token"]) == (
        person.pk,
        "review.turn",
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in text_of(mail)


def test_mail_that_nobody_may_miss_cannot_be_turned_off(box: Letterbox) -> None:
    person = UserFactory()
    written(kind="review.decided", to=person.email, person=person)

    outbox.deliver_due()

    assert box.got[0]["List-Unsubscribe"] is None


# ── The providers' interfaces ──────────────────────────────────────────────────────────────────────────────


@dataclass
class Provider:
    """A local server that answers as the provider's documentation says, and keeps what it was asked."""

    address: str = ""
    asked: list[tuple[str, dict[str, str], dict[str, Any]]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)


@pytest.fixture
def provider() -> Iterator[Provider]:
    kept = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.raw.append(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.asked.append((self.path, headers, json.loads(body)))
            answer = json.dumps(kept.answers.pop(0)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield kept
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def sms(provider: Provider, settings: Any) -> Provider:
    settings.SMS_BACKEND, settings.SMS_ENDPOINT = "tencent", provider.address
    settings.SMS_SECRET_ID, settings.SMS_SECRET_KEY = "AKIDtest", "key-of-the-test"
    settings.SMS_APP_ID, settings.SMS_SIGN = "1400006666", "科普月"
    settings.SMS_TEMPLATES = {"review.turn": "1110"}
    return provider


def text_message(**facts: Any) -> Message:
    return written(
        **(
            {
                "channel": Channel.SMS,
                "to": "+8600000000000",
                "subject": "%(title)s",
                "values": {"title": "航天"},
            }
            | facts
        )
    )


OK = {"Response": {"SendStatusSet": [{"Code": "Ok", "Message": "send success"}], "RequestId": "1"}}


def test_text_message_is_asked_for_as_published(sms: Provider) -> None:
    sms.answers = [OK]
    message = text_message()

    assert outbox.deliver_due() == 1

    path, headers, body = sms.asked[0]
    assert (path, body) == ("/", {
        "PhoneNumberSet": ["+8600000000000"], "SmsSdkAppId": "1400006666", "TemplateId": "1110", "SignName": "科普月",
        "TemplateParamSet": ["航天"], "SessionContext": str(message.pk),
    })  # fmt: skip
    assert {name: headers[name] for name in ("x-tc-action", "x-tc-version", "x-tc-region")} == {
        "x-tc-action": "SendSms", "x-tc-version": "2021-01-11", "x-tc-region": "ap-guangzhou",
    }  # fmt: skip


def test_text_message_carries_the_published_signature(sms: Provider) -> None:
    sms.answers = [OK]
    text_message()
    outbox.deliver_due()

    _path, headers, _body = sms.asked[0]
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=(\S+?)/(\d{4}-\d\d-\d\d)/sms/tc3_request, "
        r"SignedHeaders=content-type;host, Signature=([0-9a-f]{64})",
        headers["authorization"],
    )
    assert found
    secret_id, day, signature = found.groups()
    # Computed here anew, step by step as the documentation of signature v3 writes it
    hashed = hashlib.sha256(sms.raw[0]).hexdigest()
    request = f"POST\n/\n\ncontent-type:{headers['content-type']}\nhost:{headers['host']}\n\ncontent-type;host\n{hashed}"
    string = (
        f"TC3-HMAC-SHA256\n{headers['x-tc-timestamp']}\n{day}/sms/tc3_request\n"
        f"{hashlib.sha256(request.encode()).hexdigest()}"
    )

    def sign(key: bytes, text: str) -> bytes:
        return hmac.new(key, text.encode(), hashlib.sha256).digest()

    key = sign(sign(sign(b"TC3key-of-the-test", day), "sms"), "tc3_request")
    assert (secret_id, signature) == ("AKIDtest", hmac.new(key, string.encode(), hashlib.sha256).hexdigest())


def test_number_that_is_none_bounces(sms: Provider) -> None:
    status = {"Code": "InvalidParameterValue.IncorrectPhoneNumber", "Message": "bad number"}
    sms.answers = [{"Response": {"SendStatusSet": [status], "RequestId": "1"}}]
    message = text_message()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, BouncedAddress.objects.get().address) == ("bounced", "+8600000000000")


@pytest.mark.parametrize(
    ("code", "state"),
    [("LimitExceeded.PhoneNumberDailyLimit", "waiting"), ("InternalError.OtherError", "waiting"),
     ("AuthFailure.SignatureFailure", "failed"), ("FailedOperation.TemplateIncorrectOrUnapproved", "failed")],
)  # fmt: skip
def test_providers_error_is_tried_again_only_where_that_helps(code: str, state: str, sms: Provider) -> None:
    sms.answers = [{"Response": {"Error": {"Code": code, "Message": "x"}, "RequestId": "1"}}]
    message = text_message()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.last_error) == (state, f"{code} x")


@pytest.mark.parametrize("missing", ["SMS_APP_ID", "SMS_SIGN", "SMS_SECRET_ID", "SMS_SECRET_KEY"])
def test_text_message_without_a_setting_fails_and_names_it(
    missing: str, sms: Provider, settings: Any
) -> None:
    setattr(settings, missing, "")
    message = text_message()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.last_error, sms.asked) == (
        "failed", f"没有设置 {missing}，这个渠道还不能用。请管理员按运维说明设置。", [],
    )  # fmt: skip


def test_kind_without_a_template_fails_and_says_so(sms: Provider, settings: Any) -> None:
    settings.SMS_TEMPLATES = {}
    message = text_message()

    outbox.deliver_due()

    message.refresh_from_db()
    assert message.last_error == "没有为“review.turn”设置短信模板（SMS_TEMPLATES），这条短信发不出去。"


@pytest.fixture
def wechat(provider: Provider, settings: Any) -> Iterator[Provider]:
    cache.clear()
    settings.WECHAT_ENDPOINT = provider.address
    settings.WECHAT_APP_ID, settings.WECHAT_APP_SECRET = "wx1", "secret"
    settings.WECHAT_TEMPLATES = {"review.turn": "T1"}
    yield provider
    cache.clear()


TOKEN = {"access_token": "token-1", "expires_in": 7200}
SENT = {"errcode": 0, "errmsg": "ok", "msgid": 1}


def to_follower(**facts: Any) -> Message:
    return written(
        **({"channel": Channel.WECHAT, "to": "openid", "subject": "%(title)s", "values": {"title": "航天"},
            "link": "/desk/"} | facts)
    )  # fmt: skip


def test_wechat_message_is_asked_for_as_published_and_the_token_once(wechat: Provider) -> None:
    wechat.answers = [TOKEN, SENT, SENT]
    to_follower()
    to_follower(to="other")

    assert outbox.deliver_due() == 2

    token, first, second = wechat.asked
    assert (token[0], token[2]) == (
        "/cgi-bin/stable_token",
        {"grant_type": "client_credential", "appid": "wx1", "secret": "secret", "force_refresh": False},
    )
    address = urlsplit(first[0])
    assert (address.path, parse_qs(address.query)) == (
        "/cgi-bin/message/template/send", {"access_token": ["token-1"]},
    )  # fmt: skip
    assert first[2] == {
        "touser": "openid", "template_id": "T1", "data": {"title": {"value": "航天"}},
        "url": "http://127.0.0.1:8000/desk/",
    }  # fmt: skip
    assert second[2]["touser"] == "other"


def test_wechat_token_that_is_over_is_asked_for_anew(wechat: Provider) -> None:
    wechat.answers = [
        TOKEN,
        {"errcode": 42001, "errmsg": "over"},
        {"access_token": "token-2", "expires_in": 7200},
        SENT,
    ]
    to_follower()

    assert outbox.deliver_due() == 1
    assert wechat.asked[2][2]["force_refresh"] is True
    assert "access_token=token-2" in wechat.asked[3][0]


@pytest.mark.parametrize(
    ("code", "state"),
    [(43004, "bounced"), (40003, "bounced"), (40037, "failed"), (45009, "waiting"), (-1, "waiting")],
)
def test_wechat_error_is_tried_again_only_where_that_helps(code: int, state: str, wechat: Provider) -> None:
    wechat.answers = [TOKEN, {"errcode": code, "errmsg": "x"}]
    message = to_follower()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.last_error) == (state, f"{code} x")


def test_wechat_without_its_secret_fails_and_names_it(wechat: Provider, settings: Any) -> None:
    settings.WECHAT_APP_SECRET = ""
    message = to_follower()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, "WECHAT_APP_SECRET" in message.last_error) == ("failed", True)


def test_provider_that_is_away_is_asked_again(wechat: Provider, settings: Any) -> None:
    settings.WECHAT_ENDPOINT = "http://127.0.0.1:9"
    message = to_follower()

    outbox.deliver_due()

    message.refresh_from_db()
    assert (message.state, message.last_error) == (
        "waiting",
        "URLError: <urlopen error [Errno 111] Connection refused>",
    )
