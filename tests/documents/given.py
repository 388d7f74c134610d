"""A document with every part that the standard knows."""

from dataclasses import replace
from datetime import date

from kepuyue.documents.content import Attachment, Document, Heading, Paragraph, Table

TITLE = "深圳市科普工作联席会议办公室关于举办2024年深圳全国科普日暨深圳科普月活动的通知"
TEXT = (
    "各区各部门要把科普月活动作为贯彻落实党的二十大精神的生动实践，广泛动员精心组织，不断提升服务力影响力，"
)


def draft() -> Document:
    """Without a number, and with marks of the text behind the last sign of full lines."""
    text = (
        "推进科普信息化发展，通过直播、短视频、话题互动、VR等方式，广泛开展云讲堂、云看展、云发布等线上活动，广泛开展科普宣传，"
        "形成天天有热点、精彩不间断的线上科普热潮。"
    )
    return replace(whole(), number="", blocks=(Heading(3, "云上科普月系列活动。", text),) * 8)


def short() -> Document:
    """A letter of one page, as most letters are."""
    return replace(
        whole(),
        title="关于举办科学之夜的函",
        addressees="市教育局",
        blocks=(Paragraph(TEXT),),
        attachments=(),
        on_behalf="",
    )


def upward() -> Document:
    """Three organs report upward together, under the host's number; 份号, 密级 and 紧急程度 stand above."""
    return replace(
        whole(), title="深圳市科学技术协会等三部门关于2024年深圳科普月活动情况的报告", addressees="市人民政府",
        mark="深圳市科学技术协会文件", issuer="深圳市科学技术协会", on_behalf="",
        joint=("深圳市教育局", "深圳市科技创新局"), signers=("李明", "王小川", "欧阳文华"),
        copy_number=7, secrecy="秘密★1年", urgency="加急",
    )  # fmt: skip


def whole() -> Document:
    """Several pages, two attachments, copies, a seal that stands for another's."""
    table = Table(
        ("序号", "活动名称", "时间"),
        tuple((str(number), "科学之夜", "9月14日") for number in range(1, 37)),
        (1, 5, 2),
    )
    return Document(
        mark="深圳市科普工作联席会议办公室文件", number="深科联办〔2024〕4号", title=TITLE,
        addressees="市科普工作联席会议各成员单位，各区科协（科创局），各有关单位",
        blocks=(
            Paragraph(f"{TEXT}现将有关事项通知如下。"),
            Heading(1, "时间和主题"), Paragraph(TEXT * 6),
            Heading(1, "活动内容"), Heading(2, "践行科普为民，共创美好生活。", TEXT * 3),
            Heading(3, "科普基地联合行动。", TEXT * 2), Heading(4, "示范点。", TEXT * 2),
            Heading(2, "开展科学教育。", TEXT), *[Paragraph(TEXT * 2) for _number in range(3)],
        ),
        issuer="深圳市科普工作联席会议办公室", on_behalf="深圳市科学技术协会", dated=date(2024, 8, 6),
        note="联系人：科普部，电话：12345",
        attachments=(
            Attachment("中国科协科普部关于2024年全国科普日活动的预通知", (Paragraph(TEXT * 3),)),
            Attachment("2024年深圳科普月重点活动一览表", (table,)),
        ),
        copies_to=("中国科协科普部", "广东省科协"), printed_by="深圳市科学技术协会办公室", printed_on=date(2024, 8, 7),
    )  # fmt: skip
