"""One file that holds database, media and key, made while the product runs; and the way back.

`making.make` writes it, `verifying.verify` reads it through, `restoring.restore` puts it in place. The file is a tar,
packed with gzip and, where recipients are named, encrypted in the format of age (https://age-encryption.org/v1), so
that `age`, `gzip` and `tar` open it without this program.
"""

FORMAT = 1
HEAD, MANIFEST, KEYS = "head.json", "manifest.json", "keys.json"
DATABASE, MEDIA = "database/", "media/"


class CannotBackUp(Exception):
    """No backup could be made; the text says why and what to do."""


class BadBackup(Exception):
    """The file is not a whole backup that fits here; the text says why. Nothing was changed."""


class Refused(Exception):
    """The backup would be fine, but not for this place; the text says what to do. Nothing was changed."""
