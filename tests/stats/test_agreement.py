from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import NotEstimable, NoVariation, OutOfDomain, TooFewData

MOST = min(25, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
STUDY = {
    "Ada": [["good", "good"], ["bad", "bad"], ["good", "bad"], ["good", "good"]],
    "Ben": [["good", "good"], ["bad", "bad"], ["bad", "bad"], ["good", "good"]],
}
TRUTH = ["good", "bad", "bad", "bad"]


def test_a_study_counts_within_between_and_against_the_truth() -> None:
    seen = stats.agreement(STUDY, standard=TRUTH, bad="bad")
    assert [(seen.within[name].x, seen.against_standard[name].x) for name in STUDY] == [
        (3, 2),
        (4, 3),
    ]
    assert seen.all_right is not None
    assert (seen.between.x, seen.all_right.x) == (3, 2)
    assert [(p.x, p.n) for p in (seen.missed["Ada"], seen.false_alarms["Ada"])] == [(3, 6), (0, 2)]


def test_a_study_has_its_kappas() -> None:
    # Counts of an AIAG cross-table: A and B on 150 decisions, published kappa 0.86.
    pairs = [("0", "0")] * 44 + [("0", "1")] * 6 + [("1", "0")] * 3 + [("1", "1")] * 97
    study = {"A": [(a,) for a, _ in pairs], "B": [(b,) for _, b in pairs]}
    seen = stats.agreement(study, standard=[a for a, _ in pairs])
    assert (pair := seen.kappa_pairs["A, B"]) is not None
    assert (truth := seen.kappa_standard["B"]) is not None
    assert [round(pair.kappa, 2), round(truth.kappa, 2)] == [0.86, 0.86]
    assert seen.kappa_within == {"A": None, "B": None}
    again = stats.agreement(STUDY).kappa_within["Ben"]
    assert again is not None
    assert again.kappa == 1.0


def test_one_category_leaves_kappa_open_and_the_study_whole() -> None:
    seen = stats.agreement({"Ada": [["good", "good"]], "Ben": [["good", "good"]]})
    assert (seen.between.x, seen.kappa_between) == (1, None)


def test_full_agreement_is_one_and_full_disagreement_below_chance() -> None:
    assert stats.cohen_kappa(["a", "b", "a"], ["a", "b", "a"]).kappa == 1.0
    assert stats.cohen_kappa(["a", "b"], ["b", "a"]).kappa == -1.0


def test_near_misses_weigh_less_where_categories_are_ranked() -> None:
    first, second = [1, 2, 3, 4, 2], [1, 2, 4, 4, 3]
    plain = stats.cohen_kappa(first, second)
    linear = stats.cohen_kappa(first, second, weights="linear")
    assert linear.kappa > plain.kappa


@few
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 3), min_size=2, max_size=40))
def test_labels_and_numbers_give_the_same_kappa(rows: list[tuple[int, ...]]) -> None:
    named = [[f"c{code}" for code in row] for row in rows]
    try:
        first = stats.fleiss_kappa(np.array(rows))
    except NotEstimable:
        with pytest.raises(NotEstimable):
            stats.fleiss_kappa(named)
        return
    second = stats.fleiss_kappa(named)
    assert (first.kappa, first.z) == (second.kappa, second.z)
    assert first.kappa <= 1 + 1e-12


def test_a_bias_with_a_tolerance_has_cg_and_cgk() -> None:
    seen = stats.bias([10.01, 10.02, 10.01, 10.01, 10.03], reference=10.0, tolerance=1.0)
    assert seen.cg is not None
    assert seen.cgk is not None
    assert seen.cg > seen.cgk > 0
    assert seen.significant


def test_a_gauge_that_stretches_has_a_slope() -> None:
    truth = [1.0, 1.0, 2.0, 2.0, 3.0, 3.0]
    seen = stats.linearity(truth, [1.11, 1.09, 2.21, 2.19, 3.31, 3.29])
    assert (round(seen.slope, 3), seen.significant) == (0.1, True)
    assert seen.references == (1.0, 2.0, 3.0)


def test_nasty_inputs_are_refused() -> None:
    calls: list[tuple[type[Exception], Callable[[], object]]] = [
        (OutOfDomain, lambda: stats.cohen_kappa([1, 2], [1])),
        (OutOfDomain, lambda: stats.cohen_kappa([1, None], [1, 2])),
        (OutOfDomain, lambda: stats.cohen_kappa([1, float("nan")], [1, 2])),
        (OutOfDomain, lambda: stats.cohen_kappa([1], [2], weights="cubic")),  # type: ignore[arg-type]
        (OutOfDomain, lambda: stats.cohen_kappa_table([[1, 2]])),
        (OutOfDomain, lambda: stats.cohen_kappa_table([[1, -2], [0, 1]])),
        (OutOfDomain, lambda: stats.fleiss_kappa([[1, 2], [1]])),
        (OutOfDomain, lambda: stats.agreement({"Ada": [["a"]], "Ben": [["a"], ["b"]]})),
        (OutOfDomain, lambda: stats.agreement({"Ada": [["a"]]}, standard=["a", "b"])),
        (OutOfDomain, lambda: stats.bias([1, 2], reference=float("nan"))),
        (OutOfDomain, lambda: stats.bias([1, 2], reference=1, tolerance=0)),
        (OutOfDomain, lambda: stats.linearity([1, 2, 3], [1, 2, 3, 4])),
        (TooFewData, lambda: stats.cohen_kappa([], [])),
        (TooFewData, lambda: stats.cohen_kappa_table([[0, 0], [0, 0]])),
        (TooFewData, lambda: stats.fleiss_kappa([[1], [2]])),
        (TooFewData, lambda: stats.fleiss_kappa(np.empty((0, 3), dtype=int))),
        (TooFewData, lambda: stats.agreement({})),
        (TooFewData, lambda: stats.agreement({"Ada": []})),
        (TooFewData, lambda: stats.intraclass_correlation([[1, 2]])),
        (TooFewData, lambda: stats.bias([1.0], reference=1)),
        (NoVariation, lambda: stats.bias([2.0, 2.0], reference=1)),
        (NoVariation, lambda: stats.linearity([1, 1, 1], [1, 2, 3])),
        (NoVariation, lambda: stats.linearity([1, 2, 3], [1, 2, 3])),
        (NotEstimable, lambda: stats.cohen_kappa([1, 1], [1, 1])),
        (NotEstimable, lambda: stats.fleiss_kappa([[1, 1], [1, 1]])),
        (NotEstimable, lambda: stats.intraclass_correlation([[1, 1], [1, 1]])),
    ]
    for refusal, call in calls:
        with pytest.raises(refusal):
            call()
