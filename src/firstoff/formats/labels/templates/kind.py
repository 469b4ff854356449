"""What a label template is: which lines, which codes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum

from firstoff.errors import InvalidInput
from firstoff.formats.labels import gs1, internal
from firstoff.formats.labels.data import LabelData


class Rank(IntEnum):
    """How large a line is set."""

    SMALL = 0
    PLAIN = 1
    HEAD = 2
    STRONG = 3


@dataclass(frozen=True, slots=True)
class Line:
    """name: the field, said where the line is left out. need: lines of need 0 are never left out;
    of the others those with the highest go first. words: a name, which may break at spaces and
    end in an ellipsis; an identifier never does. parts: where an identifier may break."""

    name: str
    value: str
    caption: str = ""
    rank: Rank = Rank.PLAIN
    need: int = 0
    words: bool = False
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Template:
    """needs: the fields without which the label says nothing.
    code: what the square code holds; GS1 text begins with a parenthesis.
    bars: what the GS1-128 at the foot holds; empty for none."""

    name: str
    label: str
    needs: tuple[str, ...]
    lines: Callable[[LabelData], tuple[Line, ...]]
    code: Callable[[LabelData], str]
    bars: Callable[[LabelData], str]
    example: LabelData

    def check(self, data: LabelData) -> None:
        """Raises InvalidInput naming the first field that is needed and empty."""
        for field in self.needs:
            value = getattr(data, field)
            if value is None or not str(value).strip():
                why = "every label carries its batch ID" if field == "batch" else "it has none"
                raise InvalidInput(
                    f"A {self.label.lower()} label needs the {field}: {why}.",
                    code="R-66" if field == "batch" else None,
                    field=field,
                )


def no_bars(_data: LabelData) -> str:
    return ""


def gs1_text(pairs: Iterable[tuple[str, str]]) -> str:
    """GS1 text of the pairs that have a value. Raises InvalidInput where GS1 forbids one."""
    try:
        made = gs1.elements((ai, value) for ai, value in pairs if value)
        gs1.associated(made)
    except InvalidInput as error:
        raise InvalidInput(
            f"{error.message} Without GTIN and SSCC a label carries a code of our own, which "
            "takes any text.",
            **error.details,
        ) from error
    return gs1.text(made)


def readable(code: str) -> tuple[Line, ...]:
    """The human-readable text of a GS1 code, which breaks between its elements."""
    if not code.startswith("("):
        return ()
    parts = tuple(gs1.text((one,)) for one in gs1.from_text(code))
    return (Line("gs1", code, rank=Rank.SMALL, parts=parts),)


def product(data: LabelData, need: int = 2) -> tuple[Line, ...]:
    """Name, part number with revision."""
    revision = f" rev {data.revision}" if data.revision else ""
    return (
        Line("name", data.name, rank=Rank.HEAD, need=need, words=True),
        Line("part", data.part + revision if data.part else "", "P/N", need=1),
    )


def closing(data: LabelData) -> tuple[Line, ...]:
    """Date, lines of the user's own, marks."""
    extra = tuple(
        Line(f"line {i}", line, need=4, words=True) for i, line in enumerate(data.extra, 1)
    )
    made = data.date.isoformat() if data.date else ""
    return (
        Line("date", made, "Date", need=3),
        *extra,
        Line("marks", data.marks, rank=Rank.SMALL, words=True),
    )


def amount(data: LabelData) -> str:
    if data.quantity is None:
        return ""
    return f"{Decimal(data.quantity):f} {data.unit}".strip()


def logistic(data: LabelData, kind: internal.Kind) -> str:
    """What the code of a logistic unit holds: its SSCC with what is in it, or our own number."""
    if not data.sscc:
        return internal.encode(kind, data.number)
    whole = data.quantity is not None and data.quantity == int(data.quantity)
    if not (data.gtin and whole):
        return gs1_text([("00", data.sscc)])
    return gs1_text(
        [
            ("00", data.sscc),
            ("02", gs1.gtin14(data.gtin)),
            ("37", str(int(data.quantity or 0))),
            ("10", data.batch),
        ]
    )
