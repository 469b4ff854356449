"""Rows that are shown to whoever has to mend them, as they stand in the file."""

from firstoff.formats.bom.written import written


def test_rows_are_told_by_their_number() -> None:
    text = b"Part,Qty\n\nA-1, 2\nA-2,many\n"
    assert written(text, "a.csv", {3, 4, 9}) == {3: "A-1 | 2", 4: "A-2 | many"}


def test_a_long_row_is_cut() -> None:
    text = b"Part,Note\nA-1," + b"x" * 5000 + b"\n"
    assert len(written(text, "a.csv", {2})[2]) == 300


def test_what_is_no_table_says_nothing() -> None:
    assert written(b"<?xml version='1.0'?><export/>", "a.xml", {1}) == {}
