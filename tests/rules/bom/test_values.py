"""Values of parts, as they are written and as part numbers code them."""

from decimal import Decimal

import pytest

from firstoff.rules.bom.part_codes import coded_value
from firstoff.rules.bom.values import PartValue, described_value, kind_of, part_value


@pytest.mark.parametrize(
    ("text", "kind", "amount"),
    [
        ("10K", "R", "10000"),
        ("10000", "R", "10000"),
        ("4k7", "R", "4700"),
        ("4.7K", "R", "4700"),
        ("4,7k", "R", "4700"),
        ("4700", "R", "4700"),
        ("R47", "R", "0.47"),
        ("4R7", "R", "4.7"),
        ("0R", "R", "0"),
        ("270R", "R", "270"),
        ("330 ohm", "R", "330"),
        ("1mOhm", "R", "0.001"),
        ("49.9R, 1%", "R", "49.9"),
        ("10n", "C", "1E-8"),
        ("10nF", "C", "1E-8"),
        ("0.01uF", "C", "1E-8"),
        ("10000pF", "C", "1E-8"),
        ("u1", "C", "1E-7"),
        ("0u1", "C", "1E-7"),
        ("0.10µF", "C", "1E-7"),
        ("4u7/16V", "C", "0.0000047"),
        ("10nF_50V", "C", "1E-8"),
        ("2.2uH", "L", "0.0000022"),
    ],
)
def test_values_as_people_write_them(text, kind, amount):
    assert part_value(text, kind) == PartValue(kind, Decimal(amount))


@pytest.mark.parametrize(
    ("text", "kind"),
    [("LM358", "R"), ("see note", "C"), ("10", "C"), ("10k", "C"), ("2m", "R"), ("", "R")],
)
def test_what_is_not_certain_is_no_value(text, kind):
    assert part_value(text, kind) is None


# Ordering codes as the data sheets of the series give them.
@pytest.mark.parametrize(
    ("mpn", "text"),
    [
        ("RC0402FR-0715RL", "15\u00a0Ω"),
        ("RC0603FR-072K2L", "2.2\u00a0kΩ"),
        ("RT0603FRE071ML", "1\u00a0MΩ"),
        ("RC0402JR-070RL", "0\u00a0Ω"),
        ("CRCW040210K0FKED", "10\u00a0kΩ"),
        ("RMCF0402FT2K20", "2.2\u00a0kΩ"),
        ("ERJ-2GEJ104X", "100\u00a0kΩ"),
        ("ERJ-2RKF4422X", "44.2\u00a0kΩ"),
        ("RK73H1JTTD22R0F", "22\u00a0Ω"),
        ("0603WAF2701T5E", "2.7\u00a0kΩ"),
        ("GRM155R61A105KE15D", "1\u00a0µF"),
        ("GRM1555C1HR80BA01D", "0.8\u00a0pF"),
        ("CC0402KRX7R9BB103", "10\u00a0nF"),
        ("C1005X5R1C474K050BC", "470\u00a0nF"),
        ("C0402C122J5GACTU", "1.2\u00a0nF"),
        ("04023A100JAT2A", "10\u00a0pF"),
        ("CL05B152KB5NNNC", "1.5\u00a0nF"),
        ("LMK105BJ105MV-F", "1\u00a0µF"),
    ],
)
def test_part_numbers_code_their_value(mpn, text):
    found = coded_value(mpn)
    assert found is not None
    assert found.text == text


@pytest.mark.parametrize("mpn", ["LM358DR", "STM32F072CBT6", "1051023", "RC522", ""])
def test_other_part_numbers_say_nothing(mpn):
    assert coded_value(mpn) is None


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("RES SMD 15 OHM 1% 1/16W 0402", "R", "15\u00a0Ω"),
        ("RES 39.2K OHM 1/16W", "R", "39.2\u00a0kΩ"),
        ("CAP CER 0.1UF 25V X7R", "C", "100\u00a0nF"),
        ("CAP .10UF 16V", "C", "100\u00a0nF"),
    ],
)
def test_descriptions_say_a_value(text, kind, shown):
    found = described_value(text, kind)
    assert found is not None
    assert found.text == shown


def test_a_description_with_two_values_says_none():
    assert described_value("CAP 10UF or 22UF", "C") is None


def test_values_within_one_percent_are_alike():
    assert (
        PartValue("R", Decimal(5000)).same(PartValue("R", Decimal(4990))),
        PartValue("R", Decimal(5600)).same(PartValue("R", Decimal(56000))),
    ) == (True, False)


def test_designators_tell_the_kind():
    assert [kind_of(name) for name in ("R1", "C12", "L3", "U4", "FB1")] == ["R", "C", "L", "", ""]
