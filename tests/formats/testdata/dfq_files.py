"""Q-DAS files for tests, as measuring machines write them, and short ways to read them."""

from firstoff.formats.testdata.dfq import read
from firstoff.formats.testdata.drafts import ImportResult, MeasurementDraft, ReadOptions, TestDraft

FIELD, NEXT = "\x14", "\x0f"
HEAD = [
    "K0100 2",
    "K1001/1 HSG-7",
    "K1002/1 Housing",
    "K1004/1 B",
    "K2001/1 12",
    "K2002/1 Bore",
    "K2101/1 10.00",
    "K2110/1 9.98",
    "K2111/1 10.02",
    "K2142/1 mm",
    "K2001/2 13",
    "K2101/2 0",
    "K2110/2 0",
    "K2111/2 5E-2",
    "K2120/2 2",
]
TIME = "04.03.2026/07:30:00"
FIRST_SET = (
    "K0001/1 10.01",
    f"K0004/1 {TIME}",
    "K0014/1 SN-1",
    "K0001/2 6E-2",
    f"K0004/2 {TIME}",
)


def of(*lines: str, end: str = "\r\n") -> bytes:
    return "".join(line + end for line in lines).encode()


def row(*pieces: str) -> str:
    """A line of values: the fields of each characteristic parted by commas."""
    return NEXT.join(piece.replace(",", FIELD) for piece in pieces)


def take(raw: bytes, name: str = "m.dfq", companion: bytes | None = None) -> ImportResult:
    return read(raw, name=name, options=ReadOptions(companion=companion))


def one(*lines: str) -> TestDraft:
    result = take(of(*HEAD, *lines))
    assert result.refused == ()
    (draft,) = result.tests
    return draft


def value(*lines: str) -> MeasurementDraft:
    return one(*lines).measurements[0]
