"""Signing in with an account elsewhere: an OpenID Connect provider of the city, and Weixin. Off unless configured.

An account elsewhere is bound to a person who is signed in, or whose proven address the provider has verified. It never
makes a person, and gives no role.
"""

import base64
import hashlib
from typing import Any
from urllib.parse import urlencode

import jwt
import requests
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.socialaccount.providers.weixin.client import WeixinOAuth2Client
from allauth.socialaccount.providers.weixin.provider import WeixinProvider
from allauth.socialaccount.providers.weixin.views import WeixinOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import redirect, render
from django.urls import reverse

from kepuyue.accounts.models import User

CLOCKS_MAY_DIFFER = 60  # seconds


class OutsideAdapter(DefaultSocialAccountAdapter):
    """Who may come in by an account elsewhere; where the server may go to ask."""

    def list_apps(self, request: HttpRequest, provider: Any = None, client_id: Any = None) -> list[SocialApp]:
        """Only what the operator has configured: no addresses and keys from the database."""
        found = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for apps in found.values() for app in apps]

    def get_requests_session(self) -> Any:
        """Asks the addresses that were configured and follows no redirect to others."""
        session = super().get_requests_session()
        session.max_redirects = 0
        return session

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("account")

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        """Whoever changed their mind at the provider's is back at the door without a fuss."""
        if kwargs.get("error") == AuthError.CANCELLED:
            raise ImmediateHttpResponse(redirect("account_login"))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bind by a verified address, or say how to bind; somebody signed in goes on to bind."""
        if sociallogin.is_existing or sociallogin.state.get("process") == "connect":
            return
        verified = [one.email for one in sociallogin.email_addresses if one.verified is True]
        person = User.objects.filter(
            email__in=[address.lower() for address in verified],
            email_proven_at__isnull=False,
            is_active=True,
        ).first()
        if person is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/not_bound.html", status=403))
        sociallogin.connect(request, person)


def _nonce(code_verifier: str) -> str:
    """The id_token must repeat this: made of the secret that the session keeps for PKCE, and as hard to guess."""
    digest = hashlib.sha256(b"nonce:" + code_verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


class StrictOIDCAdapter(OpenIDConnectOAuth2Adapter):
    """OpenID Connect Core 1.0, section 3.1.3.7, checked in full: issuer, audience, RS256 signature, times, nonce."""

    expected_nonce = ""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(build_absolute_uri(request, reverse("outside_callback", args=["oidc"])))

    @property
    def openid_config(self) -> dict[str, Any]:
        try:
            config: dict[str, Any] = super().openid_config
        except requests.RequestException as error:
            raise OAuth2Error("the provider does not answer") from error
        issuer = self.get_provider().app.settings["server_url"].partition("/.well-known/")[0]
        # OpenID Connect Discovery 1.0, section 4.3: the document must name the issuer that was asked
        names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
        if not all(isinstance(config.get(name), str) for name in (*names, "issuer")):
            raise OAuth2Error("the discovery document is incomplete")
        if config["issuer"].rstrip("/") != issuer.rstrip("/"):
            raise OAuth2Error("the discovery document is another issuer's")
        if issuer.startswith("https:") and not all(config[name].startswith("https:") for name in names):
            raise OAuth2Error("the provider names an address without https")
        return config

    def get_access_token_data(
        self, request: HttpRequest, app: Any, client: Any, pkce_code_verifier: str | None = None
    ) -> Any:
        if not pkce_code_verifier:
            raise OAuth2Error("no PKCE secret in the session")
        self.expected_nonce = _nonce(pkce_code_verifier)
        return super().get_access_token_data(request, app, client, pkce_code_verifier)

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        claims = self._checked(app, kwargs["response"].get("id_token") or "")
        said = self._fetch_user_info(token.token)
        # Section 5.3.2: what is said of another subject must not be used
        if said.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo is about somebody else")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": said, "id_token": claims})

    def _checked(self, app: Any, id_token: str) -> dict[str, Any]:
        from allauth.socialaccount.adapter import get_adapter  # the adapter is named by the settings

        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
        try:
            kid = jwt.get_unverified_header(id_token).get("kid")
            keys = [key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if key.key_type == "RSA"]
            fitting = [key for key in keys if key.key_id == kid] if kid else keys[:1]
            if not fitting:
                raise OAuth2Error("the id_token is signed with an unknown key")
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=fitting[0].key,
                algorithms=["RS256"],
                audience=app.client_id,
                issuer=self.openid_config["issuer"],
                leeway=CLOCKS_MAY_DIFFER,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except (jwt.PyJWTError, ValueError) as error:
            raise OAuth2Error("the id_token does not count") from error
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if (several or "azp" in claims) and claims.get("azp") != app.client_id:
            raise OAuth2Error("the id_token was made for another client")
        if claims.get("nonce") != self.expected_nonce:
            raise OAuth2Error("the id_token answers another request")
        return claims


class StrictOIDCProvider(OpenIDConnectProvider):
    """Always with PKCE (S256) and a nonce; visitors cannot add parameters or scopes."""

    oauth2_adapter_class = StrictOIDCAdapter

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("outside_login", args=["oidc"]) + (f"?{urlencode(kwargs)}" if kwargs else "")

    pkce_enabled_default = True

    def get_pkce_params(self) -> dict[str, str]:
        params: dict[str, str] = super().get_pkce_params()
        return params | {"nonce": _nonce(params["code_verifier"])}

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, Any]:
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())


class PublishedWeixinClient(WeixinOAuth2Client):
    """The address of the QR page ends as Weixin's manual says it must."""

    def get_redirect_url(self, authorization_url: str, scope: Any, extra_params: Any) -> str:
        return f"{super().get_redirect_url(authorization_url, scope, extra_params)}#wechat_redirect"


class PublishedWeixinAdapter(WeixinOAuth2Adapter):
    """Weixin's sign-in for web sites (网站应用微信登录): GET for the token, UTF-8 names, errors in answers of 200."""

    access_token_method = "GET"  # noqa: S105 -- an HTTP method
    client_class = PublishedWeixinClient
    access_token_url = property(lambda self: settings.WEIXIN_URLS["access_token"])
    profile_url = property(lambda self: settings.WEIXIN_URLS["userinfo"])
    authorize_url = property(lambda self: settings.WEIXIN_URLS["qrconnect"])

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return str(build_absolute_uri(request, reverse("outside_callback", args=["weixin"])))

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> SocialLogin:
        from allauth.socialaccount.adapter import get_adapter  # the adapter is named by the settings

        openid = kwargs["response"].get("openid")
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.profile_url, params={"access_token": token.token, "openid": openid})
            answer.raise_for_status()
        answer.encoding = "utf-8"
        said = answer.json()
        if said.get("errcode") or not openid or said.get("openid") != openid:
            raise OAuth2Error(f"Weixin answered {said.get('errcode')}")
        kept = {name: said[name] for name in ("openid", "unionid", "nickname") if name in said}
        return self.get_provider().sociallogin_from_response(request, kept)


class StrictWeixinProvider(WeixinProvider):
    """Weixin; visitors cannot add parameters or scopes."""

    oauth2_adapter_class = PublishedWeixinAdapter

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("outside_login", args=["weixin"]) + (f"?{urlencode(kwargs)}" if kwargs else "")

    def get_auth_params_from_request(self, request: HttpRequest, action: Any) -> dict[str, Any]:
        return dict(self.get_auth_params())

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        return list(self.get_scope())
