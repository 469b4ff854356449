"""Characteristics out of a file beside those of a draft."""

from dataclasses import replace
from decimal import Decimal

from firstoff.rules.product import CharacteristicFacts, Merged, Said, check_characteristic
from firstoff.rules.product import merged as merge
from firstoff.rules.product import result as merge_result
from firstoff.terms import CharacteristicClass, CharacteristicKind

BORE = check_characteristic(
    CharacteristicFacts(
        "1",
        "Bore",
        CharacteristicKind.VARIABLE,
        CharacteristicClass.CRITICAL,
        lower=Decimal("24.9"),
        upper=Decimal("25.1"),
        unit="mm",
        method="Plug gauge",
        source_id="a-1",
    )
)
RIM = replace(BORE, number="2", name="Rim", source_id="", method="")


def states(rows: tuple[Merged, ...]) -> list[tuple[str, str]]:
    return [(row.state, row.number) for row in rows]


def test_what_is_new_comes_and_what_is_the_same_stays() -> None:
    rows = merge([BORE], [Said(1, BORE), Said(2, RIM)])
    assert states(rows) == [("same", "1"), ("add", "2")]


def test_a_change_says_before_and_after() -> None:
    (row,) = merge([BORE], [Said(1, replace(BORE, upper=Decimal("25.20")))])
    assert (row.state, row.changes) == ("change", {"upper": ("25.1", "25.20")})


def test_one_is_known_again_by_its_id_when_its_number_moved() -> None:
    rows = merge([BORE], [Said(1, replace(BORE, number="7"))])
    assert (states(rows), rows[0].changes) == ([("change", "7")], {"number": ("1", "7")})


def test_what_a_file_does_not_say_is_kept() -> None:
    bare = replace(BORE, method="", classification=CharacteristicClass.MINOR)
    (row,) = merge([BORE], [Said(1, bare, classed=False)])
    assert (row.state, row.facts) == ("same", BORE)


def test_a_file_of_names_alone_keeps_the_limits() -> None:
    named = replace(BORE, name="Main bore", lower=None, upper=None)
    (row,) = merge([BORE], [Said(1, named)])
    assert (row.changes, row.facts and row.facts.limits) == (
        {"name": ("Bore", "Main bore")},
        BORE.limits,
    )


def test_a_limit_that_the_file_drops_beside_another_is_dropped() -> None:
    (row,) = merge([BORE], [Said(1, replace(BORE, lower=None))])
    assert row.facts is not None
    assert row.facts.limits == "at most 25.1\u00a0mm"


def test_what_is_not_in_the_file_stays_unless_all_is_replaced() -> None:
    kept, gone = (merge([BORE, RIM], [Said(1, BORE)], replace_all=r) for r in (False, True))
    assert (states(kept), states(gone)) == (
        [("same", "1"), ("kept", "2")],
        [("same", "1"), ("gone", "2")],
    )
    assert [len(merge_result(rows)) for rows in (kept, gone)] == [2, 1]


def test_a_row_that_no_rule_takes_is_refused_with_its_field() -> None:
    (row,) = merge([], [Said(4, replace(BORE, lower=Decimal(26)))])
    assert (row.state, row.row, row.field) == ("refused", 4, "lower")


def test_a_number_that_is_there_twice_is_refused_the_second_time() -> None:
    rows = merge([], [Said(1, BORE), Said(2, replace(RIM, number="1"))])
    assert [row.state for row in rows] == ["add", "refused"]


def test_a_number_that_the_draft_keeps_for_another_is_refused() -> None:
    moved = replace(BORE, number="2")
    rows = merge([BORE, RIM], [Said(1, moved)])
    assert (rows[0].state, rows[0].field) == ("refused", "number")


def test_two_that_change_their_numbers_are_taken() -> None:
    rim = replace(RIM, source_id="a-2")
    rows = merge(
        [BORE, rim], [Said(1, replace(BORE, number="2")), Said(2, replace(rim, number="1"))]
    )
    assert [row.state for row in rows] == ["change", "change"]
    assert [c.name for c in merge_result(rows)] == ["Rim", "Bore"]
