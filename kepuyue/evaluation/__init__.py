"""Evaluation (评选推荐): rounds, who is put forward, judges and their marks, the ranking, the public notice, honours.

It reads accepted summaries through `insight.indicators`, and issues documents; nothing below knows of it. Front door:
`actions`, `queries`, and `ranking`, which needs no database.
"""
