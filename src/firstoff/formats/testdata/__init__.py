"""Importers of test data and unit logs: one file per kind, one line per kind here.

``detect`` finds the kind by content, ``read`` reads the file; both take bytes, a path or a
binary file object. Nothing is written: the result holds drafts, and the rows that cannot be taken.
"""

from firstoff.errors import InvalidInput
from firstoff.formats.sources import CONTENT_WORDS, RawSource, Source, content_of, opened
from firstoff.formats.testdata import (
    b2mml,
    cfx,
    dfq,
    openhtf,
    qif,
    stdf,
    unit_log,
    wats_json,
    wats_xml,
)
from firstoff.formats.testdata.drafts import Importer, ImportResult, ReadOptions

__all__ = ["IMPORTERS", "detect", "importer_named", "read"]

# In the order they are asked: the narrower first, any table may be a unit log.
IMPORTERS: tuple[Importer, ...] = (
    cfx.IMPORTER,
    wats_json.IMPORTER,
    openhtf.IMPORTER,
    wats_xml.IMPORTER,
    qif.IMPORTER,
    b2mml.IMPORTER,
    stdf.IMPORTER,
    dfq.IMPORTER,
    unit_log.IMPORTER,
)


def importer_named(name: str) -> Importer:
    """The importer of that name. Raises InvalidInput with the names there are."""
    for importer in IMPORTERS:
        if importer.name == name:
            return importer
    names = [importer.name for importer in IMPORTERS]
    raise InvalidInput(
        f"There is no importer {name!r}; expected {' or '.join(names)}.",
        code="unknown-importer",
        found=name,
        expected=names,
    )


def detect(raw: RawSource, *, name: str = "", options: ReadOptions | None = None) -> Importer:
    """The importer that a file is for. Raises InvalidInput, saying what the file is instead."""
    with opened(raw, name=name, limits=(options or ReadOptions()).limits) as source:
        return _detected(source)


def _detected(source: Source) -> Importer:
    head = source.head()
    for importer in IMPORTERS:
        if importer.sniff(head, source.name):
            return importer
    word = CONTENT_WORDS[content_of(head)]
    labels = [importer.label for importer in IMPORTERS]
    raise InvalidInput(
        f"{source.name} is {word}; expected {' or '.join(labels)}.",
        code="unknown-kind",
        file=source.name,
        found=word,
        expected=labels,
    )


def read(
    raw: RawSource, *, name: str = "", kind: str = "", options: ReadOptions | None = None
) -> ImportResult:
    """Read a file as ``kind``, or as what it is found to be.

    Raises InvalidInput when the file as a whole cannot be taken; rows that cannot are in
    ``refused`` of the result, and ``demand_all`` turns the first of them into an error."""
    options = options or ReadOptions()
    with opened(raw, name=name, limits=options.limits) as source:
        importer = importer_named(kind) if kind else _detected(source)
        return importer.read(source.file, name=source.name, options=options)
