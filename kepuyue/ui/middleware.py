"""Static files while a new build is put under a running server."""

from email.utils import formatdate
from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.responders import MissingFileError


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Looks at a file once more before it is sent: WhiteNoise notes sizes and paths when the server starts.

    A file that was written anew since then is read again, and one that has gone is a plain "not found". Without
    this a rebuild under a running server would answer with an error, or cut a file to its former length.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        url = request.path_info
        known = None if self.autorefresh else self.files.get(url)
        if known is not None and not _is_as_noted(known):
            try:
                self.files[url] = self.get_static_file(_plain_path(known), url)
            except MissingFileError:
                # Gone, or not there for the moment that the build takes
                return self.get_response(request)
        answer: HttpResponseBase = super().__call__(request)
        return answer


def _is_as_noted(known: Any) -> bool:
    plain = _plain_path(known)
    for _encoding, path, headers in known.alternatives:
        noted = dict(headers)
        try:
            found = Path(path).stat()
        except FileNotFoundError:
            return False
        # Compressed forms carry the day of the file itself
        if path == plain and formatdate(int(found.st_mtime), usegmt=True) != noted["Last-Modified"]:
            return False
        if str(found.st_size) != noted["Content-Length"]:
            return False
    return True


def _plain_path(known: Any) -> str:
    """The file itself; the alternatives are it and its compressed forms, which have its name and an ending."""
    return min((str(path) for _encoding, path, _headers in known.alternatives), key=len)
