"""The setup record."""

import pytest

from firstoff.errors import InvalidInput
from firstoff.rules.execution import SETUP_ITEMS, setup_gaps, setup_item


def test_every_line_not_filled_in_is_a_gap():
    assert setup_gaps({}) == SETUP_ITEMS
    filled = {item.key: "done" for item in SETUP_ITEMS}
    assert setup_gaps(filled) == ()
    assert [gap.key for gap in setup_gaps({**filled, "mould": "  "})] == ["mould"]


def test_a_line_that_does_not_exist_is_named_with_those_that_do():
    with pytest.raises(InvalidInput, match=r"no line colour\. It has: programme, offsets"):
        setup_item("colour")
