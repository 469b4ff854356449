"""Place: a location, a machine, a tool, a jig: what an operator scans to say where."""

from firstoff.formats.labels import internal
from firstoff.formats.labels.data import LabelData

from .kind import Line, Rank, Template, closing, no_bars


def code(data: LabelData) -> str:
    return internal.encode(internal.PLACE, data.number)


def lines(data: LabelData) -> tuple[Line, ...]:
    return (
        Line("number", data.number, rank=Rank.STRONG),
        Line("name", data.name, rank=Rank.PLAIN, need=1, words=True),
        *closing(data),
    )


TEMPLATE = Template(
    "place",
    "Place or equipment",
    ("number",),
    lines,
    code,
    no_bars,
    LabelData(number="JIG-07", name="Lid alignment jig", extra=("Calibration due 2027-03",)),
)
