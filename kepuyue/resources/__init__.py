"""Resources brought together (整合资源、走出去请进来): what units offer, what others ask for, and what they agree on.

Owns offers, requests, proposals, promised days and the opening offers of bases; an agreement becomes a draft of
`activities`. Front door: `actions.offering`, `actions.requesting`, `actions.agreeing`, `actions.openings`,
`matching`, `queries`.
"""
