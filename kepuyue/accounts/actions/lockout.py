"""The bounds on guessing (docs/adr/0016): by account and network together, by network, and by known device.

Never by the account alone: whoever could fill that bucket could lock its owner out. (The code of the second factor is
the one exception, and only for unknown browsers: who is asked for it has already given the right password.)
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from kepuyue.accounts.actions.tries import Bound, Claim, claim, counter
from kepuyue.accounts.models import Device
from kepuyue.accounts.network import Origin
from kepuyue.accounts.queries import device_key

if TYPE_CHECKING:
    from kepuyue.accounts.models import User

# A person at one place: ten slips, then one try in half a minute (2,880 a day)
ACCOUNT_AND_NETWORK = Bound(10, timedelta(seconds=30))
# A school behind one address: 200 slips at once, then one in three seconds. Right passwords do not count
NETWORK = Bound(200, timedelta(seconds=3))
# A browser that has signed in to this account before has a budget that nobody else can use up
KNOWN_DEVICE = Bound(10, timedelta(seconds=30))
# Codes are short (one in 330,000 fits): 30 at once, then 720 a day, all unknown browsers of an account together
CODES_OF_ACCOUNT = Bound(30, timedelta(minutes=2))
# Mails to one address, and how many strangers' addresses one network may name
MAILS_TO_ADDRESS = Bound(5, timedelta(minutes=12))
MAILS_FROM_NETWORK = Bound(60, timedelta(minutes=1))
REGISTRATIONS = Bound(20, timedelta(minutes=3))


def claim_sign_in(*, address: str, origin: Origin) -> Claim:
    """Before a password is looked at. The same for addresses that exist and that do not."""
    address = address.strip().lower()
    key = device_key(origin.device)
    if key and Device.objects.filter(user__email=address, key=key).exists():
        return claim(counter(KNOWN_DEVICE, "sign-in.device", address, key))
    return claim(
        counter(ACCOUNT_AND_NETWORK, "sign-in.account", address, origin.network),
        counter(NETWORK, "sign-in.network", origin.network),
    )


def claim_code(user: "User", *, origin: Origin) -> Claim:
    """Before the code of a second factor is looked at; the password was right."""
    key = device_key(origin.device)
    if key and Device.objects.filter(user=user, key=key).exists():
        return claim(counter(KNOWN_DEVICE, "code.device", user.pk, key))
    return claim(
        counter(ACCOUNT_AND_NETWORK, "code.account", user.pk, origin.network),
        counter(CODES_OF_ACCOUNT, "code.unknown-devices", user.pk),
    )


def claim_mail_to(address: str) -> Claim:
    """Before a mail that anybody can ask for is sent to an address; a full bucket is not told."""
    return claim(counter(MAILS_TO_ADDRESS, "mail.address", address.strip().lower()))


def claim_mail_from(origin: Origin) -> Claim:
    """Before a network may ask for such a mail."""
    return claim(counter(MAILS_FROM_NETWORK, "mail.network", origin.network))


def claim_registration(origin: Origin) -> Claim:
    """Before a unit may register itself from a network."""
    return claim(counter(REGISTRATIONS, "registration.network", origin.network))
