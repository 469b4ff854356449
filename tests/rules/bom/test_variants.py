"""Variants: fitting per designator, other parts, other quantities."""

from decimal import Decimal

from firstoff.rules.bom.variants import Fit, FitChange, effective

RESISTORS = Fit(1, None, Decimal(3), ("R1", "R2", "R3", "R4"), ("R4",))
GLUE = Fit(2, None, Decimal("0.5"))


def test_without_changes_a_line_is_as_it_is() -> None:
    assert effective(RESISTORS, ()) == (RESISTORS,)


def test_a_designator_that_is_left_out_takes_one_piece_with_it() -> None:
    (line,) = effective(RESISTORS, [FitChange(False, "R2")])

    assert (line.quantity, line.not_fitted, line.fitted) == (2, ("R2", "R4"), True)


def test_a_designator_that_is_fitted_brings_one() -> None:
    (line,) = effective(RESISTORS, [FitChange(True, "R4")])

    assert (line.quantity, line.not_fitted) == (4, ())


def test_saying_what_is_so_already_changes_nothing() -> None:
    assert effective(RESISTORS, [FitChange(False, "R4"), FitChange(True, "R1")]) == (RESISTORS,)
    assert effective(RESISTORS, [FitChange(False, "R9")]) == (RESISTORS,)


def test_a_designator_with_another_part_is_a_line_of_its_own() -> None:
    changes = [FitChange(True, "R1", part=9), FitChange(True, "R4", part=9)]

    assert effective(RESISTORS, changes) == (
        Fit(1, None, Decimal(2), ("R2", "R3")),
        Fit(9, None, Decimal(2), ("R1", "R4")),
    )


def test_the_last_designator_left_out_leaves_the_line_empty() -> None:
    (line,) = effective(RESISTORS, [FitChange(False, d) for d in ("R1", "R2", "R3")])

    assert (line.quantity, line.fitted) == (0, False)


def test_a_whole_line_is_left_out_fitted_or_replaced() -> None:
    (out,) = effective(RESISTORS, [FitChange(False)])
    assert (out.fitted, out.not_fitted) == (False, RESISTORS.designators)
    (back,) = effective(out, [FitChange(True)])
    assert (back.fitted, back.not_fitted, back.quantity) == (True, (), 4)
    (other,) = effective(GLUE, [FitChange(True, part=7, child=3, quantity=Decimal("0.7"))])
    assert other == Fit(7, 3, Decimal("0.7"))
