"""What summaries announce to the rooms above, inside the transaction of the change."""

from django.dispatch import Signal

# sends `summary`: what it says counts from now on
summary_accepted = Signal()
