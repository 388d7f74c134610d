"""What bookings announce to the rooms above."""

from django.dispatch import Signal

# terms: the keys of the `BookingTerms` whose sessions became full or have seats again; sent inside the transaction
availability_changed = Signal()
