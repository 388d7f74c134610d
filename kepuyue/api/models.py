from django.db import models
from django.utils.translation import gettext_lazy as _

from kepuyue.core.time import now
from kepuyue.partners.models import Token


class KeptAnswer(models.Model):
    """已答请求: what a request with an Idempotency-Key was answered, for whoever sends it again.

    Written in the transaction of what the request did, so that there is never one without the other. Encrypted: an
    answer may hold what the public does not see. Thrown away after a day.
    """

    token = models.ForeignKey(Token, models.CASCADE, related_name="+")
    key_hash = models.CharField(max_length=64, help_text="SHA-256 of the Idempotency-Key")
    asked_hash = models.CharField(
        max_length=64, help_text="SHA-256 of what was asked: another request may not use the key"
    )
    status = models.PositiveSmallIntegerField(help_text="HTTP status")
    content_type = models.CharField(max_length=60, default="application/json")
    body = models.TextField(help_text="encrypted: {body, headers} as JSON")
    at = models.DateTimeField(default=now)

    class Meta:
        verbose_name = _("已答请求")
        verbose_name_plural = _("已答请求")
        constraints = (models.UniqueConstraint(fields=("token", "key_hash"), name="answered_once_per_key"),)
        indexes = (models.Index(fields=("at",), name="kept_answer_age"),)

    def __str__(self) -> str:
        return f"{self.token} {self.status}"
