"""Atom (RFC 4287): what is new and what has changed, the latest first."""

from datetime import datetime
from uuid import NAMESPACE_URL, uuid5
from xml.etree.ElementTree import Element, SubElement, tostring

from kepuyue.activities.models import Activity
from kepuyue.core import wording
from kepuyue.programme.cards import host, moments, where
from kepuyue.programme.feeds.occasions import status_of, title_with
from kepuyue.programme.feeds.selection import Selection, address_of
from kepuyue.programme.feeds.texts import block, line

NAMESPACE = "http://www.w3.org/2005/Atom"
# Whoever asks now and then misses nothing; the calendar has all
MOST = 200


def written(selection: Selection) -> bytes:
    """The activities of the selection that were changed last."""
    edition = selection.edition
    activities = selection.latest(MOST)
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": wording.language_tag()})
    add_text(feed, "id", urn(f"{edition.code}?{selection.filters}"))
    add_text(feed, "title", selection.title)
    changed = max((one.updated_at for one in activities), default=edition.loaded_at)
    add_text(feed, "updated", stamp(changed))
    add_text(SubElement(feed, "author"), "name", line(edition.office_name or edition.city))
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=selection.feed_address("atom"))
    SubElement(feed, "link", rel="alternate", type="text/html", href=selection.address)
    for activity in activities:
        _entry(feed, activity)
    return tostring(feed, encoding="utf-8", xml_declaration=True)


def _entry(feed: Element, activity: Activity) -> None:
    entry = SubElement(feed, "entry")
    add_text(entry, "id", urn(f"{activity.edition.code}/{activity.code}"))
    add_text(entry, "title", title_with(activity, status_of(activity)))
    add_text(entry, "updated", stamp(activity.updated_at))
    if activity.published_at:
        add_text(entry, "published", stamp(activity.published_at))
    SubElement(entry, "link", rel="alternate", type="text/html", href=address_of(activity))
    for term in activity.terms.all():
        SubElement(entry, "category", term=term.code, label=line(term))
    facts = [activity.summary, *(one.text for one in moments(activity)[:6]), where(activity), host(activity)]
    add_text(entry, "summary", block("\n".join(line(fact) for fact in facts if fact)))
    if activity.description:
        add_text(entry, "content", block(activity.description), type="text")


def add_text(parent: Element, tag: str, text: str, **attributes: str) -> None:
    """One more element that holds text."""
    SubElement(parent, tag, attributes).text = text


def stamp(moment: datetime) -> str:
    """A moment to the second, with its zone (RFC 3339)."""
    return moment.replace(microsecond=0).isoformat()


def urn(name: str) -> str:
    """A permanent name: it stays where the site moves to another host (RFC 4287, 4.2.6)."""
    return uuid5(NAMESPACE_URL, f"kepuyue:{name}").urn
