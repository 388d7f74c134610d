"""Letters in the demonstration: one that went into a draft by itself, one of somebody unknown, one official letter.

People, addresses, numbers and figures are invented and say so.
"""

from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from docx import Document

from kepuyue.activities.models import Activity, Origin
from kepuyue.core.time import now
from kepuyue.demo import drawing, stages
from kepuyue.demo.actions.cast import Cast
from kepuyue.demo.agenda import Agenda
from kepuyue.demo.stages import Stage
from kepuyue.editions.models import Edition
from kepuyue.mailbox.actions import studying, taking
from kepuyue.summaries.models import Summary

REPORT = (
    "演示：我单位举办了“{title}”，参与群众约{people}人次，{volunteers}名志愿者到场服务，发放资料{materials}份。"
    "观众提问踊跃，动手环节最受欢迎。"
)
UNKNOWN = (
    "您好！演示：附上我们这次科普活动的情况：参加群众86人次，咨询40人次。照片随后补发。\n\n某社区工作站\n李工"
)


def furnish(agenda: Agenda, edition: Edition, cast: Cast) -> None:
    """In the morning before the stages with summaries, between what is filed and what is decided."""
    agenda.at(stages.MOMENTS[Stage.MONTH] - timedelta(hours=4), partial(_mails, edition, cast))
    agenda.at(stages.MOMENTS[Stage.SUMMARY] - timedelta(hours=4), partial(_document, edition, cast))


def _open(edition: Edition) -> list[Activity]:
    """Activities whose units have not filed yet, the last first: the others were filed in the form."""
    rows = Summary.objects.due().filter(
        activity__edition=edition, activity__origin=Origin.DEMO, activity__city=""
    )
    return [one.activity for one in rows.select_related("activity__organization").order_by("-pk")[:2]]


def _mails(edition: Edition, cast: Cast) -> None:
    for place, activity in enumerate(_open(edition)[:1]):
        text = REPORT.format(title=activity.title, people=120, volunteers=8, materials=150)
        sender = cast.registrar(activity.organization).email
        picture = drawing.stalls(f"{activity.title}{place}").read()
        mail = _mail(
            sender, f"{activity.organization.name}科普月总结", f"{text}\n\n{activity.organization.name}"
        )
        mail.add_attachment(picture, maintype="image", subtype="jpeg", filename="演示图市民在展台前.jpg")
        _come(edition, mail)
    _come(edition, _mail("li@community.example", "活动情况", UNKNOWN))


def _document(edition: Edition, cast: Cast) -> None:
    document = Document()
    document.add_paragraph("演示：关于报送科普月活动总结的函")
    for number, activity in enumerate(_open(edition)):
        text = REPORT.format(title=activity.title, people=200 + 30 * number, volunteers=12, materials=300)
        document.add_paragraph(f"{activity.organization.name}：{text}")
    written = BytesIO()
    document.save(written)
    file = SimpleUploadedFile("演示总结.docx", written.getvalue())
    letter = taking.enter(
        edition,
        by=cast.reviewer(cast.office),
        number="演示科函〔2024〕12号",
        files=[file],
        subject="演示：报送科普月活动总结",
    )
    studying.study(letter)


def _mail(sender: str, subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["Subject"], mail["Date"] = sender, subject, now()
    mail.set_content(text)
    return mail


def _come(edition: Edition, mail: EmailMessage) -> None:
    if letter := taking.take(edition, mail.as_bytes()):
        studying.study(letter)
