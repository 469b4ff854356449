"""Acceptance sampling by attributes: what a plan lets through, and the plan for given risks.

A plan takes samples of ``n``, stage by stage. A stage accepts at ``c`` found or fewer and rejects
at ``r`` found or more, counted over all stages so far; the last stage has r = c + 1. c = -1 means
that a stage cannot accept.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from firstoff.stats import checks
from firstoff.stats.caveats import Caveat
from firstoff.stats.checks import Floats
from firstoff.stats.errors import NotEstimable, OutOfDomain

Model = Literal["binomial", "hypergeometric", "poisson"]
Stages = tuple[int, ...]

_MODELS = ("binomial", "hypergeometric", "poisson")
_LARGEST_PLAN = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class OC:
    """What a plan does at each true rate. Arrays have the shape of ``rates``.

    acceptance: chance to accept the lot; asn: units inspected on average, each stage inspected to
    its end; aoq and ati: rate that goes out, and units inspected, when rejected lots are screened
    and what is found is replaced (None where the lot is not known).
    """

    n: Stages
    c: Stages
    r: Stages
    rates: Floats
    acceptance: Floats
    asn: Floats
    aoq: Floats | None
    ati: Floats | None
    model: Model
    lot: int | None
    caveats: tuple[Caveat, ...]


@dataclass(frozen=True, slots=True)
class SamplingPlan:
    """The smallest sample that keeps both risks, and what it does at the two rates."""

    n: int
    c: int
    aql: float
    ltpd: float
    acceptance_at_aql: float
    acceptance_at_ltpd: float
    alpha: float
    beta: float
    model: Model
    lot: int | None


@dataclass(frozen=True, slots=True)
class OutgoingLimit:
    """The worst average outgoing quality of a screened plan, and the rate where it occurs."""

    aoql: float
    rate: float
    lot: int


def operating_characteristic(
    n: int | Sequence[int],
    c: int | Sequence[int],
    rates: ArrayLike,
    *,
    r: int | Sequence[int] | None = None,
    lot: int | None = None,
    model: Model | None = None,
) -> OC:
    """The chance that a lot is accepted, at each true rate, with ASN, AOQ and ATI.

    n, c, r: one number, or one for each stage; r is needed for all but the last. rates: fractions
    nonconforming, or nonconformities per unit for "poisson". The model is hypergeometric where the
    lot is known, else binomial. A known lot holds whole units: rates move to the nearest D/lot.
    Raises OutOfDomain (n beyond the lot, c beyond n). c = n is taken, with the caveat that it
    accepts everything. Source: NIST/SEMATECH e-Handbook 6.2.3. Oracle: R AcceptanceSampling
    """
    stages_n, stages_c, stages_r = _stages(n, c, r)
    size = None if lot is None else checks.whole("lot", lot, least=1)
    kind = _model(model, size)
    if kind != "poisson" and stages_c[-1] > sum(stages_n):
        raise OutOfDomain("c", stages_c[-1], f"at most the sample, {sum(stages_n)}")
    if size is not None and sum(stages_n) > size:
        raise OutOfDomain("n", sum(stages_n), f"at most the lot, {size}")
    asked = _rates(rates, kind)
    caveats: tuple[Caveat, ...] = ()
    if stages_c[-1] >= sum(stages_n) and kind != "poisson":
        caveats += (Caveat.ALWAYS_ACCEPTS,)
    at = asked
    if kind == "hypergeometric" and size is not None:
        at = np.floor(asked * size + 0.5) / size
        if np.any(np.abs(at - asked) > 1e-9 / size):
            caveats += (Caveat.LOT_ROUNDED,)
    accepted, reached = _walk(stages_n, stages_c, stages_r, at, kind, size)
    total = accepted.sum(axis=0)
    asn = np.asarray(stages_n, dtype=np.float64) @ reached
    aoq, ati = (None, None) if size is None else _screened(stages_n, accepted, at, size)
    return OC(stages_n, stages_c, stages_r, at, total, asn, aoq, ati, kind, size, caveats)


def outgoing_limit(
    n: int | Sequence[int],
    c: int | Sequence[int],
    *,
    lot: int,
    r: int | Sequence[int] | None = None,
) -> OutgoingLimit:
    """AOQL: the worst average outgoing quality over all true rates, by the binomial.

    Raises OutOfDomain. Source: NIST/SEMATECH e-Handbook 6.2.3.2. Oracle: R optimize over pbinom
    """
    stages_n, _, _ = _stages(n, c, r)
    size = checks.whole("lot", lot, least=sum(stages_n))
    low, high = 0.0, 1.0
    best, where = 0.0, 0.0
    for _ in range(12):
        rates = np.linspace(low, high, 201)
        aoq = operating_characteristic(n, c, rates, r=r, lot=size, model="binomial").aoq
        assert aoq is not None  # the lot is known
        top = int(np.argmax(aoq))
        best, where = float(aoq[top]), float(rates[top])
        low, high = float(rates[max(top - 1, 0)]), float(rates[min(top + 1, 200)])
    return OutgoingLimit(best, where, size)


def find_plan(
    *,
    aql: float,
    ltpd: float,
    alpha: float = 0.05,
    beta: float = 0.10,
    lot: int | None = None,
    model: Model | None = None,
) -> SamplingPlan:
    """The smallest single plan that accepts rate ``aql`` with at least 1 - alpha and rate ``ltpd``
    with at most beta.

    aql, ltpd: fractions, or nonconformities per unit for "poisson"; for a known lot whole numbers
    of units, rate x lot rounded. Raises OutOfDomain, NotEstimable where no plan keeps both.
    Source: NIST/SEMATECH e-Handbook 6.2.3.1. Oracle: R AcceptanceSampling find.plan
    """
    size = None if lot is None else checks.whole("lot", lot, least=1)
    kind = _model(model, size)
    ends = _rates([checks.real("aql", aql), checks.real("ltpd", ltpd)], kind)
    if kind == "hypergeometric" and size is not None:
        ends = np.floor(ends * size + 0.5) / size
    good, bad = (float(end) for end in ends)
    if good >= bad:
        told = f"a rate below ltpd, which is {bad:g}"
        whole = "" if size is None else f", in whole units of {size}"
        raise OutOfDomain("aql", good, told + whole)
    producer, consumer = checks.open_fraction("alpha", alpha), checks.open_fraction("beta", beta)
    most = _LARGEST_PLAN if size is None else size
    n = 0
    for c in range(most):
        found = _smallest(c, max(n, c + 1), bad, consumer, kind, size, most)
        if found is None:
            break
        n = found
        kept = _single(n, c, good, kind, size)
        if kept >= (1 - producer) * (1 - 1e-12):
            risk = _single(n, c, bad, kind, size)
            return SamplingPlan(n, c, good, bad, kept, risk, producer, consumer, kind, size)
    if size is None:
        raise NotEstimable(f"No sample of up to {_LARGEST_PLAN:,} units keeps both risks.")
    raise NotEstimable("No sample of this lot keeps both risks; inspect every unit.")


def zero_acceptance_size(ltpd: float, *, confidence: float = 0.95, lot: int | None = None) -> int:
    """Units to inspect without a find, to have a rate of ``ltpd`` rejected with ``confidence``.

    The c = 0 plan. Raises OutOfDomain. Source: Squeglia, Zero Acceptance Number Sampling Plans.
    Oracle: R pbinom, dhyper
    """
    bad = checks.open_fraction("ltpd", ltpd) if lot is None else checks.fraction("ltpd", ltpd)
    risk = 1 - checks.open_fraction("confidence", confidence)
    size = None if lot is None else checks.whole("lot", lot, least=1)
    kind: Model = "binomial" if size is None else "hypergeometric"
    if size is not None:
        bad = float(np.floor(bad * size + 0.5)) / size
        if bad == 0:
            raise OutOfDomain("ltpd", ltpd, "a rate of at least one unit in the lot")
    found = _smallest(0, 1, bad, risk, kind, size, size or 10**15)
    if found is None:
        raise OutOfDomain("ltpd", ltpd, "a rate that a sample of this world can show")
    return found


def _smallest(
    c: int, low: int, rate: float, risk: float, kind: Model, lot: int | None, most: int
) -> int | None:
    """The smallest n >= low whose chance to accept ``rate`` with c is at most ``risk``."""
    limit = risk * (1 + 1e-12)  # exact powers such as 0.5 ** 4 are met, not missed by an ulp
    high = low
    while _single(high, c, rate, kind, lot) > limit:
        if high >= most:
            return None
        low, high = high + 1, min(2 * high, most)
    while low < high:
        middle = (low + high) // 2
        if _single(middle, c, rate, kind, lot) <= limit:
            high = middle
        else:
            low = middle + 1
    return high


def _single(n: int, c: int, rate: float, kind: Model, lot: int | None) -> float:
    if kind == "binomial":
        return float(_binomial(n, c, np.array(rate)))
    if kind == "poisson":
        return float(special.pdtr(c, n * rate))
    assert lot is not None
    nonconforming = round(rate * lot)
    k = np.arange(min(c, n, nonconforming) + 1, dtype=np.float64)
    chance = np.exp(_log_hypergeometric(k, n, np.array([float(nonconforming)]), lot))
    return min(1.0, float(chance.sum()))


def _binomial(n: int, c: int, rates: Floats) -> Floats:
    if c >= n:
        return np.ones_like(rates)
    if c < 0:
        return np.zeros_like(rates)
    found: Floats = special.bdtr(c, n, rates)
    return found


def _walk(
    n: Stages, c: Stages, r: Stages, rates: Floats, kind: Model, lot: int | None
) -> tuple[Floats, Floats]:
    """Chance to be accepted at each stage, and to reach it: shapes (stages, rates).

    The state is the count found so far; only counts between c and r go on.
    """
    accepted = np.zeros((len(n), rates.size))
    reached = np.zeros_like(accepted)
    if len(n) == 1 and kind != "hypergeometric":
        whole = (
            special.pdtr(c[0], n[0] * rates) if kind == "poisson" else _binomial(n[0], c[0], rates)
        )
        return whole[None, :], np.ones((1, rates.size))
    state = np.ones((1, rates.size))
    offset, drawn = 0, 0
    for stage, (size, accept, reject) in enumerate(zip(n, c, r, strict=True)):
        reached[stage] = state.sum(axis=0)
        after = np.zeros((max(reject, 1), rates.size))
        for place in range(state.shape[0]):
            before = offset + place
            fresh = _chances(reject - before, size, rates, kind, lot, drawn, before)
            after[before:reject] += state[place] * fresh
        accepted[stage] = after[: accept + 1].sum(axis=0)
        state, offset, drawn = after[accept + 1 :], accept + 1, drawn + size
    return np.minimum(accepted, 1.0), np.minimum(reached, 1.0)


def _chances(
    upto: int, n: int, rates: Floats, kind: Model, lot: int | None, drawn: int, found: int
) -> Floats:
    """P(k found in this stage) for k = 0 ... upto - 1: shape (upto, rates)."""
    k = np.arange(upto, dtype=np.float64)[:, None]
    if kind == "poisson":
        mean = n * rates
        chance: Floats = np.exp(special.xlogy(k, mean) - mean - special.gammaln(k + 1))
        return chance
    possible = k <= n
    if kind == "binomial":
        k = np.minimum(k, n)
        log = -special.betaln(1 + n - k, 1 + k) - np.log1p(n)
        log = log + special.xlogy(k, rates) + special.xlog1py(n - k, -rates)
        return np.where(possible, np.exp(log), 0.0)
    assert lot is not None
    left = np.round(rates * lot) - found
    return np.exp(_log_hypergeometric(k, n, left, lot - drawn))


def _log_hypergeometric(k: Floats, n: int, nonconforming: Floats, lot: int) -> Floats:
    """log P(k of n nonconforming), -inf where it cannot be. k and nonconforming broadcast."""
    good = lot - nonconforming
    can = (nonconforming >= k) & (good >= n - k) & (k <= n) & (nonconforming >= 0)
    k, bad = np.where(can, k, 0), np.where(can, nonconforming, 0)
    good = np.where(can, good, n)
    log = _log_choose(bad, k) + _log_choose(good, n - k) - _log_choose(float(lot), float(n))
    return np.where(can, log, -np.inf)


def _log_choose(n: ArrayLike, k: ArrayLike) -> Floats:
    size, part = np.asarray(n, dtype=np.float64), np.asarray(k, dtype=np.float64)
    log: Floats = -special.betaln(1 + size - part, 1 + part) - np.log1p(size)
    return log


def _screened(n: Stages, accepted: Floats, rates: Floats, lot: int) -> tuple[Floats, Floats]:
    """AOQ and ATI where found units are replaced and rejected lots screened."""
    drawn = np.cumsum(n).astype(np.float64)[:, None]
    aoq: Floats = rates * np.sum(accepted * (lot - drawn), axis=0) / lot
    ati: Floats = np.sum(accepted * drawn, axis=0) + (1 - accepted.sum(axis=0)) * lot
    return aoq, ati


def _stages(
    n: int | Sequence[int], c: int | Sequence[int], r: int | Sequence[int] | None
) -> tuple[Stages, Stages, Stages]:
    sizes = tuple(checks.whole("n", value, least=1) for value in _listed(n))
    accepts = tuple(checks.whole("c", value, least=-1) for value in _listed(c))
    if not sizes or len(accepts) != len(sizes):
        raise OutOfDomain("c", c, f"one accept number for each of {len(sizes)} stages")
    if r is None and len(sizes) > 1:
        raise OutOfDomain("r", None, f"one reject number for each of {len(sizes)} stages")
    last = accepts[-1] + 1 if r is None else r
    rejects = tuple(checks.whole("r", value, least=1) for value in _listed(last))
    if len(rejects) != len(sizes):
        raise OutOfDomain("r", r, f"one reject number for each of {len(sizes)} stages")
    _in_order(sizes, accepts, rejects)
    return sizes, accepts, rejects


def _in_order(sizes: Stages, accepts: Stages, rejects: Stages) -> None:
    if rejects[-1] != accepts[-1] + 1:
        raise OutOfDomain("the last r", rejects[-1], f"c + 1, which is {accepts[-1] + 1}")
    for stage, (accept, reject) in enumerate(zip(accepts, rejects, strict=True)):
        if accept >= reject:
            raise OutOfDomain("c", accept, f"a number below r, which is {reject}")
        if stage and (accept < accepts[stage - 1] or reject < rejects[stage - 1]):
            raise OutOfDomain("c and r", (accepts, rejects), "numbers that do not fall")


def _listed(value: object) -> tuple[object, ...]:
    if isinstance(value, str) or not isinstance(value, (Sequence, np.ndarray)):
        return (value,)
    return tuple(value)


def _model(model: object, lot: int | None) -> Model:
    if model is None:
        return "binomial" if lot is None else "hypergeometric"
    kind: Any = checks.choice("model", model, _MODELS)
    if kind == "hypergeometric" and lot is None:
        raise OutOfDomain("lot", None, "the lot size, for the hypergeometric model")
    found: Model = kind
    return found


def _rates(rates: ArrayLike, kind: Model) -> Floats:
    if kind != "poisson":
        return checks.fractions("rates", rates)
    found = np.atleast_1d(checks.array("rates", rates, dimensions=(0, 1)))
    if (found < 0).any():
        raise OutOfDomain("rates", float(found.min()), "nonconformities per unit, 0 or more")
    return found
