from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person who signs in by e-mail; without a password they have to set one by mail first."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """用户: a person who signs in. What they may do comes from their memberships in units."""

    email = models.EmailField(_("电子邮箱"), unique=True)
    name = models.CharField(_("姓名"), max_length=60)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=now)
    language = models.CharField(
        _("界面语言"),
        max_length=10,
        blank=True,
        choices=settings.LANGUAGES,
        help_text="empty: as the browser says",
    )
    email_proven_at = models.DateTimeField(
        null=True, help_text="when a link sent to the address was opened (machine's clock); None: never"
    )
    second_factor_due = models.DateTimeField(
        null=True, help_text="until when the desk opens without the second factor that is required of them"
    )
    session_epoch = models.PositiveIntegerField(
        default=0, help_text="counted up to end every session of the person at once, wherever it is kept"
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    personal_fields = ("email", "name", "password", "last_login", "language")

    objects = UserManager()

    class Meta:
        verbose_name = _("用户")
        verbose_name_plural = _("用户")
        constraints = (models.UniqueConstraint(Lower("email"), name="email_unique_whatever_the_case"),)

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        """The name as colleagues see it."""
        return self.name or self.email

    def get_session_auth_hash(self) -> str:
        """What a session must carry to be this person's; another password or epoch makes it worthless."""
        if not self.session_epoch:
            return super().get_session_auth_hash()
        secret = f"{self.password}:{self.session_epoch}"
        return salted_hmac("kepuyue.accounts.session", secret, algorithm="sha256").hexdigest()


class Device(models.Model):
    """设备: a browser in which the person has signed in; it is known again by a signed cookie."""

    user = models.ForeignKey(User, models.CASCADE, related_name="devices")
    key = models.CharField(max_length=64, help_text="digest of what the cookie holds, never the thing itself")
    name = models.CharField(_("设备"), max_length=80, help_text="system and browser in plain words")
    created_at = models.DateTimeField(default=now)
    last_seen_at = models.DateTimeField(default=now)

    personal_fields = ("name",)

    class Meta:
        verbose_name = _("设备")
        verbose_name_plural = _("设备")
        constraints = (models.UniqueConstraint(fields=("user", "key"), name="device_once_per_person"),)

    def __str__(self) -> str:
        return self.name


class Stay(models.Model):
    """登录记录: one signed-in session of a person, as they see it in their list."""

    user = models.ForeignKey(User, models.CASCADE, related_name="stays")
    session_key = models.CharField(max_length=40, unique=True)
    name = models.CharField(_("设备"), max_length=80, help_text="system and browser in plain words")
    network = models.CharField(
        _("网络"), max_length=45, blank=True, help_text="first half of the address, never the whole"
    )
    way = models.CharField(max_length=20, help_text="how they signed in: password, passkey, oidc, weixin")
    created_at = models.DateTimeField(default=now)
    last_seen_at = models.DateTimeField(default=now, help_text="kept to within five minutes")

    personal_fields = ("name", "network")

    class Meta:
        verbose_name = _("登录记录")
        verbose_name_plural = _("登录记录")
        ordering = ("-last_seen_at", "-pk")

    def __str__(self) -> str:
        return f"{self.name} {self.network}"


class Tries(models.Model):
    """尝试计数: how many tries of one kind are remembered for one source; fades with time.

    Kept in the database and not in the cache, so that all web processes count together.
    """

    key = models.CharField(max_length=64, unique=True, help_text="digest of what is counted and for whom")
    level = models.FloatField(default=0, help_text="tries remembered at the moment `at`")
    at = models.DateTimeField(help_text="machine's clock: a moved demonstration clock must not open doors")

    class Meta:
        verbose_name = _("尝试计数")
        verbose_name_plural = _("尝试计数")
        indexes = (models.Index(fields=("at",), name="tries_by_age"),)

    def __str__(self) -> str:
        return f"{self.key[:8]} {self.level:.1f}"
