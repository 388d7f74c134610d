"""What a unit's program does with its activities: the same acts as at the desk, under the same rules."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Body, File, Form, Path
from ninja.files import UploadedFile
from pydantic import ConfigDict

from kepuyue.activities.actions import illustration, publication, rescheduling, signing, submission
from kepuyue.activities.models import Activity, Session
from kepuyue.activities.queries import working_content
from kepuyue.api import own
from kepuyue.api.access import FORM, JSON, asks, caller_of
from kepuyue.api.actions import putting
from kepuyue.api.exchange import answered, once
from kepuyue.api.interface import api
from kepuyue.api.own_schemas import (
    ActivityIn,
    Kept,
    LinkOut,
    OwnActivity,
    PictureKept,
    PostponementIn,
    ReasonIn,
    SignOffIn,
    Strict,
)
from kepuyue.api.problems import Problem, Refused
from kepuyue.api.shown import edition_asked_for
from kepuyue.api.views.own import REFUSALS, Key, OfEdition
from kepuyue.core.links import whole
from kepuyue.editions.models import Edition

WRITING: dict[Any, Any] = {400: Problem, 409: Problem, 413: Problem, 415: Problem, **REFUSALS}
KEY_HEADER = {
    "in": "header", "name": "Idempotency-Key", "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "A key of your own for this request; sent again with it, it is done once. Kept for 24 hours",
}  # fmt: skip
ONCE: dict[str, Any] = {"parameters": [KEY_HEADER]}
MATCH: dict[str, Any] = {
    "parameters": [
        {
            "in": "header", "name": "If-Match", "required": False, "schema": {"type": "string", "maxLength": 200},
            "description": "ETag of what you read; needed to change an activity; * changes whatever stands",
        }
    ]
}  # fmt: skip
Number = Annotated[int, Path(ge=1, le=2**62)]


class Nothing(Strict):
    """An empty object: {}."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {}})


NOTHING = Nothing()


@api.put(
    "/unit/activities/{key}", response={200: Kept, 201: Kept, 412: Problem, 428: Problem, **WRITING},
    summary="Create or change an activity", url_name="unit-activity",
    **asks("activities:write", takes=JSON, extra=MATCH),
)  # fmt: skip
def put(request: HttpRequest, key: Key, sent: Body[ActivityIn], edition: OfEdition = "") -> HttpResponse:
    """By your own key: 201 with a new draft where there is none, 200 with the changed one where there is.

    Sending the same again changes nothing. A new one is made in the current edition alone. A published activity keeps
    its public text: what is reviewed (time, place, speakers, content, hosts) becomes a change that has to be handed in,
    the rest shows at once.
    """
    caller = caller_of(request)
    done = putting.put(
        key,
        sent,
        edition=_edition(request, edition),
        organization=caller.organization,
        by=caller.person,
        condition=request.headers.get("If-Match", ""),
    )
    activity = _fresh(done.activity)
    body = own.shown(activity, own.notices(activity, was_signed=done.was_signed))
    response = answered(body | {"remarks": done.remarks}, status=201 if done.is_new else 200)
    response["ETag"] = own.tag(body)
    return response


@api.post(
    "/unit/activities/{key}/pictures", response={201: PictureKept, **WRITING}, summary="Add a picture",
    url_name="unit-pictures", **asks("activities:write", takes=FORM, extra=ONCE),
)  # fmt: skip
@once
def picture(
    request: HttpRequest,
    key: Key,
    file: File[UploadedFile],
    alt: Form[Annotated[str, "What is to be seen"]],
    rights_confirmed: Form[bool],
    credit: Form[str] = "",
    edition: OfEdition = "",
) -> HttpResponse:
    """JPEG, PNG, WebP or HEIC; it is written anew without camera data or position. The first picture is the cover.

    `rights_confirmed` has to be true: the unit may publish it. Pictures are part of what is signed off: add them first.
    """
    caller = caller_of(request)
    faults = [
        ("alt", _("请写明图上是什么，不超过120字。"), not 1 <= len(alt.strip()) <= 120),
        ("credit", _("来源不超过80字。"), len(credit) > 80),
        ("rights_confirmed", _("请确认有权发布这张图片。"), not rights_confirmed),
    ]
    if wrong := [{"parameter": name, "detail": why} for name, why, is_wrong in faults if is_wrong]:
        raise Refused(422, "invalid-parameter", " ".join(one["detail"] for one in wrong), wrong)
    activity = own.find(request, key, edition)
    was_signed = own.signed(activity)
    found = illustration.add(activity, by=caller.person, file=file, alt=alt.strip(), credit=credit.strip())
    body = {
        "id": found.pk, "url": whole(reverse("api:unit-picture", args=[found.pk])),
        "width": found.width, "height": found.height,
        "notices": own.notices(_fresh(activity), was_signed=was_signed),
    }  # fmt: skip
    return answered(body, status=201)


@api.post(
    "/unit/activities/{key}/sign-off", response={201: OwnActivity, **WRITING}, summary="Pass a sign-off on",
    url_name="unit-sign-off", **asks("activities:submit", takes=JSON, extra=ONCE),
)  # fmt: skip
@once
def sign_off(request: HttpRequest, key: Key, sent: Body[SignOffIn], edition: OfEdition = "") -> HttpResponse:
    """内容把关: a named person of the unit has read the content as it stands now and answers for it.

    A later change of what is reviewed needs another one. Where that person does not use your system, `sign-off-link`
    gives a link for them instead.
    """
    caller = caller_of(request)
    activity = own.find(request, key, edition)
    signing.relay(activity, by=caller.person, name=sent.name)
    return _shown(activity)


