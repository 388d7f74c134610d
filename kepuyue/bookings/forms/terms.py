"""The terms of all sessions of an activity on one page: typed once for all, and again only where one differs.

Nothing of "once for all" is stored: what most sessions have is shown as such, and a row holds what it has otherwise.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kepuyue.activities.models import Session
from kepuyue.bookings.actions.terms import Wanted
from kepuyue.bookings.models import Ballot, BookingTerms, Channel, Quota
from kepuyue.ui.forms import VersionedForm

MOST = 1_000_000
# What a session may have otherwise than the others
DIFFERING = (
    "opens_at", "closes_minutes", "most_seats", "group_most", "per_day", "online", "helper", "walk_in", "waitlist_most",
    "accept_minutes", "draw_minutes",
)  # fmt: skip


class SecondInput(forms.DateTimeInput):
    """A day and time to the second, picked by the browser's own means, in the active zone."""

    input_type = "datetime-local"

    def __init__(self) -> None:
        super().__init__({"step": "1"}, format="%Y-%m-%dT%H:%M:%S")


def _number(
    label: Any, *, least: int = 0, most: int = MOST, initial: int | None = None, help_text: Any = ""
) -> Any:
    return forms.IntegerField(
        label=label, min_value=least, max_value=most, required=False, initial=initial, help_text=help_text
    )


