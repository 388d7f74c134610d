"""Summaries: what a unit files after its activities, in figures that say how they were obtained; what is accepted.

Owns summaries, their filings (provisional and supplement, both kept) and figures. Measures nothing itself: check-ins
and answers are the bookings', reports the publicity's. Front door: `actions.filing`, `actions.deciding`, `queries`.
"""
