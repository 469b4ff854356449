import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, NoVariation, OutOfDomain, TooFewData

MOST = min(25, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
chains = st.lists(
    st.tuples(st.floats(-50, 50), st.floats(0.01, 2), st.sampled_from([-1.0, 1.0, 0.5])),
    min_size=1,
    max_size=8,
)


def _chain(parts: list[tuple[float, float, float]]) -> list[stats.Link]:
    return [
        stats.link(str(place), nominal, plus=half, sensitivity=weight)
        for place, (nominal, half, weight) in enumerate(parts)
    ]


GAP = _chain([(50, 0.1, 1), (20, 0.05, -1), (15, 0.05, -1), (14.5, 0.08, -1)])


def test_the_largest_tolerance_takes_the_largest_share() -> None:
    seen = stats.stack(GAP, lower=0.2, upper=0.8)
    assert [round(share.of_squares, 3) for share in seen.shares] == [0.467, 0.117, 0.117, 0.299]
    assert (seen.worst_holds, seen.rss_holds) == (True, True)


def test_a_chain_that_just_fits_holds() -> None:
    seen = stats.stack(_chain([(0.0, 0.1, 1), (0.0, 0.2, 1)]), lower=-0.3, upper=0.3)
    assert seen.worst_holds is True


def test_without_limits_nothing_is_judged() -> None:
    seen = stats.stack(GAP)
    assert (seen.worst_holds, seen.rss_holds, seen.outside) == (None, None, 0.0)


def test_capability_moves_the_mean_and_narrows_sigma() -> None:
    made = stats.link("lid", 10, plus=0.3, cp=2.0, cpk=1.0, towards="lower")
    assert (made.mean, made.sigma) == pytest.approx((9.85, 0.05))


def test_measured_values_say_how_a_link_is_made() -> None:
    made = stats.measured_link("lid", [9.9, 10.0, 10.2], nominal=10, plus=0.3)
    assert (made.n, round(made.mean, 4), round(made.sigma, 4)) == (3, 10.0333, 0.1528)
    assert stats.stack([made]).caveats == (Caveat.SMALL_SAMPLE,)


def test_figures_stand_for_the_values_they_were_taken_from() -> None:
    values = [9.9, 10.0, 10.2]
    measured = stats.measured_link("lid", values, nominal=10, plus=0.3)
    told = stats.link("lid", 10, plus=0.3, mean=measured.mean, sigma=measured.sigma, n=3)
    assert told == measured


def test_the_same_seed_draws_the_same() -> None:
    first = stats.simulate_stack(GAP, seed=7, draws=2000, upper=0.6)
    second = stats.simulate_stack(GAP, seed=7, draws=2000, upper=0.6)
    assert (first.mean, first.outside) == (second.mean, second.outside)
    assert int(first.counts.sum()) == 2000


def test_measured_values_are_drawn_again() -> None:
    made = stats.measured_link("pin", [1.0, 2.0], nominal=1.5, plus=1, shape="measured")
    seen = stats.simulate_stack([made], seed=3, draws=4000)
    assert (seen.minimum, seen.maximum) == (1.0, 2.0)
    assert abs(seen.mean - 1.5) < 5 * seen.mean_error


def test_a_triangular_link_has_its_sigma() -> None:
    seen = stats.simulate_stack(
        [stats.link("pin", 0, plus=1, shape="triangular")], seed=3, draws=50_000
    )
    assert abs(seen.sd - 6**-0.5) < 5 * seen.sd_error


def test_a_function_is_drawn_and_linearised_alike() -> None:
    links = [stats.link("a", 3, plus=0.03), stats.link("b", 4, plus=0.03)]
    flat = stats.function_stack(np.hypot, links)
    drawn = stats.simulate_stack(links, function=np.hypot, seed=1, draws=20_000)
    assert flat.sensitivity == pytest.approx((0.6, 0.8), rel=1e-9)
    assert abs(drawn.sd - flat.linear.sigma) < 5 * drawn.sd_error
    assert drawn.shares is None


@pytest.mark.slow
def test_the_predicted_rejects_hold_their_confidence() -> None:
    rng = np.random.default_rng(11)
    true, hits = 2 * 0.022750131948179195, 0  # the gap is normal, limits two sigma away
    limit = 2 * 2**0.5
    for _ in range(150):
        links = [
            stats.measured_link(name, rng.normal(size=8), nominal=0, plus=3) for name in ("a", "b")
        ]
        seen = stats.predicted_rejects(links, lower=-limit, upper=limit, seed=1, confidence=0.9)
        hits += seen.lower <= true <= seen.upper
    assert 0.83 < hits / 150 < 0.98


def test_assumed_links_leave_nothing_open() -> None:
    seen = stats.predicted_rejects(GAP, upper=0.6, seed=1)
    assert (seen.lower, seen.upper, seen.measured_links) == (seen.estimate, seen.estimate, 0)


@few
@given(chains)
def test_rss_lies_within_the_worst_case(parts: list[tuple[float, float, float]]) -> None:
    seen = stats.stack(_chain(parts))
    assert seen.rss <= seen.worst * (1 + 1e-12)
    assert sum(share.of_squares for share in seen.shares) == pytest.approx(1)


@few
@given(chains, st.floats(0.01, 100))
def test_scale_goes_through(parts: list[tuple[float, float, float]], scale: float) -> None:
    first = stats.stack(_chain(parts))
    second = stats.stack(_chain([(n * scale, t * scale, w) for n, t, w in parts]))
    assert [second.rss, second.worst] == pytest.approx([first.rss * scale, first.worst * scale])


@few
@given(chains)
def test_a_linear_function_is_the_chain(parts: list[tuple[float, float, float]]) -> None:
    plain = stats.stack(_chain(parts))
    bare = [stats.link(str(i), n, plus=t) for i, (n, t, _) in enumerate(parts)]
    weights = [w for _, _, w in parts]
    seen = stats.function_stack(
        lambda *x: sum(w * v for w, v in zip(weights, x, strict=True)), bare
    )
    assert [seen.worst_low, seen.worst_high] == pytest.approx(
        [plain.worst_low, plain.worst_high], abs=1e-9
    )
    assert seen.linear.rss == pytest.approx(plain.rss)


@pytest.mark.parametrize(
    "bad",
    [
        {"nominal": "x", "plus": 1},
        {"nominal": float("nan"), "plus": 1},
        {"nominal": 1, "plus": -0.1},
        {"nominal": 1, "plus": 0.1, "minus": -0.1},
        {"nominal": 1, "plus": 0.1, "cp": 0},
        {"nominal": 1, "plus": 0.1, "cp": 1, "cpk": 1.2},
        {"nominal": 1, "plus": 0.1, "shape": "uniform", "cpk": 0.5},
        {"nominal": 1, "plus": 0.1, "shape": "round"},
        {"nominal": 1, "plus": 0.1, "mean": 1},
        {"nominal": 1, "plus": 0.1, "sigma": 0.1, "cp": 2},
        {"nominal": 1, "plus": 0.1, "sigma": 0.1, "shape": "uniform"},
        {"nominal": 1, "plus": 0.1, "sigma": -0.1},
    ],
)
def test_a_link_that_cannot_be_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(OutOfDomain):
        stats.link("lid", **bad)  # type: ignore[arg-type]


def test_chains_that_say_nothing_are_refused() -> None:
    with pytest.raises(TooFewData):
        stats.stack([])
    with pytest.raises(NoVariation):
        stats.stack(_chain([(1, 0.0, 1)]))
    with pytest.raises(OutOfDomain):
        stats.stack([1, 2])  # type: ignore[list-item]
    with pytest.raises(OutOfDomain):
        stats.stack(GAP, lower=1, upper=0)
    with pytest.raises(OutOfDomain, match="finite"):
        stats.function_stack(lambda a: 1 / (a - a), GAP[:1])
    with pytest.raises(OutOfDomain):
        stats.simulate_stack(GAP, seed=1, draws=10)
