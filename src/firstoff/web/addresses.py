"""What an address may hold: ``<quoted:part>``."""

from urllib.parse import quote, unquote


class Quoted:
    """A part of an address that may hold anything: spaces, slashes, dots, any script."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        return unquote(value)

    def to_url(self, value: object) -> str:
        text = quote(str(value), safe="")
        return text.replace(".", "%2E") if not text.strip(".") else text
