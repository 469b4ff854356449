"""Unit: the label of one serial number, for its life."""

from datetime import date

from firstoff.formats.labels import gs1, internal
from firstoff.formats.labels.data import LabelData

from .kind import Line, Rank, Template, closing, gs1_text, no_bars, product, readable


def code(data: LabelData) -> str:
    if not data.gtin:
        return internal.encode(internal.UNIT, data.part, data.serial)
    return gs1_text([("01", gs1.gtin14(data.gtin)), ("21", data.serial), ("10", data.batch)])


def lines(data: LabelData) -> tuple[Line, ...]:
    # The readable text says the batch too; the line for the eye may then go.
    batch = 1 if data.gtin else 0
    return (
        *product(data),
        Line("serial", data.serial, "S/N", Rank.STRONG),
        Line("batch", data.batch, "Batch", need=batch),
        *readable(code(data)),
        *closing(data),
    )


TEMPLATE = Template(
    "unit",
    "Unit",
    ("part", "serial", "batch"),
    lines,
    code,
    no_bars,
    LabelData(
        part="CC1",
        name="Counter, two buttons",
        revision="B",
        serial="CC1-P1-0017",
        batch="CC1-P1",
        date=date(2026, 11, 20),
        gtin="9506000134352",
        marks="FCC ID: 2ABCD-CC1",
    ),
)
