"""All settings, read from the environment; what is wrong there stops the start with a sentence.

Import ``django.conf.settings``, never this module.
"""

import os
import secrets
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from kepuyue.cloud import addresses
from kepuyue.core import logs, stores, tiles
from kepuyue.core.geo import Datum

PROJECT_ROOT = Path(__file__).resolve().parent.parent


def env_text(name: str, default: str) -> str:
    """The variable's text without surrounding space, or the default where it is unset or empty."""
    return os.environ.get(name, "").strip() or default


def env_flag(name: str, default: bool) -> bool:
    """A yes/no variable; anything but 1, true, yes, on, 0, false, no, off is an error."""
    text = env_text(name, str(default)).lower()
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={text!r}: write 1 or 0")


def env_number(name: str, default: int, least: int = 1) -> int:
    """A variable that is a whole number from 1 (or `least`) on."""
    text = env_text(name, str(default))
    if text.isdecimal() and int(text) >= least:
        return int(text)
    raise ImproperlyConfigured(f"{name}={text!r}: write a whole number from {least} on")


def env_choice(name: str, default: str, choices: set[str]) -> str:
    """A variable that is one of a few words."""
    text = env_text(name, default)
    if text in choices:
        return text
    raise ImproperlyConfigured(f"{name}={text!r}: write one of {', '.join(sorted(choices))}")


def env_list(name: str, default: list[str]) -> list[str]:
    """A comma-separated variable as a list without empty entries."""
    text = env_text(name, "")
    return [part.strip() for part in text.split(",") if part.strip()] if text else default


# Where everything that is not code lives: database, uploads, keys
DATA_DIR = Path(env_text("DATA_DIR", str(PROJECT_ROOT / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

# Demonstration mode adds the room `demo`: moved dates, a clock that jumps, accounts printed at start
DEMO = env_flag("KEPUYUE_DEMO", False)
DEBUG = env_flag("DEBUG", False)


def kept_secret(name: str) -> str:
    """A random secret kept in DATA_DIR, made at the first start, readable by its owner only."""
    path = DATA_DIR / name
    if not path.exists():
        # Several processes may start at once: each writes one of its own, the first to link it is believed
        with NamedTemporaryFile("w", dir=DATA_DIR, prefix=".") as draft:  # readable by its owner only
            draft.write(secrets.token_urlsafe(48))
            draft.flush()
            with suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()


SECRET_KEY = env_text("SECRET_KEY", "") or kept_secret("secret-key")
# Keys of before, while what they made still counts (links in mails, encrypted second factors)
SECRET_KEY_FALLBACKS = env_list("SECRET_KEY_FALLBACKS", [])
# `serve --port` tells another one where none is set
PUBLIC_URL = env_text("PUBLIC_URL", f"http://127.0.0.1:{os.environ.get('PORT') or 8000}").rstrip("/")
ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", urlsplit(PUBLIC_URL).hostname or ""]
)
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", [PUBLIC_URL])
HTTPS = PUBLIC_URL.startswith("https://")
if DEBUG and HTTPS:
    raise ImproperlyConfigured(
        "DEBUG=1 shows the inside of the program to everybody: not with https:// in PUBLIC_URL"
    )
# What a report of an error shows, under DEBUG too: no password of a server, nothing that somebody typed
DEFAULT_EXCEPTION_REPORTER_FILTER = "kepuyue.core.reports.ReportFilter"
# The proxy's own header is believed only where an operator says that there is a proxy, and how many
BEHIND_PROXY = env_flag("BEHIND_PROXY", False)
TRUSTED_PROXIES = env_number("TRUSTED_PROXIES", 1) if BEHIND_PROXY else 0
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True

INSTALLED_APPS = [
    # Ours first, so that our templates stand in front of the libraries' own
    "kepuyue.core",
    "kepuyue.ui",
    "kepuyue.messaging",
    "kepuyue.accounts",
    "kepuyue.organizations",
    "kepuyue.documents",
    "kepuyue.editions",
    "kepuyue.activities",
    "kepuyue.resources",
    "kepuyue.bookings",
    "kepuyue.cloud",
    "kepuyue.federation",
    "kepuyue.publicity",
    "kepuyue.programme",
    "kepuyue.summaries",
    "kepuyue.insight",
    "kepuyue.evaluation",
    "kepuyue.imports",
    "kepuyue.partners",
    "kepuyue.api",
    "kepuyue.mailbox",
    "kepuyue.operation",
    *(["kepuyue.demo"] if DEMO else []),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.weixin",
    "csp",
    "django_htmx",
    "template_partials",
    "django_vite",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "kepuyue.core.middleware.RequestMiddleware",
    "django.middleware.security.SecurityMiddleware",
    # Before the files: theirs too say that nobody frames them
    "csp.middleware.CSPMiddleware",
    "kepuyue.ui.middleware.StaticFilesMiddleware",
    "kepuyue.core.middleware.CompressionMiddleware",
    "kepuyue.core.middleware.BrowserPolicyMiddleware",
    "kepuyue.api.middleware.ProblemsMiddleware",
    "kepuyue.core.middleware.KnownMethodsMiddleware",
    "kepuyue.core.middleware.WritableQueryMiddleware",
    "kepuyue.core.middleware.GoneForNowMiddleware",
    "kepuyue.programme.middleware.BookingPagesMiddleware",
    "kepuyue.programme.middleware.KeptPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "kepuyue.accounts.middleware.RefusalsMiddleware",
    "kepuyue.accounts.middleware.StayMiddleware",
    "kepuyue.accounts.middleware.SignInRequiredMiddleware",
    "kepuyue.accounts.middleware.SecondFactorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    *(["kepuyue.demo.middleware.DemoClockMiddleware"] if DEMO else []),
    "kepuyue.editions.middleware.EditionMiddleware",
]

ROOT_URLCONF = "kepuyue.urls"
WSGI_APPLICATION = "kepuyue.wsgi.application"
# What makes the application in a web process
ASGI_MAKER = "kepuyue.asgi.make"
WEB_WORKERS = env_number("WEB_WORKERS", min(os.cpu_count() or 1, 4))
WEB_THREADS = env_number("WEB_THREADS", 8)

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "kepuyue.ui.context.display",
                "kepuyue.organizations.context.desk",
                "kepuyue.editions.context.edition",
                *(["kepuyue.demo.context.demo_bar"] if DEMO else []),
            ],
            "builtins": ["template_partials.templatetags.partials"],
        },
    },
]
FORM_RENDERER = "kepuyue.ui.forms.FormRenderer"

