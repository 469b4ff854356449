"""What a reader of bills of materials is, and what may be said to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from firstoff.formats.sources import DEFAULT_LIMITS, Limits, Source
from firstoff.rules.bom.draft import BomFile


@dataclass(frozen=True, slots=True)
class BomMapping:
    """How a person says a table is to be read; what is said here is not guessed.

    columns: place of a column, from 0 -> a key of MEANINGS, or "" to keep it as an attribute.
    header_row: the row with the names of columns, from 1; 0 where the file has none.
    """

    columns: Mapping[int, str] = field(default_factory=dict)
    header_row: int | None = None
    delimiter: str = ""
    encoding: str = ""
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class BomOptions:
    mapping: BomMapping = field(default_factory=BomMapping)
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class BomReader:
    """One kind of file. ``sniff`` tells by the first bytes (unpacked, where the file was gzip)
    and the name whether a file is one; ``read`` reads it, or raises InvalidInput."""

    name: str
    label: str  # for people: "KiCad XML"
    endings: tuple[str, ...]
    sniff: Callable[[bytes, str], bool]
    read: Callable[[Source, BomOptions], BomFile]
