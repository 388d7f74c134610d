"""The programme as a booklet (节目册).

What may be asked for (`wish`), what it is made of (`book`), what stands in it (`compiling`, `items`, `index`), its
pages (`pages`) and their numbers (`numbering`), who sets them (`typesetter`).

`python -m kepuyue.programme.handbook` is the typesetter's own process: WeasyPrint with Pango, which nothing else needs.
"""
