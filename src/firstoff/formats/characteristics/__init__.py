"""Characteristics out of files: QIF plans and results, and tables (CSV, XLSX, ODS).

Nothing is written and nothing judged: what could not be taken is said row by row.
"""

from collections.abc import Mapping

from firstoff.errors import InvalidInput
from firstoff.formats.characteristics import qif, table
from firstoff.formats.characteristics.draft import (
    CharacteristicColumn,
    CharacteristicCounts,
    CharacteristicDraft,
    CharacteristicFile,
    Remark,
)
from firstoff.formats.sources import DEFAULT_LIMITS, Limits, RawSource, opened

__all__ = [
    "CharacteristicColumn",
    "CharacteristicCounts",
    "CharacteristicDraft",
    "CharacteristicFile",
    "Remark",
    "read_characteristics",
]


def read_characteristics(
    raw: RawSource,
    *,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> CharacteristicFile:
    """The characteristics of one file, whatever it is by its content.

    mapping: header of a table's column -> field of ``columns.COLUMNS``, "" for none. Raises
    InvalidInput when the file as a whole cannot be taken: no table and no QIF, damaged, over a
    limit, no characteristic in it. Rows that cannot be taken are in ``refused``."""
    with opened(raw, name=name, limits=limits) as source:
        head = source.head()
        if qif.is_qif(head, source.name):
            return qif.read(source, limits)
        if head.lstrip().startswith(b"ISO-10303-21"):
            raise InvalidInput(
                f"{source.name} is a STEP file; expected QIF, CSV, XLSX or ODS.",
                code="step",
                way_out="Write its PMI as QIF, or the characteristics as a table.",
                file=source.name,
                found="STEP",
            )
        return table.read(source, mapping or {}, limits)
