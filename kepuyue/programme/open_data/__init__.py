"""The public programme as open data (开放数据): one ZIP of tables, described in two languages and for programs.

What each table holds (`columns`, `tables`), its rows (`rows`), the texts beside them (`describing`), how they become
one file of always the same bytes (`packing`), and what of it is kept and given (`offer`).
"""
