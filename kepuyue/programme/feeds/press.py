"""The stories for the press as Atom (RFC 4287), the newest first."""

from xml.etree.ElementTree import Element, SubElement, tostring

from django.urls import reverse
from django.utils.translation import gettext as _

from kepuyue.core import wording
from kepuyue.core.links import whole
from kepuyue.editions.models import Edition
from kepuyue.programme.feeds.atom import NAMESPACE, add_text, stamp, urn
from kepuyue.programme.feeds.texts import block, line
from kepuyue.publicity.models import Story
from kepuyue.publicity.presentation import written_out
from kepuyue.publicity.queries import shown_stories

MOST = 50


def written(edition: Edition) -> bytes:
    """The newest stories in full; each keeps its name where the site moves."""
    stories = list(shown_stories(edition).prefetch_related("activities")[:MOST])
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": wording.language_tag()})
    add_text(feed, "id", urn(f"{edition.code}/press"))
    add_text(feed, "title", line(_("%(edition)s · 新闻") % {"edition": edition.name_for_reader}))
    add_text(feed, "updated", stamp(max((one.updated_at for one in stories), default=edition.loaded_at)))
    add_text(SubElement(feed, "author"), "name", line(edition.office_name or edition.city))
    address = whole(reverse("programme:press-feed"))
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=address)
    SubElement(feed, "link", rel="alternate", type="text/html", href=whole(reverse("programme:press")))
    for story in stories:
        _entry(feed, edition, story)
    return tostring(feed, encoding="utf-8", xml_declaration=True)


def _entry(feed: Element, edition: Edition, story: Story) -> None:
    shown = written_out(story)
    attributes = {"xml:lang": shown.language} if shown.language else {}
    entry = SubElement(feed, "entry", attributes)
    add_text(entry, "id", urn(f"{edition.code}/press/{story.code}"))
    add_text(entry, "title", line(shown.title))
    add_text(entry, "updated", stamp(story.updated_at))
    if story.appears_at:
        add_text(entry, "published", stamp(story.appears_at))
    add_text(SubElement(entry, "author"), "name", line(shown.publisher))
    href = whole(reverse("programme:press-story", args=[story.code]))
    SubElement(entry, "link", rel="alternate", type="text/html", href=href)
    add_text(entry, "summary", block(shown.summary))
    # Cleaned HTML, escaped once more as Atom asks for it
    add_text(entry, "content", block(shown.body), type="html")
