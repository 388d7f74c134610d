"""Text messages by what `SMS_BACKEND` names: files or the console where one tries things out, or Tencent
Cloud's SendSms (version 2021-01-11), signed by TC3-HMAC-SHA256 as published.

Not tried live: tests drive it against a local server that checks the published request and signature. A text message
may only fill an approved template, so SMS_TEMPLATES names the template of each kind; what people typed goes in as
its parameters.
"""

import hashlib
import hmac
import json
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from kepuyue.messaging.channels import NotConfigured, Refused, Unavailable, needed, provider

if TYPE_CHECKING:
    from kepuyue.messaging.models import Message

SERVICE, ACTION, VERSION = "sms", "SendSms", "2021-01-11"
ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json; charset=utf-8"
PARAMETER_MAX = 12
# The number itself is the trouble: nothing is gained by trying again
BAD_ADDRESS = ("InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist",
               "UnsupportedOperation.UnsupportedRegion")  # fmt: skip
AGAIN = ("LimitExceeded", "InternalError", "RequestLimitExceeded", "FailedOperation.InsufficientBalance")


def send(message: "Message") -> None:
    """Hand it over; `to` is the number as +86…"""
    BACKENDS[settings.SMS_BACKEND](message)


def write_file(message: "Message") -> None:
    """A file in SMS_FILE_PATH, readable by its owner only: the number in the first line, then the text."""
    folder = settings.SMS_FILE_PATH
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{timezone.now():%Y%m%d-%H%M%S}-{message.pk}.txt"
    path.touch(mode=0o600)
    path.write_text(f"{message.to}\n{message.body}\n", encoding="utf-8")


def write_console(message: "Message") -> None:
    """The same to standard output."""
    sys.stdout.write(f"SMS {message.to}: {message.body}\n")
    sys.stdout.flush()


def ask_tencent(message: "Message") -> None:
    """Ask the provider to send it."""
    template = settings.SMS_TEMPLATES.get(message.kind)
    if not template:
        raise NotConfigured(f"没有为“{message.kind}”设置短信模板（SMS_TEMPLATES），这条短信发不出去。")
    body = {
        "PhoneNumberSet": [message.to],
        "SmsSdkAppId": needed("SMS_APP_ID"),
        "TemplateId": template,
        "SignName": needed("SMS_SIGN"),
        "TemplateParamSet": [str(value)[:PARAMETER_MAX] for value in message.values.values()],
        "SessionContext": str(message.pk),
    }
    payload = json.dumps(body, ensure_ascii=False).encode()
    endpoint = needed("SMS_ENDPOINT")
    host = urlsplit(endpoint).netloc
    headers = signed_headers(
        payload,
        host=host,
        secret_id=needed("SMS_SECRET_ID"),
        secret_key=needed("SMS_SECRET_KEY"),
        at=timezone.now(),
    )
    _read(provider.ask(endpoint, payload, headers))


BACKENDS = {"tencent": ask_tencent, "file": write_file, "console": write_console}


def signed_headers(
    payload: bytes, *, host: str, secret_id: str, secret_key: str, at: datetime
) -> dict[str, str]:
    """The request's headers with its signature (TC3-HMAC-SHA256: key of the day, the service, the request)."""
    day = at.astimezone(UTC).strftime("%Y-%m-%d")
    moment = str(int(at.timestamp()))
    names = "content-type;host"
    canonical = "\n".join(
        ["POST", "/", "", f"content-type:{CONTENT_TYPE}\nhost:{host}\n", names, _sha256(payload)]
    )
    scope = f"{day}/{SERVICE}/tc3_request"
    to_sign = "\n".join([ALGORITHM, moment, scope, _sha256(canonical.encode())])
    key = f"TC3{secret_key}".encode()
    for part in (day, SERVICE, "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    return {
        "Authorization": f"{ALGORITHM} Credential={secret_id}/{scope}, SignedHeaders={names}, Signature={signature}",
        "Content-Type": CONTENT_TYPE,
        "Host": host,
        "X-TC-Action": ACTION,
        "X-TC-Version": VERSION,
        "X-TC-Timestamp": moment,
        "X-TC-Region": settings.SMS_REGION,
    }


def _read(answer: dict[str, object]) -> None:
    response = answer.get("Response")
    if not isinstance(response, dict):
        raise Unavailable("the answer has no Response")
    told = response.get("Error") or next(iter(response.get("SendStatusSet") or []), None)
    if not isinstance(told, dict):
        raise Unavailable("the answer has no status")
    code, text = str(told.get("Code", "")), str(told.get("Message", ""))
    if code == "Ok":
        return
    if code.startswith(AGAIN):
        raise Unavailable(f"{code} {text}")
    raise Refused(f"{code} {text}", is_address=code.startswith(BAD_ADDRESS))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
