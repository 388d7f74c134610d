"""How the public finds what is on: search, filters, list, calendar, districts, activity pages.

Owns the search index and the public pages; changes no activity. Everything shown comes from
`permissions.visible`, which knows who may see what when. Front door: `search.search` with `forms.FilterForm`,
`queries`, `times`, `actions.indexing`.
"""