@api.post(
    "/unit/activities/{key}/sign-off-link", response={201: LinkOut, **WRITING}, summary="A link to sign off by",
    url_name="unit-sign-off-link", **asks("activities:submit", takes=JSON, extra=ONCE),
)  # fmt: skip
@once
def sign_off_link(
    request: HttpRequest, key: Key, sent: Body[SignOffIn], edition: OfEdition = ""
) -> HttpResponse:
    """For the named person, who needs no account: they read the content on a page of ours and sign it there, once.

    `confirmed` says that the link goes to this person and nobody else.
    """
    caller = caller_of(request)
    link, secret = signing.make_link(own.find(request, key, edition), by=caller.person, name=sent.name)
    url = whole(reverse("activities:sign-off-page", args=[secret]))
    return answered({"url": url, "expires_at": link.expires_at}, status=201)


@api.post(
    "/unit/activities/{key}/submission", response={201: OwnActivity, **WRITING}, summary="Hand in for review",
    url_name="unit-submission", **asks("activities:submit", takes=JSON, extra=ONCE),
)  # fmt: skip
@once
def hand_in(
    request: HttpRequest, key: Key, sent: Body[Nothing] = NOTHING, edition: OfEdition = ""
) -> HttpResponse:
    """A new activity, or the change of a published one. 422 `incomplete` names all that is missing.

    Somebody has to have signed off exactly this content. A trusted unit's plain activity is published at once.

    Send no body, or `{}`; the body tells nothing, the Idempotency-Key has to be there.
    """
    caller = caller_of(request)
    activity = own.find(request, key, edition)
    try:
        submission.submit(activity, by=caller.person, signs=False)
    except submission.Incomplete as error:
        # People are asked to sign when the rest is there; a program learns of all at once
        found = own.missing(activity, working_content(activity))
        raise submission.Incomplete([gap for gap in found if gap.blocks]) from error
    return _shown(activity)


@api.post(
    "/unit/activities/{key}/withdrawal", response={201: OwnActivity, **WRITING}, summary="Take back from review",
    url_name="unit-withdrawal", **asks("activities:submit", takes=JSON, extra=ONCE),
)  # fmt: skip
@once
def withdraw(
    request: HttpRequest, key: Key, sent: Body[Nothing] = NOTHING, edition: OfEdition = ""
) -> HttpResponse:
    """What is not decided yet comes back and can be changed.

    Send no body, or `{}`; the body tells nothing, the Idempotency-Key has to be there.
    """
    caller = caller_of(request)
    activity = own.find(request, key, edition)
    submission.withdraw(activity, by=caller.person)
    return _shown(activity)


@api.post(
    "/unit/activities/{key}/cancellation", response={201: OwnActivity, **WRITING}, summary="Cancel an activity",
    url_name="unit-cancellation", **asks("activities:cancel", takes=JSON, extra=ONCE),
)  # fmt: skip
@once
def cancel(request: HttpRequest, key: Key, sent: Body[ReasonIn], edition: OfEdition = "") -> HttpResponse:
    """A published one is not held. It shows at once, everybody who booked is told, and it cannot be undone."""
    caller = caller_of(request)
    activity = own.find(request, key, edition)
    publication.cancel(activity, by=caller.person, reason=sent.reason)
    return _shown(activity)


@api.post(
    "/unit/activities/{key}/sessions/{session}/cancellation", response={201: OwnActivity, **WRITING},
    summary="Cancel a session", url_name="unit-session-cancellation",
    **asks("activities:cancel", takes=JSON, extra=ONCE),
)  # fmt: skip
@once
def cancel_session(
    request: HttpRequest, key: Key, session: Number, sent: Body[ReasonIn], edition: OfEdition = ""
) -> HttpResponse:
    """One session is not held, the others are. It shows at once and everybody who booked is told."""
    caller = caller_of(request)
    activity = own.find(request, key, edition)
    was_signed = own.signed(activity)
    rescheduling.cancel_session(_session(activity, session), by=caller.person, reason=sent.reason)
    return _shown(activity, was_signed=was_signed)


@api.post(
    "/unit/activities/{key}/sessions/{session}/postponement", response={201: OwnActivity, **WRITING},
    summary="Postpone a session", url_name="unit-session-postponement",
    **asks("activities:cancel", takes=JSON, extra=ONCE),
)  # fmt: skip
@once
def postpone(
    request: HttpRequest, key: Key, session: Number, sent: Body[PostponementIn], edition: OfEdition = ""
) -> HttpResponse:
    """That the time no longer holds shows at once; the new one at once or after review, as the edition's rules say."""
    caller = caller_of(request)
    activity = own.find(request, key, edition)
    was_signed = own.signed(activity)
    rescheduling.postpone(
        _session(activity, session),
        by=caller.person,
        reason=sent.reason,
        starts_at=sent.start,
        ends_at=sent.end,
    )
    return _shown(activity, was_signed=was_signed)


def _edition(request: HttpRequest, code: str) -> Edition:
    found = edition_asked_for(request, code)
    if found is None:
        raise Refused(409, "not-possible-now", _("现在没有进行中的一届。"))
    return found


def _session(activity: Activity, number: int) -> Session:
    return get_object_or_404(Session, pk=number, activity=activity)


def _fresh(activity: Activity) -> Activity:
    return Activity.objects.select_related("edition", "organization", "district").get(pk=activity.pk)


def _shown(activity: Activity, *, was_signed: bool = False) -> HttpResponse:
    """The activity as it stands after the act; `was_signed`: a sign-off held before one that may end it."""
    activity = _fresh(activity)
    body = own.shown(activity, own.notices(activity, was_signed=was_signed))
    response = answered(body, status=201)
    response["ETag"] = own.tag(body)
    return response
