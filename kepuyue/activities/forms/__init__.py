"""The room's forms: `steps` of the registration (of `plain` fields and of `rows`), `acts` that take one page each,
and `cleaning` of what imports bring through the same ones."""

from kepuyue.activities.forms.acts import (
    CopyForm,
    DecisionForm,
    LicenceForm,
    MoveForm,
    NewActivityForm,
    PictureForm,
    PostponeForm,
    ReasonForm,
    SamplingForm,
    SignOffLinkForm,
    TakedownForm,
    TrustForm,
    VenueForm,
)
from kepuyue.activities.forms.cleaning import Known, clean_content
from kepuyue.activities.forms.fields import WebAddressField
from kepuyue.activities.forms.grid import FIELD as GRID_FIELD
from kepuyue.activities.forms.plain import (
    HELP,
    PLAIN_FIELDS,
    ClassificationForm,
    DistrictForm,
    PlainForm,
    ResponsibilityForm,
    plain_form,
)
from kepuyue.activities.forms.rows import (
    ROWS,
    ParticipationForm,
    RowForm,
    RowSet,
    SessionForm,
    SpeakerForm,
    session_initial,
)
from kepuyue.activities.forms.steps import STEPS, StepInput, step_input

__all__ = [
    "GRID_FIELD",
    "HELP",
    "PLAIN_FIELDS",
    "ROWS",
    "STEPS",
    "ClassificationForm",
    "CopyForm",
    "DecisionForm",
    "DistrictForm",
    "Known",
    "LicenceForm",
    "MoveForm",
    "NewActivityForm",
    "ParticipationForm",
    "PictureForm",
    "PlainForm",
    "PostponeForm",
    "ReasonForm",
    "ResponsibilityForm",
    "RowForm",
    "RowSet",
    "SamplingForm",
    "SessionForm",
    "SignOffLinkForm",
    "SpeakerForm",
    "StepInput",
    "TakedownForm",
    "TrustForm",
    "VenueForm",
    "WebAddressField",
    "clean_content",
    "plain_form",
    "session_initial",
    "step_input",
]
