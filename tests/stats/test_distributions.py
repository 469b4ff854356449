"""The noncentral t where scipy stops short: many at once are each alone."""

import numpy as np
import pytest

from firstoff.stats.distributions import (
    nct_cdf,
    nct_cdfs,
    nct_noncentralities,
    nct_noncentrality,
)


@pytest.mark.parametrize("probability", [0.025, 0.5, 0.95, 0.999])
def test_many_noncentralities_are_each_the_one_alone(probability: float) -> None:
    rng = np.random.default_rng(1)
    t, df = rng.normal(0, 40, 60), rng.integers(1, 300, 60).astype(float)
    found = nct_noncentralities(t, df, probability)
    alone = [nct_noncentrality(a, b, probability) for a, b in zip(t, df, strict=True)]
    assert found == pytest.approx(alone, rel=1e-11, abs=1e-11)


def test_a_tail_that_scipy_gives_up_is_that_of_the_mirrored_distribution() -> None:
    t, moved = np.array([-5.0, -5.0, -2.2]), np.array([5.0, 20.0, 10.0])
    found = nct_cdfs(t, 19.0, moved)
    assert np.isfinite(found).all()
    assert found == pytest.approx([0, 0, 0], abs=1e-15)
    assert nct_cdf(-5.0, 19.0, -5.0) == pytest.approx(0.523031903317)
