"""The programme as a booklet (节目册): what it is made of (`book`), what stands in it (`compiling`,
`items`, `index`), its pages (`pages`), who sets them (`typesetter`), what may be asked for (`wish`).

`python -m kepuyue.programme.handbook` is the typesetter's own process: WeasyPrint with Pango, which nothing else needs.
"""
