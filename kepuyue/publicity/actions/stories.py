"""Stories for the press: written, released now or for a later moment, changed, withdrawn."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from kepuyue.core import audit
from kepuyue.core.time import now
from kepuyue.core.transitions import NotPossibleNow
from kepuyue.core.versions import Conflict, write
from kepuyue.editions.models import Edition
from kepuyue.organizations.actions import tree
from kepuyue.organizations.models import Organization
from kepuyue.organizations.permissions import check
from kepuyue.publicity import workflow
from kepuyue.publicity.models import Story
from kepuyue.publicity.permissions import check_can_write

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

Facts = dict[str, Any]


@transaction.atomic
def create(*, edition: Edition, organization: Organization, by: "User", facts: Facts, token: UUID) -> Story:
    """A new story in the unit's name, as a draft. The same form sent twice gives the same story."""
    organization = tree.held(organization)
    check_can_write(by, organization)
    if known := Story.objects.filter(token=token, organization=organization).first():
        return known
    story = Story(edition=edition, organization=organization, token=token, created_by=by)
    write(story, facts)
    audit.record("story.create", story, by=by, organization_path=organization.path, version=story.version)
    return story


@transaction.atomic
def change(story: Story, facts: Facts, *, by: "User", version: int) -> Story:
    """Change what the story says; what is public already changes at once. Raises `Conflict` where somebody else
    changed it since `version`."""
    story = _locked(story, by)
    if version != story.version:
        raise Conflict(story)
    story.updated_at = now()
    if changes := write(story, facts):
        story.version += 1
        story.save(update_fields=["version"])
        audit.record(
            "story.change", story, by=by, changes=changes, organization_path=story.organization.path,
            version=story.version,
        )  # fmt: skip
    return story


@transaction.atomic
def release(story: Story, *, by: "User", version: int, at: datetime | None = None) -> Story:
    """Let everybody read it, from now on or from a later moment (aware). `version` is what the person has read."""
    story = _locked(story, by)
    if version != story.version:
        raise Conflict(story)
    if story.is_shown:
        raise NotPossibleNow(_("这篇新闻稿已经公开了。"))
    if at is not None and at <= now():
        raise ValidationError({"at": _("发布时间已经过去。想现在发布，请不填时间。")})
    story.state = workflow.STORY.next_state(story.state, "release")
    story.appears_at = at or now()
    story.end_reason = ""
    _keep(story)
    audit.record(
        "story.release", story, by=by, changes={"appears_at": [None, story.appears_at.isoformat()]},
        organization_path=story.organization.path, version=story.version,
    )  # fmt: skip
    return story


@transaction.atomic
def withdraw(story: Story, *, by: "User", reason: str) -> Story:
    """Take it away from the public, or put a draft away; its text stays at the desk."""
    if not reason.strip():
        raise ValidationError({"reason": _("请写明撤下的原因。")})
    story = _locked(story, by)
    story.state = workflow.STORY.next_state(story.state, "withdraw")
    story.end_reason = reason.strip()[:200]
    _keep(story)
    audit.record(
        "story.withdraw", story, by=by, reason=story.end_reason, organization_path=story.organization.path,
        version=story.version,
    )  # fmt: skip
    return story


def _locked(story: Story, by: "User") -> Story:
    """The story as it stands, held, for somebody who writes in its unit's name or stands above."""
    found = (
        Story.objects.select_for_update(of=("self",))
        .select_related("organization", "edition")
        .get(pk=story.pk)
    )
    check(by, "story.edit", found.organization)
    return found


def _keep(story: Story) -> None:
    story.version += 1
    story.updated_at = now()
    story.save()
