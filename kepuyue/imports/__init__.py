"""Spreadsheets come in: read → rows → clean → preview → commit.

`reader` opens a file of any kind, `headers` and `entries` find the activities in it, `dates` reads times as
people write them; nothing of that touches the database. `actions.staging` keeps the outcome as a batch that
a person looks at, `actions.committing` presses the ordinary drafting actions once per row, and can be run
again. Owns no rule about activities. Front door: `reader.read`, `entries.find`, `actions.staging.stage`,
`actions.committing.commit`.
"""
