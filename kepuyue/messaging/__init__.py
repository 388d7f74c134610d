"""Messages that leave the house, and those shown inside it: an outbox that survives a crash.

Knows people only by their address and `AUTH_USER_MODEL`; knows nothing of what a message is about.
Front door: `actions.outbox.post`, `actions.outbox.deliver_due`.
"""
