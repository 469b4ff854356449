"""Numbers in, frozen results out: the statistics that decide whether a process may start.

numpy and scipy.special only at import; nothing else of Firstoff. Fractions inside, percent at the
edge. Each function has its page under docs/methods; what cannot be computed is refused by type.
"""

# Not lazily: some functions share the name of their module, and the function has to win.
from firstoff.stats.capability import (
    Capability,
    Indices,
    bissell_interval,
    capability,
    expected_outside,
    indices,
    ppk_lower_bound,
)
from firstoff.stats.caveats import Caveat
from firstoff.stats.constants import ChartConstants, c4, chart_constants, d2, d2_star, d3
from firstoff.stats.errors import NotEstimable, NoVariation, OutOfDomain, StatsError, TooFewData
from firstoff.stats.pareto import Pareto, ParetoBar, pareto
from firstoff.stats.process_time import ProcessTime, process_time
from firstoff.stats.proportions import (
    Comparison,
    Posterior,
    Prediction,
    Proportion,
    Proportions,
    beta_binomial_pmf,
    chance_within_tries,
    compare_proportions,
    further_clean_units,
    posterior,
    predict_rejects,
    proportion,
    proportions,
    rate_for_probability,
    sample_size_for_claim,
)
from firstoff.stats.rates import Rate, poisson_rate
from firstoff.stats.sampling import (
    OC,
    OutgoingLimit,
    SamplingPlan,
    find_plan,
    operating_characteristic,
    outgoing_limit,
    zero_acceptance_size,
)
from firstoff.stats.yields import (
    DefectsPerMillion,
    RolledYield,
    Yields,
    dpmo,
    rolled_throughput,
    yields,
)

__all__ = [
    "OC",
    "Capability",
    "Caveat",
    "ChartConstants",
    "Comparison",
    "DefectsPerMillion",
    "Indices",
    "NoVariation",
    "NotEstimable",
    "OutOfDomain",
    "OutgoingLimit",
    "Pareto",
    "ParetoBar",
    "Posterior",
    "Prediction",
    "ProcessTime",
    "Proportion",
    "Proportions",
    "Rate",
    "RolledYield",
    "SamplingPlan",
    "StatsError",
    "TooFewData",
    "Yields",
    "beta_binomial_pmf",
    "bissell_interval",
    "c4",
    "capability",
    "chance_within_tries",
    "chart_constants",
    "compare_proportions",
    "d2",
    "d2_star",
    "d3",
    "dpmo",
    "expected_outside",
    "find_plan",
    "further_clean_units",
    "indices",
    "operating_characteristic",
    "outgoing_limit",
    "pareto",
    "poisson_rate",
    "posterior",
    "ppk_lower_bound",
    "predict_rejects",
    "process_time",
    "proportion",
    "proportions",
    "rate_for_probability",
    "rolled_throughput",
    "sample_size_for_claim",
    "yields",
    "zero_acceptance_size",
]
