"""A story as pages show it: in the reader's language where it has been translated, else in Chinese, saying so."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from kepuyue.activities.models import Activity
from kepuyue.core import wording
from kepuyue.editions.markdown import to_html
from kepuyue.organizations.models import Organization
from kepuyue.publicity import queries
from kepuyue.publicity.models import PressPicture, Story


@dataclass(frozen=True)
class Written:
    """What a story says to this reader. `language` is the language of its words where it is not the page's."""

    code: str
    title: str
    summary: str
    body: SafeString
    language: str
    appears_at: datetime | None
    publisher: str
    picture: PressPicture | None
    activities: list[Activity]
    is_demonstration: bool


def publisher_of(organization: Organization) -> str:
    """In whose name a story appears: the unit; for a district the district is told as well where its name hides it."""
    name = (organization.name_en if wording.is_english() else "") or organization.name
    district = organization.district
    if organization.level == Organization.Level.DISTRICT and district:
        told = district.name_for_reader
        return name if told in name else _("%(district)s · %(unit)s") % {"district": told, "unit": name}
    return name


def headed(story: Story) -> Written:
    """As lists show it: without its text and activities."""
    return _written(story, body=SafeString(""), activities=[])


def written_out(story: Story) -> Written:
    """In full; of its activities those that are public."""
    is_translated = wording.is_english() and bool(story.title_en and story.body_en)
    text = story.body_en if is_translated else story.body
    activities = [one for one in story.activities.all() if one.is_public]
    return _written(story, body=to_html(text), activities=activities)


def _written(story: Story, *, body: SafeString, activities: list[Activity]) -> Written:
    # Title and text come in one language, never mixed
    is_translated = wording.is_english() and bool(story.title_en and story.body_en)
    return Written(
        code=story.code,
        title=story.title_en if is_translated else story.title,
        summary=story.summary_en if is_translated else story.summary,
        body=body,
        language="zh-Hans" if wording.is_english() and not is_translated else "",
        appears_at=story.appears_at,
        publisher=publisher_of(story.organization),
        picture=queries.lead_picture(story),
        activities=activities,
        is_demonstration=story.is_demonstration,
    )
