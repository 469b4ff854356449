"""Chains of tolerances, judged three ways: worst case, root sum of squares, Monte Carlo (R-14)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from firstoff import stats
from firstoff.errors import InvalidInput
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.product import CharacteristicFacts
from firstoff.rules.tolerance.figures import same_unit, varied
from firstoff.rules.tolerance.holding import ProcessFacts
from firstoff.rules.tolerance.studies import StudyFacts, usable
from firstoff.terms import Verdict

_DRAWS = 100_000
_SEED = 20_260_101  # the same chain gives the same figure on every page
_THREE_SIGMA = 0.0027

Key = tuple[str, str, str]  # part, revision, number of a characteristic


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A link of a chain as it is reckoned with. ``measured``: values of recorded units;
    ``studied``: those of a study; ``process``: figures of the library; none of them: what the
    tolerance alone says."""

    name: str
    nominal: Decimal
    lower: Decimal
    upper: Decimal
    sensitivity: Decimal
    process: ProcessFacts | None = None
    measured: tuple[float, ...] = ()
    shape: str = "normal"
    studied: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """A chain judged three ways (R-14). ``simulated``: the fraction outside its limits, of
    ``draws`` made up assemblies, with its interval at 95 %."""

    code: str
    name: str
    stack: stats.Stack
    simulated: float
    interval: tuple[float, float]
    draws: int
    verdict: Verdict
    sentence: str
    rests_on: str  # tolerances alone, the library, studies, records


def chain_links(
    chain: FrozenStack,
    characteristics: Mapping[Key, CharacteristicFacts],
    *,
    part: str = "",
    revision: str = "",
    processes: Mapping[Key, ProcessFacts] | None = None,
    measured: Mapping[Key, Sequence[float]] | None = None,
    studies: Mapping[Key, StudyFacts] | None = None,
) -> tuple[ChainLink, ...]:
    """The links with what is known of each; keys are (part, revision, number).

    Raises InvalidInput where a link has no tolerance on both sides.
    """
    found = []
    for place, link in enumerate(chain.links, 1):
        key = (link.part or part, link.revision or revision, link.characteristic)
        of = characteristics.get(key) if link.characteristic else None
        found.append(
            _chain_link(
                chain,
                place,
                link,
                of,
                (processes or {}).get(key),
                tuple((measured or {}).get(key, ())),
                usable((studies or {}).get(key), of),
            )
        )
    return tuple(found)


def _chain_link(
    chain: FrozenStack,
    place: int,
    link: FrozenStackLink,
    of: CharacteristicFacts | None,
    process: ProcessFacts | None,
    measured: tuple[float, ...],
    studied: tuple[float, ...],
) -> ChainLink:
    lower = link.lower if of is None else of.lower
    upper = link.upper if of is None else of.upper
    name = link.name or (of.label if of else f"link {place}")
    if lower is None or upper is None:
        raise InvalidInput(
            f"Chain {chain.code}, link {place}, {name}: it has no limit on each side, so it adds "
            "no known amount.",
            way_out="Give it limits on both sides.",
            field="links",
            row=place - 1,
        )
    if link.distribution and link.distribution not in _SHAPES:
        raise InvalidInput(
            f"Chain {chain.code}, link {place}: {link.distribution!r} is no distribution.",
            way_out=f"Expected one of {', '.join(_SHAPES)}.",
            field="distribution",
            row=place - 1,
        )
    if process is not None and (of is None or not same_unit(process.unit, of.unit)):
        process = None  # a spread in inches adds nothing known to millimetres
    given = link.nominal if of is None else of.nominal
    nominal = (lower + upper) / 2 if given is None else given
    shape = link.distribution or "normal"
    return ChainLink(
        name, nominal, lower, upper, link.sensitivity, process, measured, shape, studied
    )


def judge_chain(chain: FrozenStack, links: Sequence[ChainLink]) -> ChainVerdict:
    """Worst case, root of the sum of squares, and Monte Carlo, against the chain's own limits.

    Met where the worst case holds, or where the simulation puts under 0.27 % outside (three
    sigma). Raises InvalidInput without a link or without a limit.
    """
    if not links:
        raise InvalidInput(f"Chain {chain.code} has no link.", field="links")
    low, high = _decimal(chain.lower), _decimal(chain.upper)
    if low is None and high is None:
        raise InvalidInput(f"Chain {chain.code} has no limit to hold.", field="lower")
    made = [_stats_link(link) for link in links]
    found = stats.stack(made, lower=low, upper=high)
    drawn = stats.simulate_stack(made, lower=low, upper=high, draws=_DRAWS, seed=_SEED).outside
    assert drawn is not None  # there is a limit
    outside = drawn.estimate
    holds = bool(found.worst_holds) or outside <= _THREE_SIGMA
    consequence = f" {chain.consequence.strip().rstrip('.')}" if chain.consequence.strip() else ""
    share = _percent(outside)
    sentence = (
        f"{chain.name}: the worst case holds"
        if found.worst_holds
        else f"{chain.name}:{consequence or ' it lies outside its limits'} on {share} of "
        "assemblies"
    )
    basis = _basis(links)
    return ChainVerdict(
        chain.code,
        chain.name,
        found,
        outside,
        (drawn.lower, drawn.upper),
        _DRAWS,
        Verdict.MET if holds else Verdict.NOT_MET,
        f"{sentence}, reckoned with {basis}.",
        basis,
    )


def _stats_link(link: ChainLink) -> stats.Link:
    nominal, slope = float(link.nominal), float(link.sensitivity)
    plus, minus = float(link.upper) - nominal, nominal - float(link.lower)
    if seen := _seen(link):
        return stats.measured_link(
            link.name, seen, nominal=nominal, plus=plus, minus=minus, sensitivity=slope
        )
    if link.process is not None:
        return stats.link(
            link.name,
            nominal,
            plus=plus,
            minus=minus,
            sensitivity=slope,
            mean=float(link.lower + link.upper) / 2 + float(link.process.shift),
            sigma=float(link.process.spread),
            n=link.process.values,
        )
    return stats.link(
        link.name, nominal, plus=plus, minus=minus, sensitivity=slope, shape=_SHAPES[link.shape]
    )


_SHAPES: dict[str, Literal["normal", "uniform", "triangular"]] = {
    "normal": "normal",
    "uniform": "uniform",
    "triangular": "triangular",
}


def _basis(links: Iterable[ChainLink]) -> str:
    kinds = {_source(link) for link in links}
    if kinds == {""}:
        return "the tolerances alone, each filled at three sigma"
    return " and ".join(words for kind, words in _WORDS.items() if kind in kinds)


_WORDS = {
    "records": "units measured",
    "studies": "studies",
    "library": "figures of the library",
    "": "tolerances",
}


def _source(link: ChainLink) -> str:
    if varied(link.measured):
        return "records"
    if link.studied:
        return "studies"
    return "library" if link.process else ""


def _seen(link: ChainLink) -> tuple[float, ...]:
    """What was measured of a link: of recorded units, else in a study. Values that are all equal
    show no spread to add up."""
    return link.measured if varied(link.measured) else link.studied


def _percent(fraction: float) -> str:
    if fraction < 0.001:
        return "under 0.1\u00a0%"
    return f"{fraction * 100:.2g}\u00a0%"


def _decimal(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
