"""Many characteristics at once are judged as one by one."""

from typing import Any

import numpy as np
import pytest

from firstoff import stats
from firstoff.stats import Capabilities, Caveat, OutOfDomain, TooFewData

NAMES = (
    *(
        "mean",
        "sd",
        "pp",
        "ppl",
        "ppu",
        "ppk",
        "pp_lower",
        "ppk_lower",
        "cpm",
        "cpm_lower",
        "sigma_within",
    ),
    *("within_df", "cp", "cpk", "cp_lower", "cpk_lower", "observed_below", "observed_above"),
    *("expected_below", "expected_above"),
)
INTERVALS = ["pp_interval", "ppk_interval", "cpm_interval", "cp_interval", "cpk_interval"]
LIMITS = [(2, 9), (3, None), (None, 8), (4.9, 5.1), (-50, 90)]


def _table(n: int = 40) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(3)
    table = rng.normal(5, [[1.0], [0.5], [2.0], [0.01], [1.0]], size=(5, n))
    table[1] += np.linspace(0, 3, n)  # not stable
    table[2] = np.exp(table[2] / 2)  # not normal
    return table


def _limits() -> dict[str, Any]:
    lower = [float("nan") if low is None else float(low) for low, _ in LIMITS]
    upper = [float("nan") if high is None else float(high) for _, high in LIMITS]
    return {"lower": lower, "upper": upper}


def _same(many: Capabilities, place: int, one: stats.Capability) -> None:
    for name in NAMES:
        theirs = getattr(one, name)
        ours = float(getattr(many, name)[place])
        assert ours == pytest.approx(0.0 if theirs is None else theirs, rel=1e-9, abs=1e-300), name
    for name in INTERVALS:
        theirs = getattr(one, name) or (0.0, 0.0)
        ends = [float(end[place]) for end in getattr(many, name)]
        assert ends == pytest.approx(theirs, rel=1e-9, abs=1e-300), name
    assert bool(many.not_stable[place]) is (Caveat.NOT_STABLE in one.caveats)
    assert bool(many.not_normal[place]) is (Caveat.NOT_NORMAL in one.caveats)
    assert (many.n[place], many.within_method) == (one.n, one.within_method)
    assert bool(many.two_limits[place]) is (one.pp is not None)


@pytest.mark.parametrize("within", [None, "sd", "median-moving-range"])
@pytest.mark.parametrize("target", [None, 5.5])
def test_a_table_of_characteristics_is_judged_as_one_by_one(within: Any, target: Any) -> None:
    told = {"within": within, "target": target, "confidence": 0.9}
    many = stats.capabilities(_table(), **_limits(), **told)
    for place, (row, (low, high)) in enumerate(zip(_table(), LIMITS, strict=True)):
        _same(many, place, stats.capability(row, lower=low, upper=high, **told))


def test_ragged_characteristics_are_judged_as_one_by_one() -> None:
    rng = np.random.default_rng(4)
    groups = rng.permutation(np.repeat(np.arange(5), [2, 30, 9, 31, 400]))
    values = rng.normal(5, 1, groups.size) + groups
    many = stats.capabilities(values, groups=groups, **_limits())
    for place, (low, high) in enumerate(LIMITS):
        one = stats.capability(values[groups == place], lower=low, upper=high)
        _same(many, place, one)


@pytest.mark.parametrize(
    "within", ["pooled", "pooled-raw", "mean-range", "weighted-range", "mean-sd", "weighted-sd"]
)
def test_subgroups_of_many_characteristics_are_judged_as_one_by_one(within: Any) -> None:
    cube = _table(40).reshape(5, 8, 5)
    many = stats.capabilities(cube, within=within, **_limits())
    rng = np.random.default_rng(5)
    sizes = [rng.integers(2, 9, 6) for _ in LIMITS]
    made = [[rng.normal(5, 1, size) for size in own] for own in sizes]
    rows = [(g, s, x) for g, own in enumerate(made) for s, part in enumerate(own) for x in part]
    groups, inner, values = (list(column) for column in zip(*rows, strict=True))
    flat = stats.capabilities(values, groups=groups, subgroups=inner, within=within, **_limits())
    for place, (low, high) in enumerate(LIMITS):
        told: dict[str, Any] = {"lower": low, "upper": high, "within": within}
        _same(many, place, stats.capability(cube[place], **told))
        _same(flat, place, stats.capability(made[place], **told))


def test_what_has_no_capability_is_marked_and_holds_no_other_back() -> None:
    many = stats.capabilities([1.0, 9.0, 2.0, 3.0, 9.0, 7.0], groups=[0, 1, 0, 0, 1, 4], upper=10)
    assert many.n.tolist() == [3, 2, 0, 0, 1]
    assert many.defined.tolist() == [True, False, False, False, False]
    assert (many.ppk[1], many.ppk_lower[1], many.mean[4]) == (0, 0, 7)
    assert not many.two_limits.any()


REFUSED: list[tuple[type[Exception], dict[str, Any]]] = [
    (OutOfDomain, {"values": [1.0, 2.0], "groups": [0], "upper": 3}),
    (OutOfDomain, {"values": [1.0, 2.0], "groups": [0, 10**14], "upper": 3}),
    (OutOfDomain, {"values": [[1.0, 2.0]], "lower": 3, "upper": 1}),
    (OutOfDomain, {"values": [[1.0, 2.0]], "upper": [1, 2]}),
    (OutOfDomain, {"values": [[1.0, 2.0]], "upper": float("inf")}),
    (OutOfDomain, {"values": [[1.0, 2.0]], "upper": "wide"}),
    (OutOfDomain, {"values": [[1.0, 2.0]], "upper": 3, "within": "pooled"}),
    (OutOfDomain, {"values": [[1.0, 2.0]], "upper": 3, "subgroups": [0, 0]}),
    (OutOfDomain, {"values": [[[1.0, 2.0]]], "upper": 3, "within": "sd"}),
    (TooFewData, {"values": [], "upper": 3}),
    (TooFewData, {"values": [[[1.0]]], "upper": 3}),
]


@pytest.mark.parametrize(("error", "told"), REFUSED)
def test_what_cannot_be_many_characteristics_is_refused(
    error: type[Exception], told: dict[str, Any]
) -> None:
    with pytest.raises(error):
        stats.capabilities(**told)
