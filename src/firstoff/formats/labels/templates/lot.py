"""Lot: incoming material, by our lot number."""

from datetime import date

from firstoff.formats.labels import gs1, internal
from firstoff.formats.labels.data import LabelData

from .kind import Line, Rank, Template, amount, closing, gs1_text, no_bars, product, readable


def code(data: LabelData) -> str:
    if not data.gtin:
        return internal.encode(internal.LOT, data.lot)
    return gs1_text([("01", gs1.gtin14(data.gtin)), ("10", data.lot)])


def lines(data: LabelData) -> tuple[Line, ...]:
    return (
        Line("lot", data.lot, "Lot", Rank.STRONG),
        *product(data, need=3),
        Line("quantity", amount(data), "Qty", need=2),
        Line("batch", data.batch, "For batch", need=2),
        *readable(code(data)),
        *closing(data),
    )


TEMPLATE = Template(
    "lot",
    "Lot",
    ("lot", "part"),
    lines,
    code,
    no_bars,
    LabelData(
        part="R-10K-0402",
        name="Resistor 10 kΩ 1 % 0402",
        lot="L-2026-00412",
        quantity=10000,
        unit="pcs",
        date=date(2026, 11, 20),
        extra=("MPN RC0402FR-0710KL", "Date code 2634"),
    ),
)
