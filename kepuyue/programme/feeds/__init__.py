"""The programme in the formats of other programs: one shared selection, one module per format.

`selection` turns an address into activities, by the same filter form and search as the list; each format writes
what it is given and asks nothing itself. Only what the page of an activity shows goes out.
"""
