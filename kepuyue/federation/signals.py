"""What this room announces to those above it, within the transaction of the change."""

from django.dispatch import Signal

written = Signal()
"Sent with `edition` and `keys`: these activities came, or changed"
leaving = Signal()
"Sent with `edition` and `keys`, before the rows go: these activities are taken out"
