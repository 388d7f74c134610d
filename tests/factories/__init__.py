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
from tests.factories.resources import OfferFactory, OpeningFactory, ProposalFactory, RequestFactory

__all__ = [
    "ActivityFactory",
    "DepartmentFactory",
    "DistrictAssociationFactory",
    "DistrictFactory",
    "EditionFactory",
    "MarkFactory",
    "MembershipFactory",
    "OfferFactory",
    "OfficeFactory",
    "OpeningFactory",
    "ParticipationFactory",
    "PictureFactory",
    "ProposalFactory",
    "RequestFactory",
    "SessionFactory",
    "SubmissionFactory",
    "TaxonomyFactory",
    "TermFactory",
    "UnitFactory",
    "UserFactory",
    "VenueFactory",
    "complete_content",
]
