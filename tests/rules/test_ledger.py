"""The canonical form: one text for the same values, whatever writes it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstoff.rules.ledger import canonical, canonical_rows
from firstoff.terms import Attempt

PLAIN = st.none() | st.booleans() | st.integers() | st.text(st.characters())
AT = datetime(2026, 5, 8, 9, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))


@given(st.dictionaries(st.text(st.characters()), PLAIN | st.lists(PLAIN)))
def test_the_text_is_that_of_the_standard_library(value: dict[str, object]) -> None:
    assert canonical(value) == json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (AT, '"2026-05-08T08:00:00.000005Z"'),
        (AT.astimezone(UTC), '"2026-05-08T08:00:00.000005Z"'),
        (Decimal("5.000"), '"5"'),
        (Decimal("-0.0"), '"0"'),
        (Attempt.FIRST, '"first"'),
        (b"\x00\xff", '"00ff"'),
        (1.5, '{"float":"0x1.8000000000000p+0"}'),
        (float("nan"), '{"float":"nan"}'),
        ("\ud800", '"\ud800"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
    ],
)
def test_every_kind_has_one_text(value: object, text: str) -> None:
    assert canonical(value) == text


def test_a_table_by_its_columns_is_its_rows_one_by_one() -> None:
    columns = {
        "at": [AT, None, AT],
        "kind": [Attempt.FIRST, "first", None],
        "key": [1, 2, 3],
        "seconds": [Decimal("1.50"), Decimal(2), None],
        "uid": [UUID(int=1), UUID(int=2), UUID(int=3)],
        "values": [b"\x01", b"", b"\xff"],
    }
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    assert list(canonical_rows(list(columns), list(columns.values()))) == [
        canonical(row) for row in rows
    ]
