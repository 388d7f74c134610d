"""Calendars of others, whatever their format, as one plain structure. Knows no database and no page.

`formats` recognizes a file by its content and has one reader a format (`ical`, `agenda`, `schedules`, `pages`); each
gives a `plain.Feed`. Readers run in a process of their own with limits (`opening.read`, the front door), so that a
file made to hurt ends that process and not the site's.
"""
