"""Many charts at once are, to the last digit, the charts drawn one by one."""

import math
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import ControlCharts, NoVariation, OutOfDomain, TooFewData

pytestmark = pytest.mark.slow  # draws, sets pages or repeats much: not for `make fast`

Made = ControlCharts | stats.ChartPairs | stats.LaneyCharts


def _told(chart: Any, index: int) -> dict[str, Any]:
    """Every field of one characteristic, from many charts or from its own."""
    if isinstance(chart, ControlCharts):
        arrays = {name: getattr(chart, name) for name in ("points", "center", "lcl", "ucl")}
        if chart.points.ndim == 1:
            stop = int(chart.sizes[: index + 1].sum())
            places: Any = slice(stop - int(chart.sizes[index]), stop)
        else:
            places = index
        own = {name: array[places].tolist() for name, array in arrays.items()}
        sigma = None if chart.sigma is None else float(chart.sigma[index])
        first, counts = chart.first[index].tolist(), chart.counts[index].tolist()
        size, rules, rule_set = int(chart.sizes[index]), chart.rules, chart.rule_set
    else:
        own = {n: getattr(chart, n).tolist() for n in ("points", "center", "lcl", "ucl")}
        sigma, size = chart.sigma, chart.points.size
        found = chart.signals.found
        first = [int(at[0]) if at.size else -1 for at in found.values()]
        counts = [at.size for at in found.values()]
        rules, rule_set = tuple(found), chart.signals.rule_set
    base = int(chart.base[index]) if isinstance(chart, ControlCharts) else chart.base
    rest = {"kind": chart.kind, "method": chart.method, "rules": rules, "rule_set": rule_set}
    rest["base"] = base
    return own | rest | {"sigma": sigma, "size": size, "first": first, "counts": counts}


def _parts(made: Any) -> list[Any]:
    """The charts of a pair or of Laney's, or the one."""
    if hasattr(made, "location"):
        return [made.location, made.spread]
    return [made.chart] if hasattr(made, "sigma_z") else [made]


def _same(many: Made, alone: Sequence[Any]) -> None:
    for index, one in enumerate(alone):
        for ours, theirs in zip(_parts(many), _parts(one), strict=True):
            assert _told(ours, index) == _told(theirs, index)
        if isinstance(many, stats.LaneyCharts):
            assert float(many.sigma_z[index]) == one.sigma_z
            stop = int(many.chart.sizes[: index + 1].sum())
            begin = stop - int(many.chart.sizes[index])
            assert many.z.ravel()[begin:stop].tolist() == one.z.tolist()


