"""How states look: a colour and an icon for each short code, so that no state is told by colour alone."""

from typing import NamedTuple


class Tone(NamedTuple):
    """`name` is the ending of a CSS class: ok, info, moon, warn, or idle."""

    name: str
    icon: str


UNKNOWN = Tone("idle", "circle")

TONES: dict[str, Tone] = {
    # on the way to the public
    "draft": Tone("idle", "pencil"),
    "open": Tone("info", "circle-dot"),
    "submitted": Tone("info", "hourglass"),
    "pending": Tone("info", "hourglass"),
    "returned": Tone("moon", "undo-2"),
    "approved": Tone("ok", "check"),
    # two units come to terms; what a base states about its opening
    "proposed": Tone("moon", "hand"),
    "accepted": Tone("ok", "circle-check"),
    "declined": Tone("idle", "circle-x"),
    "countered": Tone("idle", "refresh-cw"),
    "lapsed": Tone("idle", "minus"),
    "expired": Tone("idle", "clock"),
    "fulfilled": Tone("ok", "badge-check"),
    "paused": Tone("idle", "clock"),
    "filed": Tone("info", "hourglass"),
    "confirmed": Tone("ok", "circle-check"),
    "published": Tone("ok", "circle-check"),
    "rejected": Tone("warn", "circle-x"),
    "withdrawn": Tone("idle", "rotate-ccw"),
    "cancelled": Tone("warn", "ban"),
    "archived": Tone("idle", "archive"),
    "taken_down": Tone("warn", "ban"),
    "fine": Tone("ok", "check"),
    "corrected": Tone("ok", "check"),
    # seats and admission
    "waitlisted": Tone("moon", "hourglass"),
    "offered": Tone("moon", "bell"),
    "bookable": Tone("ok", "ticket"),
    "few": Tone("moon", "ticket"),
    "full": Tone("idle", "users"),
    "closed": Tone("idle", "lock"),
    "free": Tone("ok", "check"),
    # how it takes place
    "online": Tone("info", "globe"),
    "hybrid": Tone("info", "layers"),
    "linked": Tone("idle", "link"),
    "live": Tone("moon", "play"),
    # a change of what is public already; a question under a topic
    "changing": Tone("ok", "pencil"),
    "change_submitted": Tone("ok", "hourglass"),
    "public": Tone("ok", "eye"),
    "refused": Tone("idle", "circle-x"),
    "merged": Tone("idle", "layers"),
    "demo": Tone("moon", "info"),
    # work
    "new": Tone("info", "sparkles"),
    "changed": Tone("moon", "refresh-cw"),
    # key activities and the national platform
    "unposted": Tone("moon", "clock"),
    "posted": Tone("ok", "circle-check"),
    "off": Tone("warn", "ban"),
    "dropped": Tone("idle", "minus"),
    "late": Tone("warn", "clock"),
    "not_begun": Tone("idle", "circle"),
    "overdue": Tone("warn", "triangle-alert"),
    "waiting": Tone("moon", "clock"),
    "done": Tone("ok", "check"),
    "problem": Tone("warn", "triangle-alert"),
    "notice": Tone("moon", "megaphone"),
    "info": Tone("info", "info"),
    "ok": Tone("ok", "circle-check"),
    "warn": Tone("warn", "triangle-alert"),
    # Django's message levels
    "debug": Tone("idle", "info"),
    "success": Tone("ok", "circle-check"),
    "warning": Tone("moon", "triangle-alert"),
    "error": Tone("warn", "circle-alert"),
}


def tone_of(code: str) -> Tone:
    """The look of a state; a code nobody listed is shown calmly."""
    return TONES.get(code, UNKNOWN)
