"""Rows for tests, each the least that is valid. `from tests.factories import ActivityFactory`."""

from tests.factories.accounts import UserFactory
from tests.factories.activities import (
    ActivityFactory,
    ParticipationFactory,
    PictureFactory,
    SessionFactory,
    SubmissionFactory,
    VenueFactory,
    complete_content,
)
from tests.factories.editions import EditionFactory, MarkFactory, TaxonomyFactory, TermFactory
from tests.factories.organizations import (
    DepartmentFactory,
    DistrictAssociationFactory,
    DistrictFactory,
    MembershipFactory,
    OfficeFactory,
    UnitFactory,
)

__all__ = [
    "ActivityFactory",
    "DepartmentFactory",
    "DistrictAssociationFactory",
    "DistrictFactory",
    "EditionFactory",
    "MarkFactory",
    "MembershipFactory",
    "OfficeFactory",
    "ParticipationFactory",
    "PictureFactory",
    "SessionFactory",
    "SubmissionFactory",
    "TaxonomyFactory",
    "TermFactory",
    "UnitFactory",
    "UserFactory",
    "VenueFactory",
    "complete_content",
]
