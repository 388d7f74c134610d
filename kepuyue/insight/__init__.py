"""Insight: what the running of a month can be measured by. It reads all rooms below and writes in none."""
