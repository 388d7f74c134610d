"""What is typed, scanned or sent at the doors of a session."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from kepuyue.bookings import tickets
from kepuyue.bookings.actions.checking_in import MOST_SCANS, Scan
from kepuyue.bookings.models import CheckIn

DOOR_LENGTH = CheckIn._meta.get_field("door").max_length
KEY = RegexValidator(r"\A[0-9A-Za-z-]{1,36}\Z")
F = TypeVar("F", bound=forms.Form)
LATEST = 253_402_300_799_000  # milliseconds: the year 9999


class PartForm(forms.Form):
    """One of several forms of a page, whose fields have to be told apart."""

    part = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.part}-%s"} | kwargs)


class CodeForm(PartForm):
    """A booking's code as it is read aloud, or the text of a ticket as a scanner at the USB socket types it."""

    part = "check-in"

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    code = forms.CharField(
        label=_("预约号或入场码"),
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "enterkeyhint": "go",
            }
        ),
    )
    seats = forms.IntegerField(
        label=_("实到人数"), min_value=1, max_value=500, required=False, help_text=_("不填就是预约的人数。")
    )
    door = forms.CharField(
        label=_("入口名称"),
        max_length=DOOR_LENGTH,
        required=False,
        help_text=_("例如东门。重复的票会显示是在哪里进的。"),
    )

    def clean_code(self) -> str:
        """The code; of a ticket that this site did not sign, "" (`is_forged`)."""
        text = "".join(str(self.cleaned_data["code"]).split()).upper()
        self.is_forged = False
        if not text.startswith(tickets.PREFIX):
            return text.replace("-", "")
        ticket = tickets.read(text)
        self.is_forged = ticket is None
        return ticket.code if ticket else ""


class WalkInForm(PartForm):
    """People without a booking come in."""

    part = "walk-in"

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    seats = forms.IntegerField(label=_("没有预约的，一起来了几个人"), min_value=1, max_value=500, initial=1)


class FindForm(PartForm):
    """A name as somebody says it, or a number or its last four digits. Sent in the body, not in an address."""

    part = "find"

    q = forms.CharField(
        label=_("姓名、手机号或手机号后四位"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class UndoForm(PartForm):
    """Why a check-in is taken back."""

    part = "undo"

    reason = forms.CharField(
        label=_("撤销原因"), max_length=200, help_text=_("例如扫错了人、没有进场。不要写姓名和电话。")
    )


class ScanForm(forms.Form):
    """One scan in a batch that a phone sends."""

    key = forms.CharField(validators=[KEY])
    at = forms.IntegerField(
        min_value=0, max_value=LATEST, help_text="milliseconds since 1970 by the server's clock"
    )
    code = forms.CharField(max_length=40, required=False)
    seats = forms.IntegerField(min_value=1, max_value=500, required=False)
    let_in = forms.BooleanField(required=False)

    @property
    def scan(self) -> Scan:
        """As the action takes it."""
        typed = self.cleaned_data
        return Scan(
            typed["key"],
            moment(typed["at"]),
            typed["code"].upper(),
            seats=typed["seats"],
            let_in=typed["let_in"],
        )


class TakenBackForm(forms.Form):
    """A scan of the same phone that is taken back."""

    key = forms.CharField(validators=[KEY])
    reason = forms.CharField(max_length=200)


class BatchForm(forms.Form):
    """What the scans of a batch have in common."""

    device = forms.CharField(validators=[KEY])
    door = forms.CharField(max_length=DOOR_LENGTH, required=False)
    since = forms.IntegerField(min_value=0, max_value=LATEST, required=False)


@dataclass(frozen=True)
class Batch:
    """What a phone has sent."""

    device: str
    door: str
    since: datetime
    "What the phone knows is as old as this"
    scans: list[Scan]
    taken_back: list[tuple[str, str]]
    "(key, reason)"
    malformed: list[str]
    "Keys of scans that are not as agreed: each is answered by itself, or none after it would ever leave the phone"


def moment(milliseconds: int) -> datetime:
    """UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, tz=UTC)


def batch_of(body: bytes) -> Batch:
    """What was sent, as JSON. Raises ValidationError where anything but single scans is not as agreed."""
    try:
        sent = json.loads(body)
    except ValueError as error:
        raise ValidationError("no JSON") from error
    if not isinstance(sent, dict):
        raise ValidationError("no object")
    whole = _cleaned(BatchForm, sent)
    sent_scans = [ScanForm(one if isinstance(one, dict) else {}) for one in _list(sent, "scans")]
    if unnamed := next((form for form in sent_scans if "key" in form.errors), None):
        raise ValidationError(unnamed.errors.as_data())
    back = [_cleaned(TakenBackForm, one) for one in _list(sent, "undone")]
    return Batch(
        device=whole["device"], door=whole["door"], since=moment(whole["since"] or 0),
        scans=[form.scan for form in sent_scans if form.is_valid()],
        malformed=[form.cleaned_data["key"] for form in sent_scans if not form.is_valid()],
        taken_back=[(one["key"], one["reason"]) for one in back],
    )  # fmt: skip


def _list(sent: dict[str, Any], name: str) -> list[Any]:
    rows = sent.get(name, [])
    if not isinstance(rows, list) or len(rows) > MOST_SCANS:
        raise ValidationError(f"{name}: a list of at most {MOST_SCANS}")
    return rows


def _checked(kind: type[F], values: Any) -> F:
    form = kind(values if isinstance(values, dict) else {})
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    return form


def _cleaned(kind: type[forms.Form], values: Any) -> dict[str, Any]:
    return _checked(kind, values).cleaned_data
