"""The sheets of a workbook, whichever kind it is of."""

from collections.abc import Iterator

from firstoff.formats.cells import Sheet
from firstoff.formats.ods import ods_sheets
from firstoff.formats.sources import Limits, Source
from firstoff.formats.xls import xls_sheets
from firstoff.formats.xlsx import xlsx_sheets

_READERS = {"ods": ods_sheets, "xls": xls_sheets, "xlsx": xlsx_sheets}


def sheets(source: Source, kind: str, limits: Limits) -> Iterator[Sheet]:
    """The sheets in the order of their tabs, each read when it is asked for; ``kind`` is what
    ``archive_kind`` found, xlsx or ods, or xls.

    Raises InvalidInput: damaged, a bomb, over a limit, a cell that is too long."""
    return _READERS[kind](source, limits)
