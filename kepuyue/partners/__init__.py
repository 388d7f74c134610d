"""Programs of others that work with the city's: the keys by which they act for a unit, and what they are told.

Owns tokens, the addresses that are told of events, the events and their deliveries. What such a program may read and
write is the business of `api`; what happened is announced by the rooms below. Front door: `actions.tokens`,
`permissions.acting`, `actions.announcing`.
"""
