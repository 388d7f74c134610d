from typing import Any

from django.http import HttpRequest

from kepuyue.messaging.models import Message
from kepuyue.organizations import permissions


def desk(request: HttpRequest) -> dict[str, Any]:
    """What the signed-in person's menu holds; nothing is read for visitors."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    unread = Message.objects.filter(person_id=user.pk, read_at=None).count()
    return {
        "desk_badges": {"messages": unread},
        "memberships": permissions.memberships(user),
        "desk_may": {
            "register": permissions.holds_anywhere(user, "activity.edit"),
            "review": permissions.holds_anywhere(user, "review.decide"),
            "highlights": permissions.is_at_work(user, "activity.see"),
            "resources": permissions.holds_anywhere(user, "resource.request")
            or permissions.holds_anywhere(user, "resource.oversee"),
            "cloud": any(
                permissions.holds_anywhere(user, name)
                for name in ("cloud.edit", "cloud.review", "content.moderate")
            ),
            "stories": permissions.holds_anywhere(user, "story.edit"),
            "coverage": permissions.holds_anywhere(user, "coverage.record")
            or permissions.holds_anywhere(user, "coverage.confirm"),
            "confirm_coverage": permissions.holds_anywhere(user, "coverage.confirm"),
            "file_summaries": permissions.holds_anywhere(user, "summary.file"),
            "summaries": permissions.holds_anywhere(user, "summary.file")
            or permissions.holds_anywhere(user, "summary.accept"),
            "documents": permissions.holds_anywhere(user, "document.see"),
            "letters": permissions.holds_anywhere(user, "letter.handle"),
            "evaluation": any(
                permissions.holds_anywhere(user, name)
                for name in (
                    "evaluation.apply",
                    "evaluation.recommend",
                    "evaluation.manage",
                    "evaluation.score",
                )
            ),
            "import": permissions.holds_anywhere(user, "import.run"),
            "calendars": permissions.holds_anywhere(user, "calendar.see"),
            "door": permissions.holds_anywhere(user, "session.check_in"),
            "proxy": permissions.holds_anywhere(user, "booking.by_proxy"),
            "liaisons": permissions.holds_anywhere(user, "unit.confirm"),
            "units": permissions.holds_anywhere(user, "unit.see"),
            "plan": any(
                one.organization.level in ("district", "department")
                and "plan.edit" in permissions.granted(one).own
                for one in permissions.memberships(user)
            ),
            "insight": permissions.holds_anywhere(user, "insight.see"),
            "interface": permissions.holds_anywhere(user, "interface.manage"),
            "audit": permissions.holds_anywhere(user, "audit.see"),
            "operation": permissions.holds_anywhere(user, "system.operate"),
            "outbox": permissions.holds_anywhere(user, "messages.manage"),
            "edition": permissions.holds_anywhere(user, "edition.manage"),
        },
    }
