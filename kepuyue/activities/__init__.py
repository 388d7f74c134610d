"""Activities from draft to publication: content, sessions, venues, submission, review, revision.

Owns what an activity says and who answers for it; bookings, summaries and search are built above.
Front door: `content` (the reviewable text as data), `actions.drafting`, `actions.submission`,
`actions.review`, `actions.publication`, `queries`.
"""
