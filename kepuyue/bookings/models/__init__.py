from kepuyue.bookings.models.booking import ACTIVE, CODE_LENGTH, HOLDING, Booking
from kepuyue.bookings.models.terms import BookingTerms, Channel, Quota

__all__ = ["ACTIVE", "CODE_LENGTH", "HOLDING", "Booking", "BookingTerms", "Channel", "Quota"]
