"""Batch IDs and serial numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.errors import InvalidInput
from firstoff.rules.execution import (
    Matched,
    check_batch_pattern,
    check_serial,
    check_serial_pattern,
    explain,
    make,
    match,
    next_number,
    scan_warnings,
)

SERIAL = "{batch}-{n:03}"


def test_a_serial_is_made_from_batch_and_number():
    assert make(SERIAL, 7, batch="CC1-P1") == "CC1-P1-007"


def test_a_number_wider_than_its_padding_is_written_out():
    assert make(SERIAL, 1000, batch="CC1-P1") == "CC1-P1-1000"


def test_a_batch_id_is_made_from_program_and_number():
    assert make("{program}-P{n}", 2, program="CC-1") == "CC-1-P2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CC1-P1-001", Matched(1, trial=False)),
        ("CC1-P1-1000", Matched(1000, trial=False)),
        ("CC1-P1-X01", Matched(1, trial=True)),
        ("CC1-P1-01", None),
        ("CC1-P1-0001", None),
        ("CC1-P1-000", None),
        ("CC1-P2-001", None),
        ("CC1-P1-001 ", None),
        ("CC1-P1-٣٣٣", None),
    ],
)
def test_a_serial_is_recognised_by_its_pattern(text, found):
    assert match(SERIAL, text, batch="CC1-P1") == found


def test_the_next_number_is_one_above_the_largest_and_trials_do_not_count():
    taken = ["CC1-P1-002", "CC1-P1-X40", "CC1-P1-017", "other"]
    assert next_number(SERIAL, taken, batch="CC1-P1") == 18
    assert next_number(SERIAL, [], batch="CC1-P1") == 1


def test_a_serial_of_another_form_is_refused_with_an_example():
    with pytest.raises(InvalidInput) as error:
        check_serial("FO-0001", SERIAL, batch="CC1-P1")
    assert str(error.value) == (
        "FO-0001 is no serial number of batch CC1-P1. Expected: CC1-P1-001, CC1-P1-002 and so on."
    )


@pytest.mark.parametrize(
    "pattern", ["{n}{n}", "{batch}", "{other}-{n}", "{n", "{n:13}", "a b {n}", "x" * 200 + "{n}"]
)
def test_a_pattern_that_makes_no_serials_is_refused(pattern):
    with pytest.raises(InvalidInput):
        check_serial_pattern(pattern)


def test_a_batch_pattern_cannot_name_the_batch_it_makes():
    with pytest.raises(InvalidInput, match=r"names \{batch\}; known are \{program\}"):
        check_batch_pattern("{batch}-P{n}")


def test_a_pattern_is_explained_by_two_of_its_numbers():
    assert explain(SERIAL, batch="CC1-P1") == "CC1-P1-001, CC1-P1-002 and so on"


def test_what_a_gs1_label_cannot_carry_is_warned_of():
    assert scan_warnings("CC1-P1-001") == ()
    assert scan_warnings("Größe-1") == (
        "Größe-1 holds öß, which GS1 labels cannot carry (character set 82).",
    )
    assert scan_warnings("A" * 21) == (
        f"{'A' * 21} has 21 characters; a GS1 label holds at most 20.",
    )


LITERAL = st.text(st.characters(categories=["L", "N", "P"], exclude_characters="{}"), max_size=6)


@given(LITERAL, LITERAL, st.sampled_from(["{n}", "{n:03}", "{n:08}"]), st.integers(1, 10**8))
def test_what_a_pattern_makes_it_recognises(before, after, field, number):
    pattern = f"{before}{{batch}}{field}{after}"
    text = make(pattern, number, batch="B-(1)")
    assert match(pattern, text, batch="B-(1)") == Matched(number, trial=False)
