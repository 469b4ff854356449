"""Pallet: its number, its SSCC as bars, the batches on it."""

from datetime import date

from firstoff.formats.labels import internal
from firstoff.formats.labels.data import LabelData

from .carton import bars
from .kind import Line, Rank, Template, amount, closing, logistic, product, readable


def code(data: LabelData) -> str:
    return logistic(data, internal.PALLET)


def lines(data: LabelData) -> tuple[Line, ...]:
    return (
        Line("number", data.number, "Pallet", Rank.STRONG, need=1 if data.sscc else 0),
        *product(data),
        Line("quantity", amount(data), "Qty", need=1),
        Line("batch", data.batch, "Batch"),
        *readable(code(data)),
        *closing(data),
    )


TEMPLATE = Template(
    "pallet",
    "Pallet",
    ("batch",),
    lines,
    code,
    bars,
    LabelData(
        part="CC1",
        name="Counter, two buttons",
        revision="B",
        number="P-0004",
        batch="CC1-P1, CC1-P2",
        quantity=480,
        unit="pcs",
        date=date(2026, 11, 20),
        sscc="395011010530000022",
        extra=("24 cartons", "To Example Instruments, Dock 4"),
    ),
)
