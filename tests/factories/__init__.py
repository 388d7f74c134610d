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
from tests.factories.cloud import CloudItemFactory, CoverFactory, QuestionFactory
from tests.factories.documents import DraftFactory, OrganFactory
from tests.factories.editions import (
    EditionFactory,
    ExtensionFactory,
    MarkFactory,
    PlanFactory,
    SubThemeFactory,
    TaxonomyFactory,
    TermFactory,
)
from tests.factories.evaluation import (
    CandidateFactory,
    HonorFactory,
    JudgeFactory,
    NoticeFactory,
    ObjectionFactory,
    RoundFactory,
    SheetFactory,
)
from tests.factories.federation import SourceFactory
from tests.factories.insight import ReleaseFactory
from tests.factories.mailbox import LetterFactory
from tests.factories.organizations import (
    DepartmentFactory,
    DistrictAssociationFactory,
    DistrictFactory,
    MembershipFactory,
    OfficeFactory,
    UnitFactory,
)
from tests.factories.publicity import CoverageFactory, HighlightFactory, PressPictureFactory, StoryFactory
from tests.factories.resources import OfferFactory, OpeningFactory, ProposalFactory, RequestFactory
from tests.factories.summaries import PhotoFactory, SummaryFactory

__all__ = [
    "ActivityFactory",
    "CandidateFactory",
    "CloudItemFactory",
    "CoverFactory",
    "CoverageFactory",
    "DepartmentFactory",
    "DistrictAssociationFactory",
    "DistrictFactory",
    "DraftFactory",
    "EditionFactory",
    "ExtensionFactory",
    "HighlightFactory",
    "HonorFactory",
    "JudgeFactory",
    "LetterFactory",
    "MarkFactory",
    "MembershipFactory",
    "NoticeFactory",
    "ObjectionFactory",
    "OfferFactory",
    "OfficeFactory",
    "OpeningFactory",
    "OrganFactory",
    "ParticipationFactory",
    "PhotoFactory",
    "PictureFactory",
    "PlanFactory",
    "PressPictureFactory",
    "ProposalFactory",
    "QuestionFactory",
    "ReleaseFactory",
    "RequestFactory",
    "RoundFactory",
    "SessionFactory",
    "SheetFactory",
    "SourceFactory",
    "StoryFactory",
    "SubThemeFactory",
    "SubmissionFactory",
    "SummaryFactory",
    "TaxonomyFactory",
    "TermFactory",
    "UnitFactory",
    "UserFactory",
    "VenueFactory",
    "complete_content",
]
