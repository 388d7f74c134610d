"""Local servers that answer as the providers' manuals say, and check what they are asked.

OpenID Connect: Discovery 1.0, Core 1.0 (code flow), RFC 7636 (PKCE, S256). Weixin: 网站应用微信登录开发指南
(qrconnect, sns/oauth2/access_token, sns/userinfo).
"""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "kepuyue", "secret-of-the-client"
KEY, OTHER_KEY = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _n in range(2))


@dataclass
class Provider:
    """What the server knows and is told to do wrong; `asked` is the log of requests."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    said: dict[str, Any] = field(default_factory=dict)
    key: Any = KEY
    algorithm: str = "RS256"
    discovery: dict[str, Any] = field(default_factory=dict)
    user: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "u-1",
            "email": "li@example.org",
            "email_verified": True,
            "name": "李明",
        }
    )

    def authorize(self, location: str) -> dict[str, str]:
        """The person signs in at the provider: what the browser brings back."""
        address = urlsplit(location)
        query = {name: values[0] for name, values in parse_qs(address.query).items()}
        assert f"{address.scheme}://{address.netloc}{address.path}" == f"{self.address}/authorize"
        assert query["response_type"] == "code" and query["client_id"] == CLIENT
        assert set(query["scope"].split()) == {"openid", "profile", "email"}
        assert query["code_challenge_method"] == "S256" and len(query["nonce"]) >= 32
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def get(self, path: str, query: dict[str, str], headers: Any) -> tuple[int, Any]:
        self.asked.append(f"GET {path}")
        if path == "/.well-known/openid-configuration":
            names = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
            found = {f"{name}_endpoint": f"{self.address}/{end}" for name, end in names.items()}
            return 200, {"issuer": self.address, "jwks_uri": f"{self.address}/keys"} | found | self.discovery
        if path == "/keys":
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            return 200, {"keys": [jwk | {"kid": "k1", "alg": "RS256", "use": "sig"}]}
        if path == "/userinfo":
            assert headers["Authorization"] == "Bearer the-access-token"
            return 200, self.user | self.said
        return self.weixin(path, query)

    def post(self, path: str, form: dict[str, str]) -> tuple[int, Any]:
        self.asked.append(f"POST {path}")
        assert path == "/token" and form["grant_type"] == "authorization_code"
        asked = self.codes.pop(form["code"])
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        assert form["redirect_uri"] == asked["redirect_uri"]
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest())
        if challenge.decode().rstrip("=") != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        moment = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": self.user["sub"],
            "iat": moment,
            "exp": moment + 300,
            "nonce": asked["nonce"],
        } | self.claims
        token = jwt.encode(
            {name: value for name, value in claims.items() if value is not None},
            "x" * 32 if self.algorithm == "HS256" else (None if self.algorithm == "none" else self.key),
            algorithm=self.algorithm,
            headers={"kid": "k1"},
        )
        return 200, {"access_token": "the-access-token", "token_type": "Bearer", "id_token": token}

    def weixin(self, path: str, query: dict[str, str]) -> tuple[int, Any]:
        if path == "/sns/oauth2/access_token":
            expected = {"appid": "wx1", "secret": "s1", "code": "c1", "grant_type": "authorization_code"}
            if query != expected:
                return 200, {"errcode": 40029, "errmsg": "invalid code"}
            token = {"access_token": "t1", "expires_in": 7200, "refresh_token": "r1", "openid": "o1"}
            return 200, token | {"scope": "snsapi_login"}
        assert path == "/sns/userinfo"
        if query != {"access_token": "t1", "openid": "o1"} or self.said.get("errcode"):
            return 200, {"errcode": 40003, "errmsg": "invalid openid"}
        return 200, {
            "openid": "o1",
            "nickname": "李明🌙",
            "headimgurl": "http://x/1",
            "unionid": "n1",
        } | self.said


@contextmanager
def serving() -> Iterator[Provider]:
    """A provider at an address of this machine."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(address.query).items()}
            self.answer(*provider.get(address.path, query, self.headers))

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.answer(*provider.post(self.path, {n: v[0] for n, v in parse_qs(text).items()}))

        def answer(self, status: int, content: Any) -> None:
            self.send_response(status)
            # Weixin says text/plain
            self.send_header("Content-Type", "text/plain" if "/sns/" in self.path else "application/json")
            if status == 302:
                self.send_header("Location", content)
            self.end_headers()
            self.wfile.write(json.dumps(content, ensure_ascii=False).encode())

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
