"""Values of passive parts are compared as amounts."""

import pytest

from firstoff.formats.bom.eda_values import comparable


@pytest.mark.parametrize(
    ("designator", "one", "other"),
    [
        ("R1", "10K", "10000"),
        ("R1", "4K7", "4.7K"),
        ("R1", "4K7", "4700"),
        ("R1", "4k7", "4,7 kΩ"),
        ("R1", "0R47", "0.47"),
        ("R1", "R47", "0.47 ohm"),
        ("R1", "1M", "1000k"),
        ("R1", "10k 1%", "10K  1%"),
        ("C1", "10n", "10nF"),
        ("C1", "10n", "0.01uF"),
        ("C1", "0.01uf", "0.01µF"),
        ("C1", "1nF", "1000 pF"),
        ("C1", "4u7", "4.7uF"),
        ("C1", "4.7UF", "4.7uF"),
        ("L1", "10u", "10uH"),
        ("U1", "LM358", "lm 358"),
        ("RN1", "4K7", "4700"),
    ],
)
def test_two_ways_to_write_one_value_are_alike(designator, one, other):
    assert comparable(one, designator) == comparable(other, designator)


@pytest.mark.parametrize(
    ("designator", "one", "other"),
    [
        ("R1", "10k", "10k 1%"),
        ("R1", "1m", "1M"),
        ("R1", "10k", "100k"),
        ("C1", "10n", "10u"),
        ("C1", "10uF 10V", "10uF 16V"),
        ("U1", "4700", "4K7"),
        ("C1", "100R", "100"),
    ],
)
def test_other_values_are_not(designator, one, other):
    assert comparable(one, designator) != comparable(other, designator)
