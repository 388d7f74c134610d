"""What editions announce to the rooms above, inside the transaction of the change."""

from django.dispatch import Signal

# sends `term` and `into`: whatever has the one is to have the other from now on
term_merged = Signal()
# sends `terms` (a list): they are called otherwise, so what is found by their names is to be indexed anew
terms_renamed = Signal()
# sends `edition`: it is the current one from now on
edition_switched = Signal()