# Data
DATABASE_URL = env_text("DATABASE_URL", f"sqlite:///{DATA_DIR / 'kepuyue.sqlite3'}")
DATABASES = {"default": dj_database_url.parse(DATABASE_URL)}
IS_SQLITE = DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3"
if IS_SQLITE:
    # IMMEDIATE takes the write lock at BEGIN, so that two writers wait instead of failing;
    # FULL keeps a confirmed write through a power cut.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
        "PRAGMA cache_size=-20000; PRAGMA temp_store=MEMORY;",
    }
    # A thread keeps its connection: opening the file and setting it up costs as much as a small page
    DATABASES["default"]["CONN_MAX_AGE"] = None
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A server that does not answer, or whose network is cut, is given up soon: whoever books is then told "not yet".
    # One that takes no writing (a standby, or the primary of before) is none of ours: the next host is tried
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 5,
        "tcp_user_timeout": 10_000,
        "target_session_attrs": "read-write",
        **DATABASES["default"].get("OPTIONS", {}),
    }
    # Behind a pool that gives a connection for one transaction at a time (PgBouncer), a cursor of the server would be
    # looked for on another connection; rows are then fetched at once
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = env_flag("DATABASE_POOLED", False)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env_text("REDIS_URL", "")
CACHES: dict[str, dict[str, Any]] = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
if REDIS_URL:
    # Nothing in it is more than a saving: while it is away everything is made anew
    CACHES["default"] = {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {
            "IGNORE_EXCEPTIONS": True,
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.5,
            "CONNECTION_POOL_CLASS": "kepuyue.core.caches.SparingPool",
        },
    }
