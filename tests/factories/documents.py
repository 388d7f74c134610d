from datetime import date

import factory
from factory.django import DjangoModelFactory

from kepuyue.documents import storing
from kepuyue.documents.content import Attachment, Document, Paragraph, Table
from kepuyue.documents.models import IssuingOrgan, OfficialDocument
from tests.factories.organizations import OfficeFactory


class OrganFactory(DjangoModelFactory[IssuingOrgan]):
    """The office's organ, which another unit seals for."""

    organization = factory.SubFactory(OfficeFactory)
    code = factory.Sequence(
        lambda n: f"深科{'甲乙丙丁戊己庚辛壬癸'[n % 10]}{'甲乙丙丁戊己庚辛壬癸'[n // 10 % 10]}"
    )
    name = "深圳市科普工作联席会议办公室"
    mark = "深圳市科普工作联席会议办公室文件"
    on_behalf = "深圳市科学技术协会"
    printed_by = "深圳市科学技术协会办公室"

    class Meta:
        model = IssuingOrgan


def content(title: str = "关于做好科普月活动的通知") -> Document:
    """A short notice of the summer of 2024 with one attachment that holds a table."""
    table = Table(("序号", "名称"), (("1", "科学之夜"),))
    return Document(
        title=title, addressees="各区科协", blocks=(Paragraph("请认真组织。"),), dated=date(2024, 8, 6),
        attachments=(Attachment("活动一览表", (table,)),), mark="深圳市科普工作联席会议办公室文件",
        issuer="深圳市科普工作联席会议办公室",
    )  # fmt: skip


class DraftFactory(DjangoModelFactory[OfficialDocument]):
    """A draft of a kind that nobody registered, with `content()`."""

    organ = factory.SubFactory(OrganFactory)
    kind = "letter"
    title = "关于做好科普月活动的通知"
    content = factory.LazyAttribute(lambda row: storing.to_json(content(row.title)))

    class Meta:
        model = OfficialDocument
