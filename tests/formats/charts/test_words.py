import pytest

from firstoff.formats.charts import words


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0.05, "5 %"),
        (0.25, "25 %"),
        (1 / 30, "3.3 %"),
        (0.0005, "under 0.1 %"),
        (0.9999, "over 99.9 %"),
        (0, "0 %"),
        (1, "100 %"),
        (0.1245, "12.5 %"),
    ],
)
def test_a_percent_has_the_digits_the_sample_carries(fraction: float, said: str) -> None:
    assert words.percent(fraction) == said.replace(" %", "\u00a0%")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (0.0012650894979498047, 0.24873276277202777, "0.13 % to 24.9 %"),
        (0.08657146910143462, 0.49104587170795744, "8.7 % to 49.1 %"),
        (0.0, 0.168, "0 % to 16.8 %"),
        (0.0001, 0.9999, "under 0.1 % to over 99.9 %"),
    ],
)
def test_an_interval_keeps_the_digits_of_its_ends(low: float, high: float, said: str) -> None:
    assert words.interval(low, high) == said.replace(" %", "\u00a0%")


@pytest.mark.parametrize(
    ("chance", "said"),
    [
        (0.3917, "39 in 100"),
        (0.004, "under 1 in 100"),
        (0.999, "over 99 in 100"),
        (1.0, "100 in 100"),
    ],
)
def test_a_chance_never_rounds_to_certain(chance: float, said: str) -> None:
    assert words.in_hundred(chance) == said


def test_halves_round_away_from_zero() -> None:
    assert [words.rounded(v, 1) for v in (0.25, 0.35, 1234.05)] == ["0.3", "0.4", "1,234.1"]
