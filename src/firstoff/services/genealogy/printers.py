"""Label printers of the plant: those that the settings name, and no others.

The address of a printer never comes from whoever asks: a page that sends bytes anywhere would open
the plant's network to everybody who may print a label.
"""

import socket

from django.conf import settings

from firstoff.errors import InvalidInput, Unavailable

WAIT = 5.0  # seconds for a printer to answer


def printers() -> tuple[str, ...]:
    """Their names, in the order of the settings."""
    return tuple(settings.LABEL_PRINTERS)


def send(name: str, content: bytes) -> None:
    """ZPL to a printer, over a raw socket. Raises InvalidInput for a name that the settings do not
    have, Unavailable where the printer does not take it."""
    if name not in settings.LABEL_PRINTERS:
        known = ", ".join(printers()) or "none"
        raise InvalidInput(
            f"There is no label printer {name[:60]!r}; the settings name {known}.", field="printer"
        )
    host, port = settings.LABEL_PRINTERS[name]
    try:
        with socket.create_connection((host, port), timeout=WAIT) as line:
            line.sendall(content)
            line.shutdown(socket.SHUT_WR)
    except OSError as error:
        raise Unavailable(
            f"The label printer {name} does not answer: {error.strerror or error}.",
            way_out="See that it is switched on and has labels, then print again; or take a file.",
        ) from error
