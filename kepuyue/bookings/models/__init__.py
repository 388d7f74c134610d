from kepuyue.bookings.models.ballot import Ballot
from kepuyue.bookings.models.block import Block
from kepuyue.bookings.models.booking import ACTIVE, CODE_LENGTH, HOLDING, WAITING, Booking
from kepuyue.bookings.models.check_in import CheckIn
from kepuyue.bookings.models.feedback import Feedback
from kepuyue.bookings.models.terms import BookingTerms, Channel, Quota

__all__ = [
    "ACTIVE",
    "CODE_LENGTH",
    "HOLDING",
    "WAITING",
    "Ballot",
    "Block",
    "Booking",
    "BookingTerms",
    "Channel",
    "CheckIn",
    "Feedback",
    "Quota",
]
