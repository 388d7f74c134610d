"""The life of an official document as a table. The only place that knows it."""

from kepuyue.core.transitions import Table
from kepuyue.documents.models import OfficialDocument

STATE = OfficialDocument.State

DOCUMENT = Table(
    name="document",
    moves={
        (STATE.BUILDING, "build"): STATE.DRAFT,
        (STATE.BUILDING, "fail"): STATE.FAILED,
        (STATE.FAILED, "try_again"): STATE.BUILDING,
        (STATE.DRAFT, "issue"): STATE.ISSUED,
        # Its number stays in the register
        (STATE.ISSUED, "void"): STATE.VOID,
    },
    owners={
        STATE.BUILDING: "system",
        STATE.FAILED: "issuer",
        STATE.DRAFT: "issuer",
        STATE.ISSUED: "issuer",
        STATE.VOID: "nobody",
    },
    labels=dict(OfficialDocument.State.choices),
)
