"""What happens to units and their people, announced to the rooms above inside the transaction of the change."""

from django.dispatch import Signal

# sends `organization` and `survivor`: rows that point to the first by a foreign key have been moved already;
# whoever keeps ids of units in other ways follows here. `undone=True` where a merger is taken back.
unit_merged = Signal()
# sends `organization` and `former`: the unit has another superior now, and its branch other paths
unit_moved = Signal()
# sends `organization`: another name of it is shown from now on
unit_renamed = Signal()
# sends `organization`, `giver` and `taker`: all roles have gone over; open work follows here
work_handed_over = Signal()
