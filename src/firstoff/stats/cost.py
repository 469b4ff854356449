"""Inspect all, none or a sample: what each costs."""

from dataclasses import dataclass
from enum import StrEnum

from firstoff.stats import checks
from firstoff.stats.errors import OutOfDomain
from firstoff.stats.finite import finite
from firstoff.stats.sampling import operating_characteristic


class InspectionDecision(StrEnum):
    """What costs least. Between all and none there is nothing, when the rate is known."""

    NONE = "inspect_none"
    ALL = "inspect_all"
    INDIFFERENT = "indifferent"


@dataclass(frozen=True, slots=True)
class InspectionChoice:
    """Costs per unit, in the money of the input. break_even: the rate above which inspecting
    every unit pays; above 1 it never does."""

    break_even: float
    decision: InspectionDecision
    cost_none: float
    cost_all: float
    rate: float


@dataclass(frozen=True, slots=True)
class SamplingCost:
    """A lot under a single plan, rejected lots screened: units inspected, rejects found and let
    through, and the money, all as means."""

    inspected: float
    found: float
    let_through: float
    cost: float
    cost_none: float
    cost_all: float
    acceptance: float


@finite
def inspection_choice(rate: float, *, cost_inspect: float, cost_escape: float) -> InspectionChoice:
    """Inspect all or none (Deming's kp rule): all when rate x cost_escape exceeds cost_inspect.

    rate: fraction of rejects; costs: of inspecting one unit (0 allowed), of one reject let
    through (above 0). For a stable process whose rate is known. Raises OutOfDomain.
    Source: Deming, Out of the Crisis, ch. 15. Oracle: arithmetic
    """
    p = checks.fraction("rate", rate)
    one = checks.real("cost_inspect", cost_inspect, least=0)
    escape = checks.real("cost_escape", cost_escape, above=0)
    none = p * escape
    if abs(none - one) <= 1e-12 * max(none, one):
        decision = InspectionDecision.INDIFFERENT
    else:
        decision = InspectionDecision.ALL if none > one else InspectionDecision.NONE
    return InspectionChoice(one / escape, decision, none, one, p)


@finite
def sampling_cost(
    lot: int,
    *,
    n: int,
    c: int,
    rate: float,
    cost_inspect: float,
    cost_escape: float,
    cost_found: float = 0.0,
) -> SamplingCost:
    """The mean cost of a lot under a single plan whose rejected lots are inspected whole.

    lot: units; n, c: the plan; costs: of inspecting one unit, of a reject let through, of a reject
    found (repair or replacement). Binomial. Raises OutOfDomain.
    Source: Montgomery, Introduction to SQC, 15.2 (ATI). Oracle: R pbinom
    """
    size = checks.whole("lot", lot, least=1)
    drawn = checks.whole("n", n, least=1)
    if drawn > size:
        raise OutOfDomain("n", drawn, f"at most the lot, which is {size}")
    p = checks.fraction("rate", rate)
    one = checks.real("cost_inspect", cost_inspect, least=0)
    escape = checks.real("cost_escape", cost_escape, least=0)
    repair = checks.real("cost_found", cost_found, least=0)
    curve = operating_characteristic(drawn, c, [p], model="binomial")
    accepted = float(curve.acceptance[0])
    inspected = drawn + (1 - accepted) * (size - drawn)
    found = p * inspected
    missed = p * (size - inspected)
    return SamplingCost(
        inspected,
        found,
        missed,
        one * inspected + repair * found + escape * missed,
        escape * p * size,
        (one + repair * p) * size,
        accepted,
    )