# Booking: how many of one session a web process lets in each second; how often a network joins a queue, and a phone
# number asks for seats, in a minute (0: no limit)
ADMISSIONS_PER_SECOND = env_number("ADMISSIONS_PER_SECOND", 2_000, least=1)
# Machines that serve the site, each with so many web processes: from these the place in a queue is told
WEB_MACHINES = env_number("WEB_MACHINES", 1, least=1)
ADMISSIONS_PER_NETWORK = env_number("ADMISSIONS_PER_NETWORK", 1_200, least=0)
# What a device has to do before it joins a queue: "" nothing, "proof-of-work", or an adapter by its dotted path;
# how often the arithmetic goes round for each of 256 keys
BOOKING_CHALLENGE = env_text("BOOKING_CHALLENGE", "")
BOOKING_CHALLENGE_COST = env_number("BOOKING_CHALLENGE_COST", 2_000, least=1)
BOOKING_TRIES_PER_TOKEN = env_number("BOOKING_TRIES_PER_TOKEN", 10, least=0)
BOOKING_TRIES_PER_PERSON = env_number("BOOKING_TRIES_PER_PERSON", 30, least=0)
# The interface: how often a token asks in a minute, counted by each web process (0: no limit)
API_REQUESTS_PER_TOKEN = env_number("API_REQUESTS_PER_TOKEN", 600, least=0)
# So long at most a public page is answered from memory; 0: never. Whatever writes an audit row ends it at once
KEPT_PAGES_SECONDS = env_number("KEPT_PAGES_SECONDS", 10, least=0)
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = [
    "kepuyue.accounts.passwords.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "kepuyue.accounts.passwords.SimilarityValidator"},
    {"NAME": "kepuyue.accounts.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "kepuyue.accounts.passwords.CommonValidator"},
    {"NAME": "kepuyue.accounts.passwords.ContextValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "organizations:desk"
LOGOUT_REDIRECT_URL = "programme:home"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "kepuyue.accounts.adapter.AccountAdapter"
# The address is proven by the link that sets the password, or by one of ours (accounts/actions/people.py)
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_FORMS = {
    "login": "kepuyue.accounts.forms.SignInForm",
    "reset_password": "kepuyue.accounts.forms.PasswordMailForm",
}
# Guessing has bounds of our own that all processes count together (accounts/actions/lockout.py); what is left
# here is for people who are signed in, and counted by each process for itself where there is no Redis
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None, "reset_password": None}
# People that one person may invite or add within 24 hours: owners; those who oversee a branch
INVITATIONS_A_DAY = {
    "own": env_number("INVITATIONS_A_DAY", 30),
    "branch": env_number("INVITATIONS_A_DAY_BRANCH", 600),
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
MFA_ADAPTER = "kepuyue.accounts.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # half minutes that a phone's clock may be wrong
MFA_RATE_LIMITS = {"webauthn_login": "300/m/ip"}  # nothing can be guessed; a school's staff comes in at once
MFA_FORMS = {
    "authenticate": "kepuyue.accounts.forms.CodeForm",
    "reauthenticate": "kepuyue.accounts.forms.CodeAgainForm",
    "activate_totp": "kepuyue.accounts.forms.AppForm",
    "add_webauthn": "kepuyue.accounts.forms.PasskeyForm",
    "edit_webauthn": "kepuyue.accounts.forms.PasskeyNameForm",
}
# Who must have a second factor: people who decide about others' work, nobody, or all who sign in. The
# demonstration asks nobody, so that its printed accounts open the desk
SECOND_FACTOR_REQUIRED_FOR = env_choice(
    "SECOND_FACTOR_REQUIRED_FOR", "none" if DEMO else "reviewers", {"reviewers", "none", "all"}
)
SECOND_FACTOR_GRACE_DAYS = env_number("SECOND_FACTOR_GRACE_DAYS", 7, least=0)
# State secrets may be written only on a network that was approved for them (保守国家秘密法)
CLASSIFIED_DOCUMENTS = env_flag("CLASSIFIED_DOCUMENTS", False)

# Accounts elsewhere: off unless configured, and never tried by visitors' addresses
SOCIALACCOUNT_ADAPTER = "kepuyue.accounts.outside.OutsideAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 8
OIDC_ISSUER = env_text("OIDC_ISSUER", "").rstrip("/")
WEIXIN_APP_ID = env_text("WEIXIN_APP_ID", "")
# https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
WEIXIN_URLS = {
    "qrconnect": "https://open.weixin.qq.com/connect/qrconnect",
    "access_token": "https://api.weixin.qq.com/sns/oauth2/access_token",
    "userinfo": "https://api.weixin.qq.com/sns/userinfo",
}
SOCIALACCOUNT_PROVIDERS: dict[str, dict[str, object]] = {
    "openid_connect": {"provider_class": "kepuyue.accounts.outside.StrictOIDCProvider", "APPS": []},
    "weixin": {"provider_class": "kepuyue.accounts.outside.StrictWeixinProvider", "APPS": []},
}
if OIDC_ISSUER:
    if not OIDC_ISSUER.startswith("https://"):
        raise ImproperlyConfigured("OIDC_ISSUER: write the provider's address with https://")
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] = [
        {
            "provider_id": "oidc",
            "name": env_text("OIDC_NAME", "OpenID Connect"),
            "client_id": env_text("OIDC_CLIENT_ID", ""),
            "secret": env_text("OIDC_CLIENT_SECRET", ""),
            "settings": {"server_url": OIDC_ISSUER},
        }
    ]
if WEIXIN_APP_ID:
    SOCIALACCOUNT_PROVIDERS["weixin"]["APPS"] = [
        {
            "name": "微信",
            "client_id": WEIXIN_APP_ID,
            "secret": env_text("WEIXIN_APP_SECRET", ""),
            "settings": {},
        }
    ]

# Sessions: a cookie that only this host can set (where there is HTTPS), ended when nobody has used it for long
# (GB/T 22239-2019, 8.1.4.1 b: 登录连接超时自动退出); 0 leaves them open
SESSION_IDLE_MINUTES = env_number("SESSION_IDLE_MINUTES", 120, least=0)
# However busy somebody is, after so long they show anew who they are (NIST SP 800-63B-4, 2.2.3: a day); 0: never
SESSION_LONGEST_HOURS = env_number("SESSION_LONGEST_HOURS", 24, least=0)
# Every cookie of ours bears it: a browser then takes it over HTTPS, from this host and for the whole site only
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = COOKIE_PREFIX + "sessionid", COOKIE_PREFIX + "csrftoken"
LANGUAGE_COOKIE_NAME = COOKIE_PREFIX + "django_language"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# Language and time: Chinese where the browser's language is unknown
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("简体中文")), ("en", _("英文"))]
LOCALE_PATHS = [PROJECT_ROOT / "kepuyue" / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
CITY_LANGUAGE = "zh-hans"

# Front end and files
FRONTEND_DIR = PROJECT_ROOT / "build" / "frontend"
STATIC_URL = "/static/"
STATIC_ROOT = PROJECT_ROOT / "build" / "static"
STATICFILES_DIRS = [FRONTEND_DIR] if FRONTEND_DIR.exists() else []
# `make setup` gathers and compresses all files; until then they are served from where they lie
# Media: the folder below, or a store of objects; either way nobody gets a file but from a view that asks who wants it
try:
    _media = stores.store(env_text("MEDIA_URL", ""))
except stores.WrongStore as error:
    raise ImproperlyConfigured(str(error)) from None
STORAGES = {
    "default": _media,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG or not STATIC_ROOT.exists()
# Vite's names change with their content
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-[\w-]{8}\.\w+$"
WHITENOISE_AUTOREFRESH = DEBUG
DJANGO_VITE = {"default": {"dev_mode": False, "manifest_path": FRONTEND_DIR / ".vite" / "manifest.json"}}
MEDIA_ROOT = DATA_DIR / "media"
MEDIA_URL = "/media/"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 6_000  # a form of 400 sessions
UPLOAD_MAX_BYTES = 20_000_000
FILE_UPLOAD_PERMISSIONS = 0o640

# What a browser may load and run: our own files only
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "style-src": [SELF],
        "script-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
# Names below this one too; an operator who serves one of them without HTTPS says so
SECURE_HSTS_INCLUDE_SUBDOMAINS = env_flag("HSTS_SUBDOMAINS", True)

# Mail leaves through the outbox (messaging); without a server it is written to files that one can open
EMAIL_URL = env_text("EMAIL_URL", "")
DEFAULT_FROM_EMAIL = env_text("MAIL_FROM", "kepuyue@localhost")
EMAIL_TIMEOUT = 15
if EMAIL_URL:
    _mail = urlsplit(EMAIL_URL)
    _usual_port = {"smtp": 25, "smtps": 465, "smtp+tls": 587}.get(_mail.scheme)
    if _usual_port is None or not _mail.hostname:
        raise ImproperlyConfigured("EMAIL_URL: write smtp://user:password@host:25, smtps:// or smtp+tls://")
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or _usual_port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = DATA_DIR / "mail"

# The mailbox that units report to: imaps://user:password@host/folder (TLS from the start), imap+tls:// (STARTTLS), or
# imap:// without encryption, which a server on this machine alone may have. Empty: no mailbox is read
IMAP_URL = env_text("IMAP_URL", "")
# The name that the receiving server gives itself in Authentication-Results (RFC 8601); set, a sender whom the server
# has not found genuine by DMARC is not believed
IMAP_AUTHSERV_ID = env_text("IMAP_AUTHSERV_ID", "")
if IMAP_URL:
    _box = urlsplit(IMAP_URL)
    if _box.scheme not in {"imaps", "imap+tls", "imap"} or not (
        _box.hostname and _box.username and _box.password
    ):
        raise ImproperlyConfigured("IMAP_URL: write imaps://user:password@host:993/INBOX, or imap+tls://")
    if _box.scheme == "imap" and _box.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ImproperlyConfigured(
            "IMAP_URL: imap:// sends the password in the clear; write imaps:// or imap+tls://"
        )


def env_pairs(name: str) -> dict[str, str]:
    """A variable of the form kind=template,kind=template."""
    pairs = {}
    for part in env_list(name, []):
        left, sign, right = part.partition("=")
        if not sign or not left or not right:
            raise ImproperlyConfigured(f"{name}={part!r}: write kind=template, several with commas between")
        pairs[left.strip()] = right.strip()
    return pairs


# Text messages and WeChat, where the city has them: see docs/operation.md
SMS_ENDPOINT = env_text("SMS_ENDPOINT", "https://sms.tencentcloudapi.com")
SMS_REGION = env_text("SMS_REGION", "ap-guangzhou")
SMS_SECRET_ID, SMS_SECRET_KEY = env_text("SMS_SECRET_ID", ""), env_text("SMS_SECRET_KEY", "")
SMS_APP_ID, SMS_SIGN = env_text("SMS_APP_ID", ""), env_text("SMS_SIGN", "")
SMS_TEMPLATES = env_pairs("SMS_TEMPLATES")
# Without an account at a provider they are written to files that one can open, as mails are
SMS_BACKEND = env_choice("SMS_BACKEND", "tencent" if SMS_APP_ID else "file", {"tencent", "file", "console"})
SMS_FILE_PATH = DATA_DIR / "sms"
WECHAT_ENDPOINT = env_text("WECHAT_ENDPOINT", "https://api.weixin.qq.com")
WECHAT_APP_ID, WECHAT_APP_SECRET = env_text("WECHAT_APP_ID", ""), env_text("WECHAT_APP_SECRET", "")
WECHAT_TEMPLATES = env_pairs("WECHAT_TEMPLATES")

# Pictures under the public map; without a source it is drawn from the districts' outlines. See docs/operation.md
MAP_TILES: dict[str, Any] = {
    "kind": env_choice("MAP_TILES", "none", set(tiles.KINDS)),
    "url": env_text("MAP_TILES_URL", ""),
    "key": env_text("MAP_TILES_KEY", ""),
    "datum": env_choice("MAP_TILES_DATUM", "wgs84", set(Datum)),
    "attribution": env_text("MAP_TILES_ATTRIBUTION", ""),
}
try:
    tiles.source(**MAP_TILES)
except tiles.WrongSource as error:
    raise ImproperlyConfigured(str(error)) from None

# Players that may stand inside a page of the cloud month, as host or host/path. See docs/operation.md
CLOUD_EMBED_HOSTS = env_list("CLOUD_EMBED_HOSTS", ["player.bilibili.com", "v.qq.com/txp/iframe"])
if CLOUD_EMBED_HOSTS == ["none"]:
    CLOUD_EMBED_HOSTS = []
try:
    addresses.parse_rules(CLOUD_EMBED_HOSTS)
except addresses.WrongHost as error:
    raise ImproperlyConfigured(str(error)) from None
# What a question keeps beside its text (digest of the network, the text before it was edited) is erased after so long
QUESTION_TRACES_DAYS = env_number("QUESTION_TRACES_DAYS", 7)

EDITIONS_DIR = PROJECT_ROOT / "editions"

# Whom backups are encrypted for: public keys of age or SSH; the private ones stand elsewhere
BACKUP_RECIPIENTS = env_list("BACKUP_RECIPIENTS", [])

LOGGING = logs.configuration(
    env_text("LOG_LEVEL", "WARNING").upper(), env_choice("LOG_FORMAT", "text", {"text", "json"})
)
# Who is told of errors beside the log: a function of the operator's own by its dotted path, or a Sentry server
SENTRY_DSN = env_text("SENTRY_DSN", "")
if SENTRY_DSN and find_spec("sentry_sdk") is None:
    raise ImproperlyConfigured("SENTRY_DSN needs a package that is not here: uv pip install sentry-sdk")
ERROR_HOOK = env_text("ERROR_HOOK", "kepuyue.core.sentry.report" if SENTRY_DSN else "")

# Who reads /metrics: networks of the monitoring's machines, or whoever shows the token. Nobody by default
METRICS_TOKEN = env_text("METRICS_TOKEN", "")
try:
    METRICS_NETWORKS = [ip_network(one) for one in env_list("METRICS_NETWORKS", [])]
except ValueError as error:
    raise ImproperlyConfigured(f"METRICS_NETWORKS: {error}; write 10.0.0.0/8,192.0.2.7") from None
