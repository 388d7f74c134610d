from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """People come in by registering a unit or by its invitation, not by an open sign-up page."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def format_email_subject(self, subject: str) -> str:
        """The subject as it is written, like that of every other mail."""
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sign-in mails leave through the outbox like all others."""
        from kepuyue.messaging.actions import outbox  # the app registry must be ready

        message = self.render_mail(template_prefix, email, context)
        outbox.post(kind="account.sign_in", to=email, subject=message.subject, body=message.body, key=None)
