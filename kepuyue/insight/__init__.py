"""Insight: what the running of a month can be measured by.

It reads all rooms below. What it keeps is what was said of them: figures that were published and the annual statistics.
Front door: `board.of`, `indicators`, `actions.publishing`.
"""
