"""Bookings: who may come to a session, decided once, fairly and for good.

Owns terms and quotas of a session, bookings, the waiting list, tickets and the door. Front doors: `admission.book`
(every booking, whoever asks), `actions.terms`, `actions.changing`, `queries`.
"""
