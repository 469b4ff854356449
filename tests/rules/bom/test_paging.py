"""Lines typed on one page among those of other pages."""

from decimal import Decimal

from firstoff.rules.bom.lines import AlternateFacts, LineFacts
from firstoff.rules.bom.paging import TypedLine, with_typed


def line(part: str, quantity: int = 1, **more: object) -> LineFacts:
    return LineFacts(part=part, quantity=Decimal(quantity), **more)  # type: ignore[arg-type]


THERE = {1: line("A", note="kept"), 2: line("B", attributes={"x": 1}), 3: line("C"), 4: line("D")}


def parts(shown: list[int], *typed: TypedLine) -> list[tuple[int | None, str, int | None]]:
    return [(one.key, one.line.part, one.row) for one in with_typed(THERE, shown, typed)]


def test_what_was_not_shown_stays_and_new_ones_come_after_the_page() -> None:
    assert parts([1, 2], TypedLine(1, line("A")), TypedLine(None, line("N"))) == [
        (1, "A", 0),
        (None, "N", 1),
        (3, "C", None),
        (4, "D", None),
    ]


def test_on_an_empty_page_new_ones_come_last() -> None:
    assert parts([], TypedLine(None, line("N")))[-1] == (None, "N", 0)


def test_what_a_row_does_not_show_stays() -> None:
    (_, two, *_) = with_typed(THERE, [2], [TypedLine(2, line("B", 5))])
    assert (two.line.quantity, dict(two.line.attributes)) == (5, {"x": 1})


def test_another_part_takes_no_revision_along() -> None:
    there = {1: line("A", child="2")}
    (same,) = with_typed(there, [1], [TypedLine(1, line("A"))])
    (other,) = with_typed(there, [1], [TypedLine(1, line("B"))])
    assert (same.line.child, other.line.child) == ("2", "")


def test_alternates_keep_their_notes_and_take_the_typed_order() -> None:
    there = {1: line("A", alternates=(AlternateFacts("X", 1, "tried"), AlternateFacts("Y", 2)))}
    typed = line("A", alternates=(AlternateFacts("Y"), AlternateFacts("X")))
    (one,) = with_typed(there, [1], [TypedLine(1, typed)])
    assert one.line.alternates == (AlternateFacts("Y", 1), AlternateFacts("X", 2, "tried"))


def test_a_line_that_somebody_took_out_comes_back_as_a_new_one() -> None:
    assert parts([3, 9], TypedLine(3, line("C")), TypedLine(9, line("Z")))[2:4] == [
        (3, "C", 0),
        (None, "Z", 1),
    ]
