"""Two lists of lines: which became which."""

from decimal import Decimal

from firstoff.rules.bom.comparing import differences, matched
from firstoff.rules.bom.lines import LineFacts


def line(part: str, find: str = "", places: str = "", quantity: int = 1) -> LineFacts:
    return LineFacts(part, Decimal(quantity), find, designators=tuple(places.split()))


def test_the_find_number_tells_even_with_another_part() -> None:
    before, after = [line("A", "10"), line("B", "20")], [line("B", "10"), line("A", "20")]
    assert matched(before, after) == {0: 0, 1: 1}


def test_find_numbers_that_count_the_rows_name_nothing() -> None:
    before = [line("A", "1"), line("B", "2")]
    after = [line("X", "1"), line("A", "2"), line("B", "3")]
    assert matched(before, after) == {1: 0, 2: 1}


def test_the_part_tells_where_no_find_number_does() -> None:
    before = [line("A", places="R1"), line("B", places="R2")]
    after = [line("B", places="R1"), line("A", places="R2")]
    assert matched(before, after) == {0: 1, 1: 0}


def test_one_part_on_several_lines_goes_by_its_places() -> None:
    before = [line("A", places="R1 R2"), line("A", places="R3 R4")]
    after = [line("A", places="R3 R5"), line("A", places="R1 R2 R6")]
    assert matched(before, after) == {0: 1, 1: 0}


def test_another_part_on_the_same_places_is_the_line_changed() -> None:
    (one,) = differences([line("A", places="R1 R2")], [line("B", places="R2 R1")])
    assert (one.change.value, one.fields) == ("changed", {"part": ("A", "B")})


def test_every_line_of_both_lists_is_told_once() -> None:
    before = [line("A", "10"), line("B", "20"), line("C", "30")]
    after = [line("A", "10"), line("C", "30", quantity=4), line("D", "40")]
    found = differences(before, after)
    assert [(d.change.value, d.line.part) for d in found] == [
        ("same", "A"),
        ("changed", "C"),
        ("added", "D"),
        ("removed", "B"),
    ]
    assert found[1].fields == {"quantity": (Decimal(1), Decimal(4))}
    assert [(d.at_before, d.at_after) for d in found] == [(0, 0), (2, 1), (None, 2), (1, None)]