def _shifted(seed: int, m: int, n: int) -> np.ndarray[Any, Any]:
    """Series with jumps, trends and repeats, so that every rule is broken somewhere."""
    rng = np.random.default_rng(seed)
    table = rng.normal(1e6, rng.uniform(0.01, 3, (m, 1)), (m, n))
    table[::5] += np.linspace(0, 3, n)
    table[1::5, n // 2 :] += 2
    table[2::5] = np.round(table[2::5])
    table[3::5, ::2] += 4
    table[4::25] = 7.0
    return table


@pytest.mark.parametrize("rule_set", ["nelson", "western-electric"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_individuals_charts_of_a_table_are_those_one_by_one(rule_set: Any, order: Any) -> None:
    table = np.asarray(_shifted(1, 60, 131), order=order)
    many = stats.individuals_charts(table, rule_set=rule_set)
    _same(many, [stats.individuals_chart(row, rule_set=rule_set) for row in table])
    assert many.location.counts.sum(axis=0).min() > 0  # every rule was broken somewhere


def test_blocks_of_characteristics_do_not_change_what_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = _shifted(2, 30, 40)
    alone = [stats.individuals_chart(row) for row in table]
    monkeypatch.setattr("firstoff.stats.signals._CHUNK", 100)
    _same(stats.individuals_charts(table), alone)


def test_a_long_series_among_others_is_summed_as_it_is_alone() -> None:
    table = _shifted(3, 2, 140_000)
    many = stats.individuals_charts(table, rules=(1,))
    _same(many, [stats.individuals_chart(row, rules=(1,)) for row in table])


def test_ragged_individuals_charts_are_those_one_by_one() -> None:
    rng = np.random.default_rng(4)
    groups = rng.permutation(np.r_[np.repeat(np.arange(40), 2), rng.integers(0, 40, 3000)])
    values = rng.normal(5, 0.1, groups.size) + groups * rng.uniform(0, 0.001, groups.size)
    alone = [stats.individuals_chart(values[groups == index]) for index in range(40)]
    _same(stats.individuals_charts(values, groups=groups), alone)


def test_subgroup_charts_of_a_table_are_those_one_by_one() -> None:
    cube = _shifted(5, 40, 30 * 9).reshape(40, 30, 9)
    _same(stats.xbar_r_charts(cube), [stats.xbar_r_chart(table) for table in cube])
    _same(stats.xbar_s_charts(cube), [stats.xbar_s_chart(table) for table in cube])


def test_ragged_subgroup_charts_are_those_one_by_one() -> None:
    rng = np.random.default_rng(6)
    made = [[rng.normal(3, 1, rng.integers(2, 12)) for _ in range(k)] for k in (1, 9, 40, 9)]
    rows = [(g, s, x) for g, own in enumerate(made) for s, part in enumerate(own) for x in part]
    # Subgroups of all characteristics in turns, each in its own order.
    rows = sorted(rows, key=lambda row: (row[1], row[0]))
    groups, inner, values = (list(column) for column in zip(*rows, strict=True))
    for many, one in (
        (stats.xbar_r_charts, stats.xbar_r_chart),
        (stats.xbar_s_charts, stats.xbar_s_chart),
    ):
        seen = many(values, groups=groups, subgroups=inner)
        _same(seen, [one(own) for own in made])


def _counts(seed: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    size = rng.integers(20, 400, (50, 60))
    hits = rng.binomial(size, rng.uniform(0.02, 0.4, (50, 1)))
    return hits, size, np.repeat(np.arange(50), 60)


COUNTED: list[tuple[Callable[..., Any], Callable[..., Any]]] = [
    (stats.p_charts, stats.p_chart),
    (stats.u_charts, stats.u_chart),
    (stats.laney_p_charts, stats.laney_p_chart),
    (stats.laney_u_charts, stats.laney_u_chart),
]


@pytest.mark.parametrize(("many", "one"), COUNTED)
def test_charts_of_counts_are_those_one_by_one(many: Any, one: Any) -> None:
    hits, size, _ = _counts(7)
    _same(many(hits, size), [one(x, n) for x, n in zip(hits, size, strict=True)])
    _same(many(hits, 400), [one(x, 400) for x in hits])


@pytest.mark.parametrize(("many", "one"), COUNTED)
def test_ragged_charts_of_counts_are_those_one_by_one(many: Any, one: Any) -> None:
    hits, size, index = _counts(8)
    kept = np.random.default_rng(9).permutation(hits.size)[:2000]
    x, n, groups = hits.ravel()[kept], size.ravel()[kept], index[kept]
    alone = [one(x[groups == g], n[groups == g]) for g in range(50)]
    _same(many(x, n, groups=groups), alone)


def test_counts_in_samples_of_one_size_are_those_one_by_one() -> None:
    hits, _, index = _counts(10)
    sizes = np.arange(400, 450)
    alone = [stats.np_chart(x, int(n)) for x, n in zip(hits, sizes, strict=True)]
    _same(stats.np_charts(hits, sizes), alone)
    _same(stats.np_charts(hits.ravel(), sizes, groups=index), alone)
    _same(stats.np_charts(hits, 400), [stats.np_chart(x, 400) for x in hits])
    _same(stats.c_charts(hits), [stats.c_chart(x) for x in hits])
    _same(stats.c_charts(hits.ravel(), groups=index), [stats.c_chart(x) for x in hits])


SERIES_OPTIONS: list[dict[str, Any]] = [
    {"base": 25},
    {"base": 25, "within": "median-moving-range"},
    {"within": "sd"},
    {"within": "sd", "base": 30},
    {"span": 4},
    {"span": 4, "base": 9},
    {"screened": True},
    {"screened": True, "span": 3, "base": 60},
    {"center": 1e6, "sigma": 1.5},
    {"center": 1e6, "base": 25, "sigmas": 2.5, "rule_set": "western-electric"},
    {"sigma": 0.7, "rules": (5, 1)},
]


@pytest.mark.parametrize("told", SERIES_OPTIONS, ids=str)
def test_options_of_individuals_charts_are_those_one_by_one(told: dict[str, Any]) -> None:
    table = _shifted(12, 30, 131)
    _same(
        stats.individuals_charts(table, **told),
        [stats.individuals_chart(row, **told) for row in table],
    )
    groups = np.random.default_rng(13).permutation(np.repeat(np.arange(30), 131))[:3400]
    values = table.ravel()[:3400]
    alone = [stats.individuals_chart(values[groups == g], **told) for g in range(30)]
    _same(stats.individuals_charts(values, groups=groups, **told), alone)


def test_each_characteristic_has_its_own_base_centre_and_sigma() -> None:
    table = _shifted(14, 20, 90)
    base, center, sigma = np.arange(10, 30), table.mean(axis=1), np.linspace(0.1, 3, 20)
    alone = [stats.individuals_chart(row, base=int(b)) for row, b in zip(table, base, strict=True)]
    _same(stats.individuals_charts(table, base=base), alone)
    flat, groups = table.ravel(), np.repeat(np.arange(20), 90)
    _same(stats.individuals_charts(flat, groups=groups, base=base), alone)
    told = zip(table, center, sigma, strict=True)
    _same(
        stats.individuals_charts(table, center=center, sigma=sigma),
        [stats.individuals_chart(row, center=c, sigma=s) for row, c, s in told],
    )


SUBGROUP_OPTIONS: list[dict[str, Any]] = [
    {"within": name}
    for name in ("mean-range", "weighted-range", "mean-sd", "weighted-sd", "pooled", "pooled-raw")
] + [
    {"base": 4, "within": "weighted-sd"},
    {"base": 5, "rule_set": "western-electric"},
    {"center": 3.0, "sigma": 0.5, "sigmas": 2.0},
]


@pytest.mark.parametrize("told", SUBGROUP_OPTIONS, ids=str)
def test_options_of_subgroup_charts_are_those_one_by_one(told: dict[str, Any]) -> None:
    rng = np.random.default_rng(15)
    made = [[rng.normal(3, 1, rng.integers(2, 12)) for _ in range(k)] for k in (7, 9, 30, 9)]
    rows = [(g, s, x) for g, own in enumerate(made) for s, part in enumerate(own) for x in part]
    groups, inner, values = (list(column) for column in zip(*rows, strict=True))
    cube = _shifted(16, 12, 20 * 6).reshape(12, 20, 6)
    for many, one in (
        (stats.xbar_r_charts, stats.xbar_r_chart),
        (stats.xbar_s_charts, stats.xbar_s_chart),
    ):
        seen = many(values, groups=groups, subgroups=inner, **told)
        _same(seen, [one(own, **told) for own in made])
        _same(many(cube, **told), [one(table, **told) for table in cube])


def test_subgroups_of_the_base_of_each_characteristic_give_its_limits() -> None:
    cube = _shifted(17, 6, 20 * 5).reshape(6, 20, 5)
    base = [3, 20, 7, 1, 4, 11]
    alone = [stats.xbar_r_chart(table, base=b) for table, b in zip(cube, base, strict=True)]
    _same(stats.xbar_r_charts(cube, base=base), alone)


@pytest.mark.parametrize(("many", "one"), COUNTED)
@pytest.mark.parametrize("rule_set", ["nelson", "western-electric"])
def test_options_of_charts_of_counts_are_those_one_by_one(
    many: Any, one: Any, rule_set: Any
) -> None:
    hits, size, index = _counts(18)
    pairs = list(zip(hits, size, strict=True))
    told: dict[str, Any] = {"base": 20, "rule_set": rule_set}
    _same(many(hits, size, **told), [one(x, n, **told) for x, n in pairs])
    told = {"rules": (1, 2)} | ({"screened": True} if "laney" in many.__name__ else {})
    flat = many(hits.ravel(), size.ravel(), groups=index, **told)
    _same(flat, [one(x, n, **told) for x, n in pairs])


def test_a_told_centre_of_counts_is_that_one_by_one() -> None:
    hits, size, _ = _counts(19)
    center = np.linspace(0.01, 0.3, 50)
    told = list(zip(hits, size, center, strict=True))
    _same(
        stats.p_charts(hits, size, center=center),
        [stats.p_chart(x, n, center=c) for x, n, c in told],
    )
    _same(
        stats.u_charts(hits, size, center=center),
        [stats.u_chart(x, n, center=c) for x, n, c in told],
    )
    _same(
        stats.np_charts(hits, 400, center=center * 400),
        [stats.np_chart(x, 400, center=c * 400) for x, _, c in told],
    )
    _same(
        stats.c_charts(hits, center=9.0, base=5),
        [stats.c_chart(x, center=9.0, base=5) for x in hits],
    )


@pytest.mark.parametrize("told", [{}, {"base": 7}, {"rule_set": "western-electric"}], ids=str)
def test_charts_of_rare_events_are_those_one_by_one(told: dict[str, Any]) -> None:
    rng = np.random.default_rng(23)
    gaps, index = rng.geometric(0.02, (30, 25)), np.repeat(np.arange(30), 25)
    _same(stats.g_charts(gaps, **told), [stats.g_chart(row, **told) for row in gaps])
    _same(stats.g_charts(gaps, smallest=1), [stats.g_chart(row, smallest=1) for row in gaps])
    times = rng.exponential(40, (30, 25))
    alone = [stats.t_chart(row, **told) for row in times]
    _same(stats.t_charts(times, **told), alone)
    _same(stats.t_charts(times.ravel(), groups=index, **told), alone)
    _same(stats.g_charts(gaps.ravel(), groups=index), [stats.g_chart(row) for row in gaps])


MEMORY_OPTIONS: list[dict[str, Any]] = [
    {},
    {"base": 20},
    {"center": 1e6, "sigma": 2.0},
    {"within": "sd"},
]


@pytest.mark.parametrize("told", MEMORY_OPTIONS, ids=str)
def test_charts_that_remember_are_those_one_by_one(told: dict[str, Any]) -> None:
    table = _shifted(20, 29, 131) + np.random.default_rng(22).normal(0, 0.1, (29, 131))
    groups = np.random.default_rng(21).permutation(np.repeat(np.arange(29), 131))[:3300]
    values = table.ravel()[:3300]
    ragged = [values[groups == g] for g in range(29)]
    seen = stats.ewma_charts(table, weight=0.1, **told)
    for index, row in enumerate(table):
        one = stats.ewma_chart(row, weight=0.1, **told)
        for name in ("points", "center", "lcl", "ucl"):
            ours, theirs = getattr(seen, name)[index], getattr(one, name)
            np.testing.assert_allclose(ours, theirs, rtol=1e-13)
        assert seen.first[index].tolist() == [-1 if one.first is None else one.first]
    flat = stats.ewma_charts(values, groups=groups, **told)
    one_by_one = [stats.ewma_chart(own, **told).points for own in ragged]
    np.testing.assert_allclose(flat.points, np.concatenate(one_by_one), rtol=1e-13)
    for series, sums in (
        (list(table), stats.cusum_charts(table, **told)),
        (ragged, stats.cusum_charts(values, groups=groups, **told)),
    ):
        for index, own in enumerate(series):
            alone = stats.cusum_chart(own, **told)
            assert sums.first[index] == (-1 if alone.first is None else alone.first)
            assert sums.counts_upper[index] == alone.signal_upper.size
            assert sums.counts_lower[index] == alone.signal_lower.size
        upper = np.concatenate([stats.cusum_chart(own, **told).upper for own in series])
        assert sums.upper.ravel().tolist() == upper.tolist()


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30) | st.just([1.0] * 9),
        min_size=1,
        max_size=6,
    )
)
def test_any_ragged_data_give_the_charts_one_by_one(series: list[list[float]]) -> None:
    groups = [index for index, own in enumerate(series) for _ in own]
    many = stats.individuals_charts([x for own in series for x in own], groups=groups)
    _same(many, [stats.individuals_chart(own) for own in series])


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(1, 20), st.data())
def test_any_counts_give_the_charts_one_by_one(m: int, k: int, data: st.DataObject) -> None:
    row = st.lists(st.integers(0, 30), min_size=k, max_size=k)
    hits = data.draw(st.lists(row, min_size=m, max_size=m))
    _same(stats.p_charts(hits, 30), [stats.p_chart(x, 30) for x in hits])
    _same(stats.c_charts(hits), [stats.c_chart(x) for x in hits])


