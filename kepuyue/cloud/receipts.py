"""The code by which somebody looks after their question: made from the form, kept in their browser alone."""

from uuid import UUID

from django.utils.crypto import salted_hmac

from kepuyue.core.codes import READABLE

CODE_LENGTH = 12


def code_of(token: UUID) -> str:
    """The code for the asker: twelve readable places from the form's token, which nobody else saw.

    The same form sent twice has the same code, and it is kept nowhere.
    """
    digest = salted_hmac("kepuyue.cloud.question.code", str(token), algorithm="sha256").digest()
    number = int.from_bytes(digest, "big")
    places = []
    for _place in range(CODE_LENGTH):
        number, rest = divmod(number, len(READABLE))
        places.append(READABLE[rest])
    return "".join(places)


def as_shown(code: str) -> str:
    """A code as it was shown. Blanks, dashes and small letters of somebody who types it do not matter."""
    return "".join(sign for sign in code.upper() if sign in READABLE)


def receipt_of(code: str) -> str:
    """What the row keeps of a code, however it was typed."""
    return salted_hmac("kepuyue.cloud.question.receipt", as_shown(code), algorithm="sha256").hexdigest()
