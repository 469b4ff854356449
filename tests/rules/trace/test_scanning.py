"""What a scanned text means."""

import pytest

from firstoff.rules.trace import elements, meant

GTIN = "04012345678901"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CC1-P1-003", "CC1-P1-003"),
        ("  CC1-P1-003\r\n", "CC1-P1-003"),
        (f"(01){GTIN}(21)CC1-P1-003", "CC1-P1-003"),
        (f"(01){GTIN}(10)CC1-P1", "CC1-P1"),
        ("(10)CC1-P1(21)A 7", "A 7"),
        (f"]d201{GTIN}21CC1-P1-003", "CC1-P1-003"),
        (f"]C101{GTIN}10CC1-P1\x1d21CC1-P1-003", "CC1-P1-003"),
        (f"01{GTIN}21CC1-P1-003", "CC1-P1-003"),
        (f"01{GTIN}1726051210CC1-P1\x1d21003", "003"),
        ("\x1d21CC1-P1-003", "CC1-P1-003"),
        ("0104012345678900 21", "0104012345678900 21"),  # the check digit does not fit: plain text
        ("2100045", "2100045"),
        ("(not GS1) 21", "(not GS1) 21"),
        ("陶器-21", "陶器-21"),
        ("", ""),
    ],
)
def test_a_scan_names_a_serial_a_batch_or_itself(text: str, expected: str) -> None:
    assert meant(text) == expected


def test_what_is_marked_but_unreadable_has_no_elements() -> None:
    assert elements("]d299xyz") == {}


def test_elements_by_their_identifiers() -> None:
    assert elements(f"]d201{GTIN}17260512\x1d10B-7\x1d21S-1") == {
        "01": GTIN,
        "17": "260512",
        "10": "B-7",
        "21": "S-1",
    }
