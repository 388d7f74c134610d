from kepuyue.accounts.request import SignedInRequest
from kepuyue.editions.models import Edition


class DeskRequest(SignedInRequest):
    """A signed-in request with the current edition, for type checking only."""

    edition: Edition | None
