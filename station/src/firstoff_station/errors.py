"""What can go wrong, in words for whoever stands at the station."""

from __future__ import annotations


class StationError(Exception):
    """Base of everything this package raises."""


class NotAccepted(StationError):
    """The record is not kept: it means nothing, or the disk cannot take it."""


class ServerRefused(StationError):
    """The server will not take anything from this station as it is: its token, its address."""
