"""Case files "rates" and "cost"."""

from typing import Any

from firstoff import stats


def _proportion(method: str) -> Any:
    def call(given: dict[str, Any]) -> dict[str, Any]:
        seen = stats.proportion(
            given["x"],
            given["n"],
            confidence=given["confidence"],
            sides=given.get("sides", "two"),
            method=method,  # type: ignore[arg-type]
        )
        return {"lower": seen.lower, "upper": seen.upper}

    return call


def _poisson_rate(given: dict[str, Any]) -> dict[str, Any]:
    seen = stats.poisson_rate(
        given["count"], given["exposure"], confidence=given["confidence"], sides=given["sides"]
    )
    return {"lower": seen.lower, "upper": seen.upper}


def _predictive(given: dict[str, Any]) -> dict[str, Any]:
    prior = (given["prior_a"], given["prior_b"])
    seen = stats.predict_rejects(
        given["x"],
        given["n"],
        quantity=given["future_n"],
        confidence=given["confidence"],
        prior=prior,
    )
    belief = stats.posterior(given["x"], given["n"], prior=prior)
    pmf = stats.beta_binomial_pmf(given["future_n"], belief.a, belief.b)
    return {
        "mean": seen.mean,
        "pmf": [pmf[k] for k in given["k"]],
        "cdf": [pmf[: k + 1].sum() for k in given["k"]],
        "equal_tail_lower": seen.lower,
        "equal_tail_upper": seen.upper,
        "one_sided_upper": seen.upper_one_sided,
    }


def _posterior(given: dict[str, Any]) -> dict[str, Any]:
    belief = stats.posterior(given["x"], given["n"])
    return {"probability_over": belief.probability_over(given["rate"])}


def _further_clean_units(given: dict[str, Any]) -> dict[str, Any]:
    return {"units": stats.further_clean_units(**given)}


def _sample_size(given: dict[str, Any]) -> dict[str, Any]:
    return {"n": stats.sample_size_for_claim(**given)}


def _compare(given: dict[str, Any]) -> dict[str, Any]:
    seen = stats.compare_proportions(
        given["x1"], given["n1"], given["x2"], given["n2"], alternative=given["alternative"]
    )
    return {"fisher": seen.fisher, "boschloo": seen.boschloo, "barnard": seen.barnard}


def _tries(given: dict[str, Any]) -> dict[str, Any]:
    chances = [
        stats.chance_within_tries(given["rate"], n=given["n"], c=given["c"], tries=k)
        for k in (1, 2, 3)
    ]
    return {"chance": chances}


ADAPTERS = {
    "clopper_pearson": _proportion("clopper-pearson"),
    "wilson": _proportion("wilson"),
    "jeffreys": _proportion("jeffreys"),
    "agresti_coull": _proportion("agresti-coull"),
    "poisson_rate_exact": _poisson_rate,
    "beta_binomial_predictive": _predictive,
    "posterior": _posterior,
    "further_clean_units": _further_clean_units,
    "sample_size_for_claim": _sample_size,
    "compare_proportions": _compare,
    "chance_within_tries": _tries,
}
