"""Carton: what is in it, for whom; its SSCC as bars where it has one."""

from datetime import date

from firstoff.formats.labels import internal
from firstoff.formats.labels.data import LabelData

from .kind import Line, Rank, Template, amount, closing, gs1_text, logistic, product, readable


def code(data: LabelData) -> str:
    return logistic(data, internal.CARTON)


def bars(data: LabelData) -> str:
    return gs1_text([("00", data.sscc)])


def lines(data: LabelData) -> tuple[Line, ...]:
    # With content in the code the readable text says the batch too.
    in_code = "(10)" in code(data)
    return (
        Line("number", data.number, "Carton", Rank.STRONG, need=1 if data.sscc else 0),
        *product(data),
        Line("quantity", amount(data), "Qty"),
        Line("batch", data.batch, "Batch", need=1 if in_code else 0),
        *readable(code(data)),
        *closing(data),
    )


TEMPLATE = Template(
    "carton",
    "Carton",
    ("batch", "quantity"),
    lines,
    code,
    bars,
    LabelData(
        part="CC1",
        name="Counter, two buttons",
        revision="B",
        number="C-00031",
        batch="CC1-P1",
        quantity=20,
        unit="pcs",
        date=date(2026, 11, 20),
        gtin="9506000134352",
        sscc="395011010530000015",
        extra=("To Example Instruments, Dock 4", "PO 4500012345"),
    ),
)
