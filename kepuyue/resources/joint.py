"""What an agreement becomes: the content of a joint activity, with nothing typed again.

Parts of the units: the one that registers is 主办 (host). The other is, where it asks, 协办 (co-organizer); where
it gives, 承办 (organizer) for what it carries out itself and 支持 (supporter) for a venue that it lends.
"""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from kepuyue.activities import content as contents
from kepuyue.activities.content import Content, iso_utc
from kepuyue.activities.models import Admission, BookingMode, Mode, UnitRole
from kepuyue.editions.models import Term
from kepuyue.organizations.models import Organization
from kepuyue.resources.kinds import TRAITS
from kepuyue.resources.models import Kind, Proposal, Request

# Which joint action (通知三(四)1-4) the activity of a unit of this type belongs to
JOINT_ACTIONS = {
    Organization.Type.BASE: "bases",
    Organization.Type.SOCIETY: "societies",
    Organization.Type.ENTERPRISE: "enterprises",
}


def content_of(proposal: Proposal, registrar: Organization) -> Content:
    """The joint activity's content, complete enough to be handed in for review as it is.

    Written in the city's language, whoever accepts; facts that a side stated once are carried over word for word.
    """
    request, offer = proposal.request, proposal.offer
    on_our_ground = not offer.travels
    with override(settings.CITY_LANGUAGE):
        return contents.blank() | {
            "title": request.title,
            "summary": offer.summary,
            "description": "\n\n".join(filter(None, [offer.description, _wishes(request)])),
            "mode": Mode.ONLINE if proposal.is_online else Mode.OFFLINE,
            "district": _district(proposal),
            "audience_note": request.audience_note,
            "age_min": request.age_min if request.age_min is not None else offer.age_min,
            "age_max": request.age_max if request.age_max is not None else offer.age_max,
            "accessibility": str(offer.details.get("accessibility", "")),
            "admission": Admission.FREE,
            # The side that asks brings its own people; nobody else is to go there unasked
            "booking_mode": BookingMode.EXTERNAL,
            "booking_note": _("由%(unit)s统一组织参加") % {"unit": request.organization.name},
            "expected_crowd": request.head_count,
            "safety_plan": _safety_plan(proposal),
            "emergency_contact": _on_site(offer if on_our_ground else request),
            "content_lead": offer.content_lead,
            "content_signoff": offer.content_signoff,
            "contact_name": _of(proposal, registrar).contact_name,
            "contact_phone": _of(proposal, registrar).contact_phone,
            "terms": _terms(proposal),
            "participations": _participations(proposal, registrar),
            "speakers": _speakers(proposal),
            "sessions": [_session(proposal)],
        }


def _of(proposal: Proposal, unit: Organization) -> Any:
    """The side's own record: its request or its offer."""
    return proposal.request if unit.pk == proposal.request.organization_id else proposal.offer


def _wishes(request: Request) -> str:
    """The wishes word for word, and whose they are: the public reads them beside what the offer says."""
    if not request.wishes:
        return ""
    said = {"unit": request.organization.name, "wishes": request.wishes}
    return _("%(unit)s的期待：%(wishes)s") % said


def _on_site(side: Any) -> str:
    return f"{side.contact_name} {side.contact_phone}"[:80]


def _district(proposal: Proposal) -> str:
    if proposal.is_online:
        return ""
    district = proposal.request.district if proposal.offer.travels else proposal.offer.organization.district
    return district.code if district else ""


def _safety_plan(proposal: Proposal) -> str:
    """The offer's safety notes, and who looks after how many; the registering unit goes on from there."""
    request, offer = proposal.request, proposal.offer
    where = offer.organization if not offer.travels else request.organization
    together = where.pk == request.organization_id
    text = (
        _("按%(count)s人准备；%(where)s负责现场秩序、疏散、急救和带队。")
        if together
        else _("按%(count)s人准备；%(where)s负责现场秩序、疏散和急救，%(unit)s负责带队。")
    )
    duty = text % {"count": request.head_count, "where": where.name, "unit": request.organization.name}
    return "\n".join(filter(None, [offer.safety_note, duty]))


def _terms(proposal: Proposal) -> list[str]:
    """Topics and audiences of both, the kind's form, and tier and joint action where the edition has them."""
    request, offer = proposal.request, proposal.offer
    wanted = {f"{term.taxonomy.code}:{term.code}" for term in [*offer.terms.all(), *request.terms.all()]}
    action = JOINT_ACTIONS.get(Organization.Type(offer.organization.type), "grassroots")
    wanted |= {f"form:{TRAITS[offer.kind].form_term}", "tier:joint_action", f"joint_action:{action}"}
    known = Term.objects.filter(taxonomy__edition=request.edition).values_list("taxonomy__code", "code")
    return sorted(wanted & {f"{taxonomy}:{term}" for taxonomy, term in known})


def _participations(proposal: Proposal, registrar: Organization) -> list[Content]:
    request, offer = proposal.request, proposal.offer
    if registrar.pk == request.organization_id:
        other = {"role": str(TRAITS[offer.kind].role), "name": offer.organization.name}
    else:
        other = {"role": str(UnitRole.CO_ORGANIZER), "name": request.organization.name}
    return [{"role": str(UnitRole.HOST), "name": registrar.name}, other]


def _speakers(proposal: Proposal) -> list[Content]:
    details = proposal.offer.details
    if proposal.offer.kind == Kind.EXPERT:
        return [
            {
                "name": details.get("expert_name", ""),
                "introduction": details.get("expert_post", ""),
                "is_overseas": bool(details.get("is_overseas")),
            }
        ]
    if proposal.offer.kind == Kind.COURSE and details.get("teacher"):
        return [
            {
                "name": details["teacher"],
                "introduction": proposal.offer.organization.name,
                "is_overseas": False,
            }
        ]
    return []


def _session(proposal: Proposal) -> Content:
    offer, request = proposal.offer, proposal.request
    venue = proposal.place or (request.place if offer.travels else offer.details.get("venue_name", ""))
    return {
        "id": None,
        "starts_at": iso_utc(proposal.starts_at),
        "ends_at": iso_utc(proposal.ends_at),
        "is_all_day": False,
        "venue_name": "" if proposal.is_online else venue,
        "place": "" if proposal.is_online else str(offer.details.get("meeting_point", "")),
        "online_url": "",
        "capacity": request.head_count,
        "note": "",
        "is_cancelled": False,
    }


def carried_over(content: Content) -> int:
    """How many fields of the draft say something that nobody has to type again."""
    return len(contents.diff(contents.blank(), content))
