"""What an address may hold: ``{escaped:part}``."""

from urllib.parse import unquote


class Escaped:
    """A name in an address that may hold a slash: written %252F, a percent sign %2525."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)

    def to_url(self, value: str) -> str:
        return value
