import factory
from django.core.files.base import ContentFile
from factory.django import DjangoModelFactory

from kepuyue.mailbox.models import Letter, Part
from tests.factories.activities import drawing
from tests.factories.editions import EditionFactory


class LetterFactory(DjangoModelFactory[Letter]):
    """A mail that was read and waits: its text and one small picture. Of no unit unless one is given."""

    edition = factory.SubFactory(EditionFactory)
    way = Letter.Way.MAIL
    state = Letter.State.WAITING
    digest = factory.Sequence(lambda n: f"{n:064x}")
    file = factory.LazyFunction(lambda: ContentFile(b"Subject: x\r\n\r\nx", "letter.eml"))
    sender = "somebody@example.org"
    subject = factory.Sequence(lambda n: f"第{n}封来件")

    class Meta:
        model = Letter
        skip_postgeneration_save = True

    @factory.post_generation
    def parts(self: Letter, create: bool, _given: object, **_options: object) -> None:
        if create:
            Part.objects.create(letter=self, kind=Part.Kind.BODY, text="参与群众300人次")
            Part.objects.create(letter=self, kind=Part.Kind.PICTURE, place="照片.jpg", picture=drawing())
