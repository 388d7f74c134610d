"""What activities announce to the rooms above, inside the transaction of the change."""

from django.dispatch import Signal

# sends `activity`: what the public may see of it has changed (published, revised, cancelled, archived …)
public_content_changed = Signal()