def test_the_results_are_frozen_arrays_with_one_entry_for_each() -> None:
    many = stats.individuals_charts(_shifted(11, 3, 20)).location
    assert {field.name for field in fields(many)} == set(ControlCharts.__slots__)
    assert (many.sigma is not None and many.sigma.shape, many.first.shape) == ((3,), (3, 8))
    assert many.stable.tolist() == [not row.any() for row in many.counts]


REFUSED: list[tuple[Callable[[], object], type[Exception], str]] = [
    (
        lambda: stats.individuals_charts([[1.0, 2.0], [3.0, math.nan]]),
        OutOfDomain,
        "tic 2 .*, item 2,",
    ),
    (lambda: stats.individuals_charts([1, math.inf, 2], groups=[0, 4, 0]), OutOfDomain, "index 4"),
    (lambda: stats.individuals_charts([1, 2, 3], groups=[0, 0, 1]), TooFewData, "tic 2 .index 1"),
    (lambda: stats.individuals_charts([1, 2, 3], groups=[0, 0, 10**14]), TooFewData, "index 1"),
    (lambda: stats.individuals_charts([1, 2, 3], groups=[0, 0]), OutOfDomain, "each of 3"),
    (lambda: stats.individuals_charts([[1.0], [2.0]]), TooFewData, "characteristic 1"),
    (lambda: stats.individuals_charts([1, 2, 3]), OutOfDomain, "dimension"),
    (lambda: stats.individuals_charts([[1, 2]], rules=(9,)), OutOfDomain, "rules"),
    (lambda: stats.individuals_charts([[1, 2, 3], [4, 5, 6]], base=[2, 9]), OutOfDomain, "tic 2 "),
    (
        lambda: stats.individuals_charts([[1, 2], [4, 5]], sigma=[1, 2, 3]),
        OutOfDomain,
        "each of 2",
    ),
    (lambda: stats.individuals_charts([[1, 2], [4, 5]], sigma=-1), OutOfDomain, "sigma"),
    (lambda: stats.p_charts([[1, 2], [3, 4]], 9, center=2), OutOfDomain, "center"),
    (lambda: stats.np_charts([[1, 2], [3, 4]], 9, center=[4, 10]), OutOfDomain, "tic 2 "),
    (lambda: stats.cusum_charts([[1, 2], [4, 4]]), NoVariation, "characteristic 2"),
    (lambda: stats.ewma_charts([[1, 2], [4, 4]], weight=2), OutOfDomain, "weight"),
    (lambda: stats.xbar_r_charts(np.ones((2, 3, 1))), TooFewData, "characteristic 1"),
    (lambda: stats.xbar_r_charts(np.ones((0, 3, 2))), TooFewData, "subgroups"),
    (lambda: stats.xbar_r_charts([1, 2], groups=[0, 0]), OutOfDomain, "subgroups"),
    (
        lambda: stats.xbar_s_charts([1, 2, 3], groups=[0, 0, 0], subgroups=[0, 7, 0]),
        TooFewData,
        "subgroup index 7 of characteristic 1",
    ),
    (
        lambda: stats.xbar_s_charts([[[1.0, 2.0]], [[1.0, math.inf]]]),
        OutOfDomain,
        "tic 2 .* item 1, 2",
    ),
    (lambda: stats.p_charts([[1, 2], [3, 4]], 3), OutOfDomain, "x of characteristic 2 .* item 2"),
    (lambda: stats.p_charts([[1, 2]], [[5, 0]]), OutOfDomain, "n of characteristic 1"),
    (lambda: stats.p_charts([[1, 2]], [5, 6]), OutOfDomain, "n is"),
    (lambda: stats.c_charts([[1.0, 2.0], [1.5, 2.0]]), OutOfDomain, "x of characteristic 2"),
    (lambda: stats.u_charts([1, 2], [1, -1], groups=[0, 1]), OutOfDomain, "characteristic 2"),
    (lambda: stats.np_charts([[1], [2]], [5]), OutOfDomain, "each of 2 characteristics"),
    (lambda: stats.laney_p_charts([[1, 2], [5, 5]], 5), NoVariation, "characteristic 2"),
    (lambda: stats.laney_u_charts([[1, 2], [0, 0]], 5), NoVariation, "characteristic 2"),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_a_refusal_names_the_characteristic(
    call: Callable[[], object], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        call()