class DefaultsForm(forms.Form):
    """What holds for every session that says nothing else."""

    opens_at = forms.DateTimeField(label=_("开约时间"), widget=SecondInput, help_text=_("精确到秒。"))
    closes_minutes = _number(
        _("提前停约（分钟）"), most=525_600, initial=0, help_text=_("开始前多少分钟停止预约；0：开始时停约。")
    )
    most_seats = _number(_("每单最多人数"), least=1, most=500, initial=3)
    per_day = _number(
        _("每人每天最多场次"), least=1, most=50, initial=2, help_text=_("一个手机号在同一天最多预约的场次。")
    )
    helper = _number(_("代办和电话名额"), initial=0, help_text=_("留给不便上网的人，由工作人员代为预约。"))
    walk_in = _number(_("现场名额"), initial=0)
    online = _number(_("网上名额"), help_text=_("空着：每场名额减去代办和现场的。"))
    group_most = _number(
        _("班级最多人数"), most=500, initial=0, help_text=_("老师带学生来的班级，含带队的人；0：不收班级。")
    )
    waitlist_most = _number(_("候补名额"), initial=0, help_text=_("最多多少单可以候补；0：不设候补。"))
    accept_minutes = _number(
        _("候补确认时限（分钟）"),
        most=43_200,
        initial=720,
        help_text=_("空出的名额保留多久等人确认；0：直接给。"),
    )

    draw_minutes = _number(
        _("提前抽签（分钟）"), most=525_600, initial=1_440, help_text=_("开始前多少分钟抽签，要在停约以后。")
    )
    public_source = forms.CharField(
        label=_("公开数值"),
        max_length=120,
        required=False,
        help_text=_(
            "抽签时掺入一个事先谁也不知道的公开数值，例如“9月10日双色球开奖号码”，由您在抽签时填写。"
            "空着：到时自动抽签，以报名名单代替。"
        ),
    )

    def __init__(self, *args: Any, is_ballot: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_ballot:
            self.fields["closes_minutes"].initial = 2_880
        else:
            del self.fields["draw_minutes"], self.fields["public_source"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name, known in self.fields.items():
            if cleaned.get(name) is None and name not in self.errors:
                cleaned[name] = known.initial
        return cleaned


class RowForm(VersionedForm):
    """One session: whether it is booked here, and what it has otherwise than the others."""

    is_booked = forms.BooleanField(label=_("这一场开放预约"), required=False)
    is_paused = forms.BooleanField(label=_("暂停"), required=False)
    opens_at = forms.DateTimeField(label=_("开约时间"), widget=SecondInput, required=False)
    closes_minutes = _number(_("提前停约（分钟）"), most=525_600)
    online = _number(_("网上名额"))
    helper = _number(_("代办和电话名额"))
    walk_in = _number(_("现场名额"))
    most_seats = _number(_("每单最多人数"), least=1, most=500)
    group_most = _number(_("班级最多人数"), most=500)
    per_day = _number(_("每人每天最多场次"), least=1, most=50)
    waitlist_most = _number(_("候补名额"))
    accept_minutes = _number(_("候补确认时限（分钟）"), most=43_200)

    draw_minutes = _number(_("提前抽签（分钟）"), most=525_600)

    def __init__(
        self,
        data: Any = None,
        *,
        session: Session,
        common: dict[str, Any],
        is_ballot: bool,
        initial: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(data, prefix=f"s{session.pk}", initial=initial)
        self.session = session
        self.theirs = ""
        if not is_ballot:
            del self.fields["draw_minutes"]
        for name in self.differing:
            shown = common.get(name)
            if isinstance(shown, int):
                self.fields[name].widget.attrs["placeholder"] = str(shown)

    @property
    def differing(self) -> list[str]:
        """The names of what a session may have otherwise, as far as the mode of booking asks for it."""
        return [name for name in DIFFERING if name in self.fields]

    @property
    def differs(self) -> list[str]:
        """The names of what this session has otherwise, or what is wrong in it."""
        return [name for name in self.differing if self[name].value() not in (None, "") or self[name].errors]

    def wanted(self, common: dict[str, Any]) -> Wanted | None:
        """What the session is to have; None where that cannot be told, and the field says why."""
        typed = self.cleaned_data
        if not typed["is_booked"]:
            return Wanted(self.session, typed["version"] or 0, {}, None)
        chosen = {name: common[name] if typed.get(name) is None else typed[name] for name in self.differing}
        quotas = {channel: chosen[channel] for channel in Channel.values}
        if quotas[Channel.ONLINE] is None:
            if self.session.capacity is None:
                self.add_error("online", _("这一场没有填名额，请填写网上名额。"))
                return None
            quotas[Channel.ONLINE] = max(0, self.session.capacity - chosen["helper"] - chosen["walk_in"])
        facts = {
            "opens_at": chosen["opens_at"],
            "closes_at": self.session.starts_at - timedelta(minutes=chosen["closes_minutes"])
            if chosen["closes_minutes"]
            else None,
            "is_paused": typed["is_paused"],
            "draws_at": self.session.starts_at - timedelta(minutes=chosen["draw_minutes"])
            if "draw_minutes" in chosen
            else None,
            "public_source": common.get("public_source"),
        } | {
            name: chosen[name]
            for name in ("most_seats", "group_most", "per_day", "waitlist_most", "accept_minutes")
        }
        return Wanted(self.session, typed["version"] or 0, quotas, facts)

    def refuse(self, error: ValidationError) -> None:
        """Put what the action refused beside the fields that it is about."""
        found = error.error_dict if hasattr(error, "error_dict") else {"": [error]}
        beside = {"draws_at": "draw_minutes", "closes_at": "closes_minutes"}
        for named, problems in found.items():
            name = beside.get(named, named)
            for problem in problems:
                self.add_error(name if name in self.fields else None, problem)


@dataclass
class TermsPage:
    """The forms of one page: the common ones, and a row for each session on it."""

    common: DefaultsForm
    rows: list[RowForm]
    is_ballot: bool
    taken: dict[int, list[Quota]] = field(default_factory=dict)
    """The quotas of a session, to show what is given out."""

    @classmethod
    def of(
        cls, every: Iterable[Session], shown: Sequence[Session], data: Any = None, *, is_ballot: bool = False
    ) -> "TermsPage":
        """The page of these sessions; `every` one of the activity counts for what most of them have."""
        known = {session.pk: session for session in every}
        terms = {
            one.session_id: one
            for one in BookingTerms.objects.filter(session__in=list(known)).prefetch_related("quotas")
        }
        values = {pk: _values(known[pk], one) for pk, one in terms.items()}
        usual = _usual(known, values)
        if usual and is_ballot:
            sources = Ballot.objects.filter(terms__in=[one.pk for one in terms.values()])
            usual["public_source"] = sources.values_list("public_source", flat=True).first() or ""
        common = DefaultsForm(data, initial=usual or None, prefix="all", is_ballot=is_ballot)
        stated = common.cleaned_data if data is not None and common.is_valid() else usual
        rows = []
        for session in shown:
            one = terms.get(session.pk)
            initial: dict[str, Any] = {
                "is_booked": one is not None or not terms,
                "version": one.version if one else 0,
            }
            if one is not None:
                initial["is_paused"] = one.is_paused
                initial |= {
                    name: value
                    for name, value in values[session.pk].items()
                    if value != _expected(session, usual, name, values[session.pk])
                }
            rows.append(RowForm(data, session=session, common=stated, is_ballot=is_ballot, initial=initial))
        return cls(common, rows, is_ballot, {pk: list(one.quotas.all()) for pk, one in terms.items()})

    def wanted(self) -> list[Wanted] | None:
        """What is to be set up; None where something is wrong, which then stands at its field."""
        if not all([self.common.is_valid(), *(row.is_valid() for row in self.rows)]):
            return None
        found = [row.wanted(self.common.cleaned_data) for row in self.rows]
        return None if any(one is None for one in found) else [one for one in found if one is not None]

    def wanted_alike(self, every: Iterable[Session]) -> list[Wanted] | None:
        """The same for all sessions of the activity, whatever their rows say."""
        if not self.common.is_valid():
            return None
        rows = {row.session.pk: row for row in self.rows}
        versions = {
            one.session_id: one for one in BookingTerms.objects.filter(session__in=[one.pk for one in every])
        }
        found = []
        for session in every:
            present = versions.get(session.pk)
            shown = rows.get(session.pk)
            seen = shown["version"].value() if shown else present.version if present else 0
            data = {f"s{session.pk}-is_booked": "on", f"s{session.pk}-version": str(seen or 0)}
            if present and present.is_paused:
                data[f"s{session.pk}-is_paused"] = "on"
            row = RowForm(data, session=session, common={}, is_ballot=self.is_ballot)
            row.is_valid()
            wanted = row.wanted(self.common.cleaned_data)
            if wanted is None:
                self.common.add_error(
                    "online", _("有的场次没有填名额，请在这里填写网上名额，或先补上每场的名额。")
                )
                return None
            found.append(wanted)
        return found


def _values(session: Session, terms: BookingTerms) -> dict[str, Any]:
    quotas = dict.fromkeys(Channel.values, 0) | {one.channel: one.capacity for one in terms.quotas.all()}
    early = (session.starts_at - terms.closes_at) if terms.closes_at else timedelta()
    return {
        "opens_at": terms.opens_at, "closes_minutes": int(early.total_seconds() // 60), "most_seats": terms.most_seats,
        "group_most": terms.group_most, "per_day": terms.per_day,
        "draw_minutes": int((session.starts_at - terms.draws_at).total_seconds() // 60) if terms.draws_at else None,
        "waitlist_most": terms.waitlist_most, "accept_minutes": terms.accept_minutes,
        **quotas,
    }  # fmt: skip


def _usual(known: dict[int, Session], values: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """What most sessions have; seats online count as the rest of the capacity where they are that for most."""
    if not values:
        return {}
    usual: dict[str, Any] = {
        name: Counter(one[name] for one in values.values()).most_common(1)[0][0] for name in DIFFERING
    }
    as_rest = sum(one["online"] == _rest(known[pk], one) for pk, one in values.items())
    if as_rest * 2 >= len(values):
        usual["online"] = None
    return usual


def _expected(session: Session, usual: dict[str, Any], name: str, own: dict[str, Any]) -> Any:
    if name == "online" and usual["online"] is None:
        return _rest(session, own)
    return usual[name]


def _rest(session: Session, own: dict[str, Any]) -> int | None:
    return None if session.capacity is None else max(0, session.capacity - own["helper"] - own["walk_in"])


def first_opening(sessions: Iterable[Session], moment: datetime) -> datetime:
    """A time to propose: nine in the morning three days before the first session, or of the next day."""
    first = min((one.starts_at for one in sessions), default=moment)
    day = max(timezone.localtime(first) - timedelta(days=3), timezone.localtime(moment) + timedelta(days=1))
    return day.replace(hour=9, minute=0, second=0, microsecond=0)
