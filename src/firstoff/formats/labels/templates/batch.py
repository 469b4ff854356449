"""Batch: on the traveller, the rack, the box of a batch in work."""

from datetime import date

from firstoff.formats.labels import gs1, internal
from firstoff.formats.labels.data import LabelData

from .kind import Line, Rank, Template, amount, closing, gs1_text, no_bars, product, readable


def code(data: LabelData) -> str:
    if not data.gtin:
        return internal.encode(internal.BATCH, data.batch)
    return gs1_text([("01", gs1.gtin14(data.gtin)), ("10", data.batch)])


def lines(data: LabelData) -> tuple[Line, ...]:
    return (
        *product(data),
        Line("batch", data.batch, "Batch", Rank.STRONG),
        Line("quantity", amount(data), "Qty", need=1),
        *readable(code(data)),
        *closing(data),
    )


TEMPLATE = Template(
    "batch",
    "Batch",
    ("part", "batch"),
    lines,
    code,
    no_bars,
    LabelData(
        part="CC1",
        name="Counter, two buttons",
        revision="B",
        batch="CC1-P1",
        quantity=20,
        unit="pcs",
        date=date(2026, 11, 20),
    ),
)
