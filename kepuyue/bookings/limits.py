"""How often one network or one phone number may ask, counted in the memory of each process.

These hold off machines; they are no rule of fairness. So they are wide enough for a school behind one address,
addresses inside a house or on the same machine are not counted at all (behind a proxy nobody told us of all would
share one), and a process that starts anew begins at nothing.
"""

import ipaddress
from functools import lru_cache

from django.conf import settings

from kepuyue.accounts.network import counted
from kepuyue.core.buckets import Bucket

_networks, _persons, _tokens = Bucket(), Bucket(), Bucket()


def forget() -> None:
    """What this process counted is gone."""
    _networks.forget()
    _persons.forget()
    _tokens.forget()


def wait_of_network(address: str) -> float:
    """Seconds that the network has to wait before it may join a queue once more; 0: it may now."""
    size = settings.ADMISSIONS_PER_NETWORK
    if not size or not _is_counted(address):
        return 0.0
    return _networks.take(_network(address), size, size / 60)


def wait_of_person(person: str) -> float:
    """Seconds that the number (a digest of it) has to wait before it may ask for seats once more; 0: it may now."""
    size = settings.BOOKING_TRIES_PER_PERSON
    return _persons.take(person, size, size / 60) if size else 0.0


def wait_of_token(number: str, key: str) -> float:
    """Seconds that whoever holds an admission token has to wait before it may ask for seats with another key.

    The same key may be sent again and again: its answer was lost, or is not yet known.
    """
    size = settings.BOOKING_TRIES_PER_TOKEN
    return _tokens.take(number, size, size / 60, key) if size else 0.0


@lru_cache(maxsize=65_536)
def _is_counted(address: str) -> bool:
    return ipaddress.ip_address(counted(address).partition("/")[0]).is_global


_network = lru_cache(maxsize=65_536)(counted)
