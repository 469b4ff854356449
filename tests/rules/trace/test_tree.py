"""Hundreds of equal parts are one line."""

from datetime import UTC, datetime
from decimal import Decimal

from firstoff.rules.trace.tree import LotIn, UnitIn, fold, natural

AT = datetime(2026, 5, 8, tzinfo=UTC)


def lot(key: int, quantity: str | None = "1") -> LotIn:
    amount = None if quantity is None else Decimal(quantity)
    return LotIn(key, f"L-{key}", "GLZ", "", "", "", "", "", "accepted", amount, "", AT, False, "")


def unit(key: int, part: str, *parts: UnitIn, lots: tuple[LotIn, ...] = ()) -> UnitIn:
    return UnitIn(key, part, "", f"{part}-{key}", "", "", AT, lots=lots, parts=parts)


def test_three_hundred_cells_are_one_line_with_its_range() -> None:
    cells = [unit(n, "CELL", lots=(lot(n % 2),)) for n in range(1, 301)]
    (line,) = fold(unit(0, "PACK", *reversed(cells))).lines
    assert (line.count, line.first, line.last) == (300, "CELL-1", "CELL-300")
    assert [(s.lot.code, s.units, s.quantity) for s in line.lots] == [
        ("L-1", 150, Decimal(150)),
        ("L-0", 150, Decimal(150)),
    ]


def test_a_few_parts_stay_lines_of_their_own() -> None:
    lines = fold(unit(0, "PACK", *(unit(n, "CELL") for n in range(1, 5)))).lines
    assert [(line.count, line.first) for line in lines] == [
        (1, "CELL-1"),
        (1, "CELL-2"),
        (1, "CELL-3"),
        (1, "CELL-4"),
    ]


def test_what_a_folded_line_holds_is_folded_too() -> None:
    boards = [unit(n, "BOARD", unit(100 + n, "CHIP")) for n in range(5)]
    (line,) = fold(unit(99, "PACK", *boards)).lines
    assert [(inner.part, inner.count) for inner in line.lines] == [("CHIP", 5)]


def test_a_quantity_that_is_not_known_makes_no_sum() -> None:
    cells = [unit(n, "CELL", lots=(lot(1, None if n == 3 else "2"),)) for n in range(5)]
    (line,) = fold(unit(9, "PACK", *cells)).lines
    assert line.lots[0].quantity is None


def test_serial_numbers_are_read_as_people_read_them() -> None:
    assert sorted(["A-10", "A-9", "A-9b", "9", "陶-2"], key=natural) == [
        "9",
        "A-9",
        "A-9b",
        "A-10",
        "陶-2",
    ]
