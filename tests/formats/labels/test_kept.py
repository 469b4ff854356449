"""A print job as it is kept: what is read of it from its two ends is what it holds."""

from datetime import date
from decimal import Decimal

import pytest

from firstoff.formats.labels.data import LabelData
from firstoff.formats.labels.kept import ASKS_FOR_SCAN, END, Kept, ends, find, plain, read
from firstoff.rules.ledger import canonical

NASTY = 'x"],"reason":"y"}, {"labels":[ 陶 \\'
LABELS = (
    LabelData(
        part="CC-1",
        serial="7",
        batch="B-1",
        date=date(2026, 5, 8),
        quantity=Decimal("0.5"),
        extra=(NASTY, "Dock 4"),
    ),
    *(LabelData(part="CC-1", serial=f"{n}", batch="B-1", name=NASTY) for n in range(8, 200)),
)


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("reason", ["", NASTY])
def test_both_ends_say_what_the_whole_says(verify: bool, reason: str) -> None:
    kept = Kept(labels=LABELS, dpi=203, code="qr", start=4, verify=verify, reason=reason)
    text = canonical(plain(kept))
    whole, short = read(text), ends(text[:END], text[-END:])
    assert (whole, len(text) > 2 * END) == (kept, True)
    assert (short.labels, short.dpi, short.code, short.start, short.verify, short.reason) == (
        LABELS[:1],
        203,
        "qr",
        4,
        verify,
        reason,
    )
    assert text.endswith(ASKS_FOR_SCAN) == verify


def test_one_label_is_found_by_what_it_says() -> None:
    text = canonical(plain(Kept(labels=LABELS)))
    assert (find(text, "serial", "8"), find(text, "serial", "nobody")) == (LABELS[1], None)
