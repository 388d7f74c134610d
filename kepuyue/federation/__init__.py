"""Other instances' programmes, read and kept here as far as the public may see them: a province, or the nation.

Owns the sources that are read, what becomes of their classifications and districts here, and where each activity that
was taken over comes from. Does not own those activities' pages, lists and searches: they are rows of `activities`
that nobody here may change, and `programme` shows them beside the own ones.
"""
