"""Template messages of a WeChat official account (公众号模板消息).

The account's token comes from the published `stable_token` call, is kept in the cache for all processes, and is asked
for anew where the provider says that it is over. Not tried live: tests drive it against a local server that checks the
published requests.
"""

import json
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.cache import cache

from kepuyue.messaging.channels import NotConfigured, Refused, Unavailable, needed, provider

if TYPE_CHECKING:
    from kepuyue.messaging.models import Message

TOKEN_KEY = "wechat-token"  # noqa: S105 (the name of a cache entry)
TOKEN_IS_OVER = (40001, 40014, 42001)
AGAIN = (-1, 45009, 45011)
# The person does not follow the account (any more), or the identifier is none
BAD_ADDRESS = (40003, 43004)
HEADERS = {"Content-Type": "application/json; charset=utf-8"}


def send(message: "Message") -> None:
    """Send to the follower whose identifier (openid) is `to`."""
    template = settings.WECHAT_TEMPLATES.get(message.kind)
    if not template:
        raise NotConfigured(f"没有为“{message.kind}”设置微信模板（WECHAT_TEMPLATES），这条消息发不出去。")
    body: dict[str, Any] = {
        "touser": message.to,
        "template_id": template,
        "data": {name: {"value": str(value)} for name, value in message.values.items()},
    }
    if message.link:
        body["url"] = f"{settings.PUBLIC_URL}{message.link}"
    answer = _post("/cgi-bin/message/template/send", body, _token(anew=False))
    if answer.get("errcode") in TOKEN_IS_OVER:
        answer = _post("/cgi-bin/message/template/send", body, _token(anew=True))
    code, text = answer.get("errcode"), answer.get("errmsg", "")
    if code == 0:
        return
    if code in (*AGAIN, *TOKEN_IS_OVER):
        raise Unavailable(f"{code} {text}")
    raise Refused(f"{code} {text}", is_address=code in BAD_ADDRESS)


def _token(*, anew: bool) -> str:
    kept = None if anew else cache.get(TOKEN_KEY)
    if kept:
        return str(kept)
    answer = _post(
        "/cgi-bin/stable_token",
        {
            "grant_type": "client_credential",
            "appid": needed("WECHAT_APP_ID"),
            "secret": needed("WECHAT_APP_SECRET"),
            "force_refresh": anew,
        },
    )
    token = answer.get("access_token")
    if not token:
        raise Unavailable(f"{answer.get('errcode')} {answer.get('errmsg', '')}")
    # A little before it is over, so that a request under way does not meet its end
    cache.set(TOKEN_KEY, token, max(int(answer.get("expires_in", 0)) - 300, 60))
    return str(token)


def _post(path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    address = needed("WECHAT_ENDPOINT") + path + (f"?access_token={token}" if token else "")
    return provider.ask(address, json.dumps(body, ensure_ascii=False).encode(), HEADERS)
