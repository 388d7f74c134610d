"""Measurements: `make bench`. Each is a ratio to a baseline measured in the same run; none decides a test."""
