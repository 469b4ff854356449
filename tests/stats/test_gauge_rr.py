import csv
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstoff import stats
from firstoff.stats import Caveat, NoVariation, OutOfDomain, TooFewData

MOST = min(15, settings.default.max_examples)
few = settings(derandomize=True, max_examples=MOST, deadline=None, database=None)
SHARED = Path(
    os.environ.get("FIRSTOFF_SHARED", Path(__file__).resolve().parents[2].parent / "shared")
)
STUDY = SHARED / "cases" / "msa_spc" / "aiag_msa_grr_10x3x3.csv"
PARTS = [[9.1, 9.9, 10.6], [9.2, 9.8, 10.5]]  # one appraiser: two trials of three parts
OTHER = [[9.3, 9.9, 10.8], [9.2, 10.0, 10.7]]


def _study(seed: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    parts, people = rng.normal(size=6), rng.normal(scale=0.3, size=3)
    return parts + people[:, None, None] + rng.normal(scale=0.2, size=(3, 2, 6))


@pytest.mark.skipif(not STUDY.exists(), reason=f"no {STUDY}")
def test_a_published_study_is_read_from_its_columns() -> None:
    with STUDY.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    readings = stats.gauge_readings(
        [row["part"] for row in rows],
        [row["appraiser"] for row in rows],
        [float(row["value"]) for row in rows],
    )
    told = json.loads((STUDY.parent / "expected.json").read_text(encoding="utf-8"))[STUDY.name]
    pooled, plain = stats.gauge_rr(readings), stats.gauge_rr(readings, pool=None)
    ranges = stats.gauge_rr(readings, method="average-range")
    assert (round(pooled.grr.sd, 5), pooled.ndc) == (told["anova"]["pooled"]["GRR"], 4)
    assert round(plain.grr.sd, 5) == told["anova"]["unpooled"]["GRR"]
    assert round(ranges.grr.sd, 4) == told["average_range"]["GRR"]
    assert ranges.ndc == told["average_range"]["ndc"]


def test_one_appraiser_has_no_reproducibility() -> None:
    seen = stats.gauge_repeatability(PARTS, tolerance=2)
    assert (seen.reproducibility, seen.method) == (None, "anova, one appraiser")
    assert seen.grr == seen.repeatability
    assert seen.repeatability.variance == pytest.approx(0.015 / 3)


def test_one_appraiser_by_ranges() -> None:
    seen = stats.gauge_repeatability(PARTS, method="average-range")
    assert seen.repeatability.sd == pytest.approx(0.1 / stats.d2(2))
    assert seen.reproducibility is None


def test_many_studies_are_each_the_same_as_alone() -> None:
    both = np.stack([_study(1), _study(2)])
    many = stats.gauge_rr_many(both, tolerance=[2.0, 3.0])
    alone = [stats.gauge_rr(one, tolerance=t) for one, t in zip(both, (2, 3), strict=True)]
    assert many.grr == pytest.approx([one.grr.variance for one in alone])
    assert many.of_tolerance == pytest.approx([one.grr.of_tolerance for one in alone])
    assert many.ndc.tolist() == [one.ndc for one in alone]


@pytest.mark.slow
def test_the_interval_of_the_gauge_covers_the_truth() -> None:
    rng = np.random.default_rng(3)
    truth, hits = (0.2**2 + 0.3**2) ** 0.5, 0
    for _ in range(300):
        people = rng.normal(scale=0.3, size=(4, 1, 1))
        readings = rng.normal(size=5) + people + rng.normal(scale=0.2, size=(4, 2, 5))
        interval = stats.gauge_rr(readings, confidence=0.9).grr_interval
        assert interval is not None
        hits += interval[0] <= truth <= interval[1]
    assert 0.85 < hits / 300 < 0.96


def test_a_perfect_gauge_has_no_number_of_categories() -> None:
    seen = stats.gauge_rr([[[1, 2, 3], [1, 2, 3]], [[1, 2, 3], [1, 2, 3]]])
    assert (seen.grr.sd, seen.ndc, seen.ndc_raw) == (0.0, None, None)
    assert [row.f for row in seen.table] == [None, None, None, None]


def test_few_categories_are_a_caveat() -> None:
    seen = stats.gauge_rr([PARTS, OTHER])
    assert (seen.ndc, Caveat.FEW_CATEGORIES in seen.caveats) == (9, False)
    noise = np.random.default_rng(1).normal(size=(2, 2, 3))
    noisy = stats.gauge_rr(np.array([PARTS, OTHER]) + noise)
    assert Caveat.FEW_CATEGORIES in noisy.caveats


def test_nested_parts_belong_to_their_appraiser() -> None:
    parts, people = ["1", "1", "2", "2"] * 2, ["A"] * 4 + ["B"] * 4
    readings = stats.gauge_readings(parts, people, range(8), nested=True)
    assert readings.tolist() == [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]
    assert stats.gauge_rr_nested(readings).repeatability.variance == pytest.approx(0.5)


@few
@given(st.floats(-1000, 1000), st.floats(0.01, 100), st.booleans())
def test_shift_and_scale_change_no_share(shift: float, scale: float, ranges: bool) -> None:
    method: Any = "average-range" if ranges else "anova"
    first = stats.gauge_rr(_study(), method=method)
    second = stats.gauge_rr(_study() * scale + shift, method=method)
    assert second.grr.of_study == pytest.approx(first.grr.of_study)
    assert second.grr.sd == pytest.approx(first.grr.sd * scale)


@few
@given(st.permutations(range(6)), st.permutations(range(3)), st.booleans())
def test_the_order_of_parts_and_people_does_not_matter(
    parts: list[int], people: list[int], swap: bool
) -> None:
    data = _study()
    turned = data[people][:, ::-1, :][:, :, parts] if swap else data[people][:, :, parts]
    first, second = stats.gauge_rr(data), stats.gauge_rr(turned)
    assert second.grr.sd == pytest.approx(first.grr.sd)
    assert second.part.sd == pytest.approx(first.part.sd)


@few
@given(st.integers(0, 200))
def test_the_components_sum_to_the_total(seed: int) -> None:
    seen = stats.gauge_rr(_study(seed))
    assert seen.grr.contribution + seen.part.contribution == pytest.approx(1)
    assert seen.reproducibility is not None
    assert seen.reproducibility.variance + seen.repeatability.variance == pytest.approx(
        seen.grr.variance
    )


@pytest.mark.parametrize(
    "bad",
    [
        [[[1.0], [1.1]], [[1.2], [1.0]]],
        [[[1.0, 2.0]], [[1.1, 2.1]]],
        [PARTS],
        np.empty((0, 2, 3)),
    ],
)
def test_a_study_too_small_is_refused(bad: object) -> None:
    with pytest.raises(TooFewData):
        stats.gauge_rr(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "bad", [[1, 2, 3], [[[1, 2], [1, None]]], [[["1", "2"], ["1", "2"]]], [[[1, 2], [1]]], "x"]
)
def test_readings_that_are_no_study_are_refused(bad: object) -> None:
    with pytest.raises(OutOfDomain):
        stats.gauge_rr(bad)  # type: ignore[arg-type]


def test_equal_readings_are_refused() -> None:
    same = np.full((2, 2, 3), 5.0)
    with pytest.raises(NoVariation):
        stats.gauge_rr(same)
    with pytest.raises(NoVariation, match="characteristic 2"):
        stats.gauge_rr_many(np.stack([np.array([PARTS, OTHER]), same]))
    with pytest.raises(NoVariation):
        stats.gauge_rr_nested(np.full((2, 2, 2), 5.0))


def test_a_hole_in_the_study_is_named() -> None:
    with pytest.raises(OutOfDomain, match="appraiser B, part 2"):
        stats.gauge_readings(["1", "1", "2", "2", "1", "1", "2"], list("AAAABBB"), range(7))


def test_numbers_beside_the_readings_have_to_make_sense() -> None:
    for wrong in ({"tolerance": 0}, {"pool": 2}, {"sigmas": -6}, {"method": "guess"}):
        with pytest.raises(OutOfDomain):
            stats.gauge_rr([PARTS, OTHER], **wrong)
    with pytest.raises(OutOfDomain):
        stats.gauge_range([1, 2], [1, 2, 3], process_sd=1)


def test_a_gauge_that_drifts_is_not_stable() -> None:
    steady = [10.0, 10.1, 9.9, 10.0, 10.1, 9.9, 10.0, 10.1]
    seen = stats.gauge_stability([*steady, 12.0], reference=10.0, base=8)
    assert (seen.stable, seen.chart.location.signals.first) == (False, (8, 1))
    assert seen.bias == pytest.approx(0.2333333)
    assert stats.gauge_stability(steady).stable is True


def test_stability_takes_several_readings_each_time() -> None:
    seen = stats.gauge_stability([[1.0, 1.2], [1.1, 1.3], [1.2, 1.4], [1.3, 1.5]])
    assert (round(seen.drift, 6), seen.drift_p) == (0.3, 0.0)
    with pytest.raises(TooFewData):
        stats.gauge_stability([1.0, 2.0])
