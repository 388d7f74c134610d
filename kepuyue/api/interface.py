"""The interface itself: its title, its errors. Views hang their addresses on it."""

from ninja import NinjaAPI

from kepuyue import __version__
from kepuyue.api import problems

api = NinjaAPI(
    title="科普月 Programme API",
    version=__version__,
    description=(
        "The public programme of a city's science month. Times are ISO 8601 with the offset of the edition's "
        "time zone; coordinates are WGS-84 degrees; errors are RFC 9457 problem details."
    ),
    docs_url=None,  # its page would load scripts from elsewhere
    urls_namespace="api",
)
problems.install(api)
