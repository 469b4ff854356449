"""Totals that a file states, held against its lines: both figures are said where they differ."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from decimal import Decimal

from firstoff.formats.bom.quantities import money, plain, quantity
from firstoff.formats.bom.walking import BARE_SUM, Walked
from firstoff.formats.cells import Row
from firstoff.rules.bom.draft import LineDraft, Remark

_STATED = re.compile(r"(?P<what>[^:=\d]{4,60}?)\s*[:=]\s*(?P<count>\d{1,7})\s*(?:pcs\.?)?", re.I)


def total_remarks(walked: Walked) -> Iterator[Remark]:
    """What does not add up."""
    begun = 0
    for row, label, said, count in walked.totals:
        part = (
            walked.lines[begun:count]
            if label.casefold().startswith("sub")
            else walked.lines[:count]
        )
        if text := said.get("quantity") or said.get("extended_quantity"):
            yield from _quantities(row, label, text, part)
        if text := said.get("extended_price") or said.get("price"):
            yield from _money(row, label, text, walked, count)
        begun = count
    told = {row.number for row, _, said, _ in walked.totals if "quantity" in said}
    for row in walked.left:
        if row.number not in told:
            yield from _stated(row, walked.lines)
    yield from _extended_by_row(walked)


def _quantities(row: Row, label: str, text: str, lines: Sequence[LineDraft]) -> Iterator[Remark]:
    said = quantity(text)
    if said is None or not lines:
        return
    possible = _sums(lines)
    if said.amount not in possible:
        yield _differs(row, label, plain(said.amount), plain(possible[0]), "pieces")


def _sums(lines: Sequence[LineDraft]) -> list[Decimal]:
    """What a total of quantities may mean: with and without what is not fitted, or places."""
    whole = sum((line.quantity or Decimal(0) for line in lines), Decimal(0))
    fitted = sum((line.quantity or Decimal(0) for line in lines if line.fitted), Decimal(0))
    left = sum(len(line.not_fitted) for line in lines if line.fitted)
    places = sum(len(line.designators) for line in lines)
    return [fitted, whole, whole + left, fitted + left, Decimal(places)]


def _money(row: Row, label: str, text: str, walked: Walked, count: int) -> Iterator[Remark]:
    said = money(text)
    prices = [extra.price for extra in walked.extras[:count]]
    known = [price for price in prices if price is not None]
    if said is None or len(known) < max(2, count // 2) or len(walked.totals) > 1:
        return  # totals of groups and of several units: which is which is not said
    total = sum(known, Decimal(0))
    if abs(total - said[0]) > Decimal("0.005") * (len(known) + 1):
        yield _differs(row, label, plain(said[0]), plain(total), "money")


def _stated(row: Row, lines: Sequence[LineDraft]) -> Iterator[Remark]:
    """``Component Count: 141`` in one cell or two."""
    text = " ".join(" ".join(row.cells).split())
    found = _STATED.fullmatch(text[:120])
    if found is None:
        return
    what, count = found["what"].casefold(), Decimal(found["count"])
    sums = _sums(lines)
    if re.search(r"\b(?:nf|dnp|dnf|not fitted|unfitted)\b", what):
        left = Decimal(sum(len(line.not_fitted) for line in lines))
        unfitted = Decimal(sum(1 for line in lines if not line.fitted))
        possible, unit = [left, unfitted], "not fitted"
    elif re.search(r"group|unique|line items|number of lines", what):
        parts = {source.mpn for line in lines for source in line.sources[:1]}
        possible, unit = [Decimal(len(lines)), Decimal(len(parts))], "lines"
    elif re.search(
        r"(?:component|parts|part|pieces) count|fitted components|total quantity|"
        r"total (?:number of )?(?:parts|pieces|pcs|components placed)|number of (?:parts|pieces)",
        what,
    ):
        possible, unit = sums, "pieces"
    else:
        return
    if count not in possible:
        yield _differs(row, found["what"], plain(count), plain(possible[0]), unit)


def _extended_by_row(walked: Walked) -> Iterator[Remark]:
    """The extended price of a row against its price; said for rows that are alone with it."""
    wrong: list[Remark] = []
    checked = 0
    for line, extra in zip(walked.lines, walked.extras, strict=True):
        unit = next((price for offer in line.offers for _, price in offer.breaks[:1]), None)
        if unit is None or extra.price is None or not line.quantity or unit == 0:
            continue
        checked += 1
        counts = {line.quantity, *(offer.ordered for offer in line.offers if offer.ordered)}
        if all(abs(unit * count - extra.price) > Decimal("0.011") for count in counts):
            sentence = (
                f"Price {plain(unit)} times {plain(line.quantity)} is "
                f"{plain(unit * line.quantity)}, not {plain(extra.price)}."
            )
            wrong.append(Remark(line.row, sentence, "", "extended-price"))
    # Where it differs in most rows, the file counts something else: boards, minimum orders.
    if len(wrong) * 4 <= checked:
        yield from wrong


def most_common(ratios: Sequence[Decimal]) -> Decimal | None:
    """The factor that most rows share, if more than half do."""
    if not ratios:
        return None
    value, count = Counter(ratios).most_common(1)[0]
    return value if count * 2 > len(ratios) else None


def _named(label: str) -> str:
    return label if label == BARE_SUM else repr(label.strip(" :=")[:40])


def _differs(row: Row, label: str, said: str, found: str, unit: str) -> Remark:
    counted = {"money": "the lines come to", "not fitted": "the lines name"}.get(
        unit, "the lines have"
    )
    return Remark(
        row.number,
        f"{_named(label)} says {said}; {counted} {found}.",
        "",
        "total",
    )
