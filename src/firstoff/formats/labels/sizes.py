"""Label stock: rolls and sheets, in millimetres. One size a line.

Sheet measures are those that the makers publish; a mismatch shows on the first print.
"""

from dataclasses import dataclass

from firstoff.errors import InvalidInput

INCH = 25.4


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where labels lie on a page, mm: counted along rows, from the top left."""

    page: tuple[float, float]
    columns: int
    rows: int
    left: float
    top: float
    pitch: tuple[float, float]

    @property
    def many(self) -> int:
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """The top left corner of the label with this number, counted from 0."""
        row, column = divmod(number, self.columns)
        return self.left + column * self.pitch[0], self.top + row * self.pitch[1]


@dataclass(frozen=True, slots=True)
class Size:
    """margin: mm that stay white on every side; printers do not hit the edge exactly."""

    name: str
    label: str
    width: float
    height: float
    margin: float = 1.5
    sheet: Sheet | None = None


LETTER = (8.5 * INCH, 11 * INCH)
A4 = (210.0, 297.0)

SIZES: tuple[Size, ...] = (
    Size("25x10", "25 × 10 mm", 25, 10, 0.8),
    Size("50x25", "50 × 25 mm", 50, 25),
    Size("2x1in", "2 × 1 in", 2 * INCH, INCH),
    Size("62x29", "62 × 29 mm (Brother DK-11209)", 62, 29, 2),
    Size("80x40", "80 × 40 mm", 80, 40, 2),
    Size("100x50", "100 × 50 mm", 100, 50, 2.5),
    Size("4x2in", "4 × 2 in", 4 * INCH, 2 * INCH, 2.5),
    Size("100x100", "100 × 100 mm", 100, 100, 3),
    Size("150x100", "150 × 100 mm", 150, 100, 3),
    Size("4x6in", "4 × 6 in", 4 * INCH, 6 * INCH, 3),
    Size(
        "avery-5160",
        "Avery 5160, 2⅝ × 1 in, 30 on Letter",
        2.625 * INCH,
        INCH,
        2,
        Sheet(LETTER, 3, 10, 0.1875 * INCH, 0.5 * INCH, (2.75 * INCH, INCH)),
    ),
    Size(
        "avery-5163",
        "Avery 5163, 4 × 2 in, 10 on Letter",
        4 * INCH,
        2 * INCH,
        3,
        Sheet(LETTER, 2, 5, 0.15625 * INCH, 0.5 * INCH, (4.1875 * INCH, 2 * INCH)),
    ),
    Size(
        "avery-l7160",
        "Avery L7160, 63.5 × 38.1 mm, 21 on A4",
        63.5,
        38.1,
        2.5,
        Sheet(A4, 3, 7, 7.25, 15.15, (66.0, 38.1)),
    ),
    Size(
        "avery-l7163",
        "Avery L7163, 99.1 × 38.1 mm, 14 on A4",
        99.1,
        38.1,
        2.5,
        Sheet(A4, 2, 7, 4.65, 15.15, (101.6, 38.1)),
    ),
)

# Dots a millimetre. Printers of "203 dpi" have 8, exactly.
DOTS = {203: 8.0, 300: 300 / INCH, 600: 600 / INCH}


def size_named(name: str) -> Size:
    for one in SIZES:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in SIZES)
    raise InvalidInput(f"There is no label size “{name}”; expected one of {names}.", field="size")


def dots_per_mm(dpi: int) -> float:
    if dpi not in DOTS:
        raise InvalidInput(f"{dpi} dpi is not known; expected 203, 300 or 600.", field="dpi")
    return DOTS[dpi]
