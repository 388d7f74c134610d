"""What every room stands on: audit, transitions, codes, geography, pictures, time.

Owns no festival word and no page beyond the health check. Front door: `audit.record`, `transitions.Table`,
`time.now`, `codes`, `geo`, `pictures`.
"""
