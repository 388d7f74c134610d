from datetime import UTC, date, datetime
from io import BytesIO
from typing import Any

import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory
from PIL import Image

from kepuyue.editions.models import Edition, Extension, KeyDate, Mark, Plan, SubTheme, Taxonomy, Term
from tests.factories.organizations import DistrictAssociationFactory, OfficeFactory

# A few terms of the real edition, enough to classify and to filter
TAXONOMIES: dict[str, dict[str, Any]] = {
    "tier": {
        "name": "活动板块",
        "name_en": "Tier",
        "multiple": False,
        "terms": {"main_venue": "深圳主场活动", "district": "各区分会场活动", "department": "各部门特色活动"},
    },
    "audience": {
        "name": "面向人群",
        "name_en": "Audience",
        "terms": {"children": "少年儿童", "older_people": "老年人", "everyone": "全体公众"},
    },
    "content": {
        "name": "活动内容",
        "name_en": "Content",
        "terms": {"frontier": "高阶前沿科普", "for_people": "科普为民"},
    },
}


class EditionFactory(DjangoModelFactory[Edition]):
    """September 2024 in Shenzhen, the current edition; the same code gives the same one.

    It comes with its key dates and three classifications (`with_taxonomies=False` leaves them out).
    Another one needs another code and `is_current=False`.
    """

    code = "shenzhen-2024"
    year = 2024
    city = "深圳"
    city_en = "Shenzhen"
    name = factory.LazyAttribute(lambda row: f"{row.year}年深圳科普月")
    name_en = factory.LazyAttribute(lambda row: f"Shenzhen Science Month {row.year}")
    theme = "提升全民科学素质，协力建设科技强国"
    starts_on = factory.LazyAttribute(lambda row: date(row.year, 9, 1))
    ends_on = factory.LazyAttribute(lambda row: date(row.year, 9, 30))
    office = factory.SubFactory(OfficeFactory)
    policy = factory.LazyFunction(
        lambda: {
            "review": {"default": ["branch", "office"], "tier:main_venue": ["office"]},
            # A test that is about being late sets its own
            "lead_times": {"ordinary": 0, "overseas": 0},
        }
    )
    is_current = True
    was_current = factory.SelfAttribute("is_current")

    class Meta:
        model = Edition
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    @factory.post_generation
    def with_taxonomies(self: Any, create: bool, wanted: bool | None, **_options: Any) -> None:
        if create and wanted is not False and not self.taxonomies.exists():
            KeyDate.objects.bulk_create(
                [
                    KeyDate(edition=self, kind="registration_opens", day=date(self.year, 8, 6)),
                    KeyDate(edition=self, kind="publicity_opens", day=date(self.year, 8, 21)),
                    KeyDate(edition=self, kind="summary_due", day=date(self.year, 9, 28)),
                ]
            )
            for place, (code, entry) in enumerate(TAXONOMIES.items()):
                facts = {key: value for key, value in entry.items() if key != "terms"}
                taxonomy = Taxonomy.objects.create(edition=self, code=code, position=place, **facts)
                Term.objects.bulk_create(
                    Term(taxonomy=taxonomy, code=term, name=name, name_en=term.replace("_", " "), position=n)
                    for n, (term, name) in enumerate(entry["terms"].items())
                )


class TaxonomyFactory(DjangoModelFactory[Taxonomy]):
    edition = factory.SubFactory(EditionFactory)
    code = factory.Sequence(lambda n: f"taxonomy-{n}")
    name = factory.Sequence(lambda n: f"分类{n}")
    name_en = factory.Sequence(lambda n: f"Taxonomy {n}")

    class Meta:
        model = Taxonomy


class TermFactory(DjangoModelFactory[Term]):
    taxonomy = factory.SubFactory(TaxonomyFactory)
    code = factory.Sequence(lambda n: f"term-{n}")
    name = factory.Sequence(lambda n: f"分类项{n}")
    name_en = factory.Sequence(lambda n: f"Term {n}")

    class Meta:
        model = Term


class MarkFactory(DjangoModelFactory[Mark]):
    edition = factory.SubFactory(EditionFactory)
    code = factory.Sequence(lambda n: f"mark-{n}")
    name = factory.Sequence(lambda n: f"标识{n}")
    name_en = factory.Sequence(lambda n: f"Mark {n}")

    class Meta:
        model = Mark


def png(mode: str = "RGBA", size: tuple[int, int] = (60, 40)) -> bytes:
    """A small picture with some transparency."""
    written = BytesIO()
    Image.new(mode, size, (200, 30, 30, 128) if mode == "RGBA" else (200, 30, 30)).save(written, "PNG")
    return written.getvalue()


class ExtensionFactory(DjangoModelFactory[Extension]):
    """One more week for 福田区 to file its plan."""

    edition = factory.SubFactory(EditionFactory)
    kind = "plan_due"
    organization = factory.SubFactory(DistrictAssociationFactory)
    until = date(2024, 8, 25)
    reason = "换届"

    class Meta:
        model = Extension


class SubThemeFactory(DjangoModelFactory[SubTheme]):
    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(DistrictAssociationFactory)
    theme = "科技点亮福田"

    class Meta:
        model = SubTheme


class PlanFactory(DjangoModelFactory[Plan]):
    """A plan that 福田区 filed; `state="draft"` and `filed_at=None` for one in writing."""

    edition = factory.SubFactory(EditionFactory)
    organization = factory.SubFactory(DistrictAssociationFactory)
    state = "filed"
    goals = "让每个社区都有一场科普活动"
    highlights = "开幕活动"
    safeguards = "成立专班"
    schedule = "8月筹备，9月实施"
    liaison = "联络员"
    liaison_phone = "0755-00000000"
    filed_at = datetime(2024, 8, 15, 2, tzinfo=UTC)

    class Meta:
        model = Plan
        skip_postgeneration_save = True

    @factory.post_generation
    def with_file(self: Any, create: bool, wanted: bool | None, **_options: Any) -> None:
        if create and wanted:
            self.file_name = "方案.pdf"
            self.file.save("plan.pdf", ContentFile(b"%PDF-1.7"))
