import pytest

from firstoff.formats.documents import serials


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([], ""),
        (["A"], "A"),
        (["FO-0009", "FO-0010", "FO-0011"], "FO-0009 to FO-0011"),
        (["FO-1", "FO-2"], "FO-1, FO-2"),
        (["FO-99", "FO-100"], "FO-99, FO-100"),
        (["X-1", "Y-2", "Y-3", "Y-4"], "X-1, Y-2 to Y-4"),
        (["7", "8", "9", "11"], "7 to 9, 11"),
        (["FO-٣", "FO-٤"], "FO-٣, FO-٤"),
    ],
)
def test_runs_of_serials_are_told_by_first_and_last(given: list[str], said: str) -> None:
    assert serials.told(given) == said


def test_a_run_never_claims_a_serial_that_was_not_given() -> None:
    assert serials.runs(["FO-098", "FO-099", "FO-100", "FO-0101"]) == [
        ("FO-098", "FO-100", 3),
        ("FO-0101", "FO-0101", 1),
    ]
