"""What a format of events is, for menus and for whoever has to tell a file apart."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Format:
    """``sniff`` says from the first 64 kB of a file whether it could be one."""

    name: str
    label: str
    media_type: str
    ending: str
    sniff: Callable[[bytes], bool]
