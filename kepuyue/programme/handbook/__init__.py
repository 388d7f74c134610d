"""The programme as a booklet (节目册): what it holds (`book`), its pages (`pages`), who sets them (`typesetter`).

`python -m kepuyue.programme.handbook` is the typesetter's own process: WeasyPrint with Pango, which nothing else needs.
"""
