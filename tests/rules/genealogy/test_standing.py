"""What a unit's place and results forbid."""

from dataclasses import replace

from firstoff.rules.genealogy import UnitStanding, leaving_refusals, place_refusal
from firstoff.terms import Place

UNIT = UnitStanding("A-1")


def sentences(unit: UnitStanding, **given: bool) -> list[str]:
    return [r.message for r in leaving_refusals(unit, "packed", **given)]


def test_a_good_unit_leaves() -> None:
    assert sentences(UNIT) == []


def test_a_failed_test_stops_it_until_it_is_lifted() -> None:
    failed = replace(UNIT, failed_test="FCT")
    assert sentences(failed) == ["A-1 failed FCT; it cannot be packed."]
    assert sentences(replace(failed, lifted=frozenset({("failed-unit", "A-1")}))) == []


def test_an_unfinished_unit_is_packed_by_signature_only_but_may_be_built_in() -> None:
    begun = replace(UNIT, open_operations=("operation 20, Seat the lid",))
    assert sentences(begun) == [
        "A-1 is not finished: it has no record of operation 20, Seat the lid. It cannot be packed."
    ]
    assert sentences(begun, whole=False) == []
    assert sentences(replace(begun, lifted=frozenset({("order", "A-1")}))) == []


def test_a_rejected_unit_and_a_failed_first_article_stop_it() -> None:
    assert sentences(replace(UNIT, rejected=True, first_article_failed="CC1-P1")) == [
        "A-1 is rejected; it cannot be packed.",
        "The first article of CC1-P1 failed; A-1 cannot be packed.",
    ]


def test_where_it_is_says_why_it_cannot_be_moved() -> None:
    packed = replace(UNIT, place=Place.PACKED, where="C-1")
    found = place_refusal(packed, "shipped", Place.PACKED)
    assert found is not None
    assert (found.message, place_refusal(packed, "shipped", Place.SHIPPED)) == (
        "A-1 is packed in C-1; it cannot be shipped.",
        None,
    )
