import factory
from factory.django import DjangoModelFactory

from kepuyue.federation.models import Source
from tests.factories.editions import EditionFactory


class SourceFactory(DjangoModelFactory[Source]):
    """广州, read from its beginning; `state=Source.State.TRIED` for one that nobody has decided about.

    `unlearned=True`: the first look found nothing that says who it is.
    """

    edition = factory.SubFactory(EditionFactory)
    name = factory.Sequence(lambda n: f"城市{n}")
    address = factory.Sequence(lambda n: f"http://city{n}.example.org")
    instance = factory.SelfAttribute("address")
    there = "there-2024"
    state = Source.State.ON

    class Meta:
        model = Source

    class Params:
        unlearned = factory.Trait(instance="", there="")
