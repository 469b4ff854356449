"""What was understood of a bill of materials, as a person compares it with the file."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from firstoff.formats.bom import fingerprint
from firstoff.formats.bom.meanings import BY_KEY
from firstoff.formats.bom.quantities import plain
from firstoff.rules.bom.draft import BomFile, LineDraft, Remark, counts

_DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "fixed": "fixed width"}


def summary(file: BomFile) -> dict[str, Any]:
    """The same as JSON: numbers as numbers, amounts of money as text."""
    figures = counts(file.lines)
    return {
        "name": file.name,
        "kind": file.kind,
        "label": file.label,
        "sha256": file.sha256,
        "fingerprint": fingerprint(file),
        "top": file.top,
        "encoding": file.encoding or None,
        "delimiter": file.delimiter or None,
        "sheet": file.sheet or None,
        "header_row": file.header_row,
        "columns": [
            {"letter": c.letter, "header": c.header, "meaning": c.meaning or None,
             "example": c.example}
            for c in file.columns
        ],
        "counts": {
            "lines": figures.lines,
            "pieces": _number(figures.pieces),
            "designators": figures.designators,
            "do_not_populate": figures.do_not_populate,
            "do_not_populate_designators": figures.do_not_populate_designators,
            "manufacturer_parts": figures.manufacturer_parts,
            "alternates": figures.alternates,
            "without_manufacturer_part": figures.without_manufacturer_part,
            "levels": figures.levels,
        },
        "cost": {currency: plain(amount) for currency, amount in cost(file.lines).items()},
        "warnings": [_remark(remark) for remark in file.warnings],
        "refused": [_remark(remark) for remark in file.refused],
    }  # fmt: skip


def cost(lines: Sequence[LineDraft]) -> dict[str, Decimal]:
    """What the file says that one of the top costs in parts: price of the smallest quantity times
    usage, by currency; "" where none is written anywhere. Lines without a price add nothing.

    A price without a currency is in the only one that the file writes elsewhere."""
    found: dict[str, Decimal] = {}
    for line, times in zip(lines, _times(lines), strict=True):
        offer = next((offer for offer in line.offers if offer.breaks), None)
        if offer is not None and times is not None and line.fitted:
            amount = offer.breaks[0][1] * times
            found[offer.currency] = found.get(offer.currency, Decimal(0)) + amount
    if "" in found and len(found) == 2:
        unnamed = found.pop("")
        only = next(iter(found))
        found[only] += unnamed
    return found


def _times(lines: Sequence[LineDraft]) -> list[Decimal | None]:
    """How many of each line one of the top has."""
    found: list[Decimal | None] = []
    for line in lines:
        above = Decimal(1) if line.parent is None else found[line.parent]
        found.append(None if above is None or line.quantity is None else above * line.quantity)
    return found


def sentences(file: BomFile) -> Iterable[str]:
    """How the file was read and what is in it, in a few lines."""
    how = [file.label, file.encoding, _DELIMITERS.get(file.delimiter, "")]
    how += [f"sheet {file.sheet!r}" if file.sheet else ""]
    how += [f"header in row {file.header_row}" if file.header_row else ""]
    yield f"{file.name}: {', '.join(word for word in how if word)}."
    yield f"{', '.join(_figures(file))}."


def _figures(file: BomFile) -> Iterable[str]:
    found = counts(file.lines)
    left = found.do_not_populate_designators or found.do_not_populate
    yield _many(found.lines, "line")
    yield f"{plain(found.pieces)} pieces"
    if found.designators:
        yield _many(found.designators, "designator")
    if left:
        yield f"{left:,} not fitted on {_many(_partly(file.lines), 'line')}"
    yield _many(found.manufacturer_parts, "manufacturer part")
    if found.alternates:
        yield _many(found.alternates, "alternate")
    if found.without_manufacturer_part:
        yield f"{_many(found.without_manufacturer_part, 'line')} without one"
    if found.levels > 1:
        yield f"{found.levels} levels"
    for currency, amount in cost(file.lines).items():
        yield f"parts {plain(amount)}\u00a0{currency}".strip()


def _partly(lines: Sequence[LineDraft]) -> int:
    return sum(1 for line in lines if line.not_fitted or not line.fitted)


def _many(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def meaning_label(key: str) -> str:
    """The meaning of a column for people; "kept as it is" where nobody knows it."""
    return BY_KEY[key].label if key in BY_KEY else "kept as it is"


def _number(value: Decimal) -> int | float:
    return int(value) if value == int(value) else float(value)


def _remark(remark: Remark) -> Mapping[str, Any]:
    return {
        "row": remark.row,
        "column": remark.column or None,
        "code": remark.code,
        "sentence": remark.sentence,
    }
