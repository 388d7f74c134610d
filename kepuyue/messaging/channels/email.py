"""Mail by Django's backend (SMTP by EMAIL_URL, or files that one can open where none is set)."""

from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPResponseException
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils import translation
from django.utils.translation import gettext as _

from kepuyue.messaging import tokens
from kepuyue.messaging.channels import Refused, Unavailable

if TYPE_CHECKING:
    from kepuyue.messaging.models import Message


def compose(message: "Message") -> EmailMessage:
    """The mail as it leaves, with the marks by which a bounce or an unsubscription finds back."""
    headers = {
        "Message-ID": f"<{tokens.bounce_mark(message.pk)}@{_host()}>",
        "Auto-Submitted": "auto-generated",  # RFC 3834: holiday notices do not answer it
    }
    body = message.body
    if address := unsubscribe_address(message):
        # RFC 8058: mail programs show a button of their own for it
        headers["List-Unsubscribe"] = f"<{address}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        with translation.override(settings.CITY_LANGUAGE):
            body += "\n\n—\n" + _("不想再收到这类邮件：") + f"\n{address}"
    return EmailMessage(message.subject, body, to=[message.to], headers=headers)


def unsubscribe_address(message: "Message") -> str:
    """Where this kind of mail can be turned off; empty for kinds that cannot."""
    if message.person_id is None or not message.may_unsubscribe:
        return ""
    return f"{settings.PUBLIC_URL}{tokens.unsubscribe_path(message.person_id, message.kind)}"


def send(message: "Message") -> None:
    """Hand the mail to the server."""
    mail = compose(message)
    mail.connection = get_connection()
    try:
        mail.send()
    except SMTPRecipientsRefused as error:
        code, text = next(iter(error.recipients.values()))
        _raise(code, text, is_address=True)
    except SMTPDataError as error:
        _raise(error.smtp_code, error.smtp_error, is_address=False)
    except SMTPResponseException as error:
        # Sign-in or greeting refused: the operator's matter, not this message's
        raise Unavailable(f"{error.smtp_code} {_text(error.smtp_error)}") from None
    finally:
        # One that was opened and not signed in would stay open
        mail.connection.close()


def _raise(code: int, text: bytes | str, *, is_address: bool) -> None:
    said = f"{code} {_text(text)}"
    if 500 <= code < 600:
        raise Refused(said, is_address=is_address) from None
    raise Unavailable(said) from None


def _text(said: bytes | str) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _host() -> str:
    return urlsplit(settings.PUBLIC_URL).hostname or "localhost"
