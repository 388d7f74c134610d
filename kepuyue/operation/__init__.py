"""Keeping the system running: backups, health, measurements, the jobs of the worker, what happens on a full disk.

Stands above the rooms whose queues it measures and changes nothing in them. Front door: `backup`, `queries`.
"""
