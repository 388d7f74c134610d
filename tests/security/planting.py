"""Hostile text put into every text field of every row, found by looking at the models.

A new model is planted by itself: into its rows that the samples made or, where there are none, into one that is made
of defaults. What the house writes itself, and people cannot, stands in `WRITTEN_BY_THE_HOUSE`.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from kepuyue.activities import content as contents
from kepuyue.activities.models import (
    PUBLIC_STATES,
    Activity,
    BookingMode,
    Comment,
    Mode,
    Participation,
    Review,
    Speaker,
    State,
    Submission,
    Venue,
)
from kepuyue.activities.signals import public_content_changed
from kepuyue.bookings.models import Booking, CheckIn
from kepuyue.core import audit, ciphers
from kepuyue.imports.models import ImportRow
from kepuyue.messaging.models import Message
from kepuyue.resources.models import Offer
from tests.cast import Cast
from tests.factories import ActivityFactory
from tests.security import corpus

# Codes, keys and paths that the program makes or that only an operator's file brings; a form takes none of them
WRITTEN_BY_THE_HOUSE = {
    "accounts.User.password",
    "api.KeptAnswer.body",
    "api.KeptAnswer.content_type",
    "activities.Activity.code",
    "activities.Activity.outside_key",
    "activities.Comment.field",
    "activities.LinkCheck.detail",
    "activities.Remark.field",
    "activities.SavedFilter.query",
    "activities.Submission.chain",
    "bookings.Ballot.commitment",
    "bookings.Ballot.seed",
    "bookings.Booking.asked",
    "bookings.Booking.code",
    "bookings.Booking.consent",
    "bookings.Booking.person",
    "bookings.CheckIn.device",
    "bookings.Feedback.device",
    "cloud.CloudItem.code",
    "cloud.Question.receipt",
    "cloud.Question.source",
    "core.AuditEvent.action",
    "core.AuditEvent.organization_path",
    "core.AuditEvent.subject_id",
    "core.AuditEvent.subject_type",
    "core.DutyRun.fault",
    "core.DutyRun.fault_place",
    "core.DutyRun.name",
    "core.WorkerBeat.name",
    "documents.OfficialDocument.facts",
    "documents.OfficialDocument.full_number",
    "documents.OfficialDocument.kind",
    "documents.OfficialDocument.pdf_sha256",
    "documents.OfficialDocument.word_sha256",
    "evaluation.Round.rules",
    "federation.Gathered.sessions",
    "federation.Source.cursor",
    "federation.Source.fault",
    "federation.Source.left",
    "evaluation.Sheet.marks",
    "evaluation.Snapshot.chosen",
    "editions.CityMap.boundaries",
    "editions.CityMap.outlines",
    "editions.Edition.policy",
    "editions.Edition.time_zone",
    "editions.LoadedFolder.values",
    "insight.Release.choice",
    "insight.Release.limits",
    "insight.ReleasedFigure.code",
    "insight.ReleasedFigure.splits",
    "insight.ReleasedFigure.value",
    "insight.ReleasedFigure.words",
    "insight.StatisticsReturn.typed",
    "imports.CalendarSubscription.etag",
    "imports.CalendarSubscription.fault",
    "imports.CalendarSubscription.last_modified",
    "imports.CalendarSubscription.sha256",
    "imports.ImportBatch.sha256",
    "imports.ImportRow.severity",
    "mailbox.Box.fault",
    "mailbox.Letter.code",
    "mailbox.Letter.problem",
    "mailbox.Part.notes",
    "mailbox.Part.problem",
    "messaging.KindHold.kind",
    "messaging.Message.key",
    "messaging.Message.kind",
    "messaging.Message.link",
    "organizations.Invitation.token_hash",
    "organizations.Organization.code",
    "organizations.Organization.path",
    "resources.Offer.closed_days",
    "publicity.Story.code",
    "resources.Offer.code",
    "resources.Offer.weekdays",
    "resources.Request.code",
    # Copies of what stands elsewhere, written again from there after planting
    "partners.Delivery.fault",
    "partners.Endpoint.events",
    "partners.Endpoint.secret",
    "partners.Event.code",
    "partners.Event.kind",
    "partners.Token.scopes",
    "partners.Token.start",
    "programme.PublicChange.code",
    "programme.IndexedActivity.words",
    "programme.IndexedActivity.syllables",
    "programme.IndexedActivity.initials",
}
# Encrypted where it is kept, whatever somebody typed
SEALED = {
    "bookings.Booking.name", "bookings.Booking.phone", "bookings.Booking.roster",
    "evaluation.Objection.name", "evaluation.Objection.contact",
}  # fmt: skip
# What an empty JSON field holds once somebody has typed something into it
TYPED: dict[str, Any] = {
    "activities.Activity.unsaved": {"basics": {"title": ["x"], "summary": ["x"]}},
    "core.AuditEvent.changes": {"title": ["x", "x"], "summary": ["", "x"], "people": [None, "x"]},
    "federation.Gathered.through": ["x"],
    "federation.Gathered.waiting": [["x", "x"]],
    "federation.Source.fault_values": {"status": "x"},
    "imports.CalendarItem.doubts": [["rule-not-understood", {"rule": "x"}]],
    "imports.CalendarItem.refused": {"title": ["x"]},
    "imports.CalendarSubscription.fault_values": {"status": "x"},
    "imports.ImportBatch.ignored_sheets": [["x", "x"]],
    "imports.ImportBatch.unused_columns": [["x", "x"]],
    "imports.ImportRow.problems": [{"cell": "B3", "code": "date", "severity": "warning", "why": "x"}],
    "imports.ImportRow.refused": {"title": ["x"]},
    "imports.ImportRow.raw": {"title": "x", "when": "x"},
    "mailbox.Match.figures": [
        {"key": "visits-count", "value": 30, "quote": "x", "place": "x", "clashes": []}
    ],
    "mailbox.Match.reasons": [["title", "x"]],
    "organizations.Organization.designations": ["x"],
}
# Values in JSON that are codes and not texts
CODES = {"role", "mode", "admission", "booking_mode", "starts_at", "ends_at", "district", "cell", "code", "severity",
         "terms", "marks", "city", "hours", "closed", "special", "booking", "concessions", "facilities", "key", "block", "file", "dated", "printed_on"}  # fmt: skip


def text_fields(model: type[models.Model]) -> Iterator["models.Field[Any, Any]"]:
    """The fields of the model that hold text which somebody typed."""
    for field in model._meta.concrete_fields:
        if not isinstance(field, models.CharField | models.TextField | models.JSONField):
            continue
        is_code = isinstance(field, models.SlugField | models.FileField) or bool(field.choices)
        is_code = is_code or bool(re.search(r"(^|_)(key|hash|digest)$", field.name))
        if not is_code and str(field) not in WRITTEN_BY_THE_HOUSE:
            yield field


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("kepuyue.")]


def something_everywhere(cast: Cast) -> None:
    """Rows that the samples of the permission matrix lack: people, places, remarks and messages around their activities."""
    for activity in Activity.objects.all():
        Participation.objects.create(
            activity=activity, role="host", name="x", organization=activity.organization
        )
        Speaker.objects.create(activity=activity, name="x", introduction="x", is_overseas=True)
        activity.sessions.filter(venue=None).update(venue=Venue.objects.create(name=f"x{activity.pk}"))
        audit.record("activity.change", activity, by=cast.owner, organization_path=activity.organization.path)
    for place, unit in enumerate((cast.own_unit, cast.other_unit)):
        away = ActivityFactory(
            organization=unit, state=State.PUBLISHED, sessions=1, district=None, city=f"x{place}"
        )
        ActivityFactory(organization=unit, state=State.CANCELLED, sessions=1)
        Speaker.objects.create(activity=away, name="x")
    for submission in Submission.objects.all():
        review = Review.objects.create(
            submission=submission, organization=submission.activity.organization.parent, by=cast.district_reviewer, decision="returned", note="x"
        )  # fmt: skip
        Comment.objects.create(review=review, field="title", text="x")
    # So that every stored address is shown where one is shown at all
    Activity.objects.update(booking_mode=BookingMode.EXTERNAL, mode=Mode.HYBRID)
    # As an agreement that stands leaves it
    Offer.objects.update(times_promised=1)
    for user in cast.people().values():
        if user is not None:
            Message.objects.create(to=user.email, person=user, subject="x", body="x", due_at=timezone.now(),
                                   key=f"hostile:{user.pk}")  # fmt: skip
    booking = Booking.objects.order_by("pk")[0]
    CheckIn.objects.create(session=booking.session, booking=booking, device="x", key="x", door="x", seats=1,
                           result=CheckIn.Result.FIRST, scanned_at=timezone.now())  # fmt: skip
    _index()
    for model in own_models():
        if not model._default_manager.exists():
            _made_of_defaults(model)


def _index() -> None:
    """As publication does: the public programme shows what the activities say now."""
    for activity in Activity.objects.filter(state__in=PUBLIC_STATES):
        public_content_changed.send(sender=Activity, activity=activity)


def _made_of_defaults(model: type[models.Model]) -> None:
    values: dict[str, Any] = {}
    for field in model._meta.concrete_fields:
        if isinstance(field, models.AutoField) or field.has_default() or field.null or field.auto_created:
            continue
        if isinstance(field, models.ForeignKey):
            values[field.name] = field.related_model._default_manager.first()
        elif field.choices:
            values[field.name] = field.flatchoices[0][0]
        elif isinstance(field, models.DateTimeField):
            values[field.name] = timezone.now()
        elif isinstance(field, models.DateField):
            values[field.name] = timezone.now().date()
        elif isinstance(field, models.IntegerField):
            values[field.name] = 1
        elif isinstance(field, models.CharField | models.TextField):
            values[field.name] = "x"
    try:
        with transaction.atomic():
            model._default_manager.create(**values)
    except IntegrityError as reason:
        raise AssertionError(
            f"make a {model._meta.label} in tests/architecture/samples.py: {reason}"
        ) from reason


def plant(kind: str) -> set[str]:
    """Write the kind into every text field of every row; the fields that took it, by their labels."""
    planted: Counter[str] = Counter()
    for model in own_models():
        fields = list(text_fields(model))
        for row in model._default_manager.order_by("pk"):
            values = {field.name: _hostile(kind, field, row) for field in fields}
            for name in _written(model, row, values):
                planted[str(model._meta.get_field(name))] += 1
    for submission in Submission.objects.all():
        now = contents.of(Activity.objects.get(pk=submission.activity_id))
        before = now | {"title": "以前的名称", "summary": "", "speakers": []}
        Submission.objects.filter(pk=submission.pk).update(content=now, base=before)
    for row in ImportRow.objects.all():
        ImportRow.objects.filter(pk=row.pk).update(content=contents.of(Activity.objects.first()))  # type: ignore[arg-type]
    _index()
    planted["activities.Submission.content"] = planted["activities.Submission.base"] = 1
    planted["imports.ImportRow.content"] = 1
    return set(planted)


def _written(model: type[models.Model], row: models.Model, values: dict[str, Any]) -> list[str]:
    """Write past the model, as a fault elsewhere would; what a constraint of the database refuses stays out."""
    if not values:
        return []
    try:
        with transaction.atomic():
            models.QuerySet(model).filter(pk=row.pk).update(**values)
        return list(values)
    except IntegrityError:
        pass
    took = []
    for name, value in values.items():
        try:
            with transaction.atomic():
                models.QuerySet(model).filter(pk=row.pk).update(**{name: value})
            took.append(name)
        except IntegrityError:
            continue
    return took


def _hostile(kind: str, field: "models.Field[Any, Any]", row: models.Model) -> Any:
    # Each row's text ends in its number: many must not be equal
    room = field.max_length - len(str(row.pk)) if field.max_length else None
    if isinstance(field, models.JSONField):
        value = getattr(row, field.name) or TYPED.get(str(field), getattr(row, field.name))
        return in_json(value, corpus.fitting(corpus.KINDS[kind], None), corpus.ADDRESS_OF_KIND[kind])
    if isinstance(field, models.EmailField):
        local, _at, domain = corpus.MAILBOXES[0].rpartition("@")
        return f"{row.pk}{local}@{domain}"
    if isinstance(field, models.URLField):
        return f"{corpus.ADDRESS_OF_KIND[kind]}{row.pk}"
    if str(field) == "activities.Activity.city" and not row.city:  # type: ignore[attr-defined]
        return ""  # most activities stay in the edition's own city
    text = corpus.fitting(corpus.KINDS[kind], room)
    if str(field) in SEALED:
        return ciphers.encrypted(text)
    if kind == "markup" and connection.vendor == "sqlite":
        # PostgreSQL stores no null character at all
        text = f"\0{text}" if room is None or len(text) < room else text
    return f"{text}{row.pk}"


def in_json(value: Any, text: str, address: str, key: str = "") -> Any:
    """The value with its texts and addresses replaced; codes, moments, numbers and the names of fields stay."""
    if key in CODES:
        return value
    if isinstance(value, dict):
        return {name: in_json(part, text, address, name) for name, part in value.items()}
    if isinstance(value, list):
        return [in_json(part, text, address, key) for part in value]
    if not isinstance(value, str):
        return value
    return address if key == "url" or key.endswith("_url") else text
