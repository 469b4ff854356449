"""How many of a lot are looked at, and how many of them may fail: the words of a plan, read.

Sampling is stated on an inspection plan, and on a line where it differs:

- ``{"kind": "all"}``
- ``{"kind": "fixed", "n": 5, "accept": 0}``
- ``{"kind": "aql", "aql": "0.65", "level": "II", "inspection": "normal"}``, or with
  ``"zero": true`` the same sample at accept number 0
- ``{"kind": "c0", "ltpd": "0.1", "confidence": "0.9"}``: nothing may fail, and a lot of which this
  share does not conform is found out with this confidence
- ``{"kind": "interval", "share": "0.1", "most": 30}``: one unit of each interval, which is at
  most this share of the batch and at most so many units (R-52)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from typing import Any, cast

from firstoff.errors import InvalidInput
from firstoff.stats.errors import StatsError
from firstoff.stats.sampling import zero_acceptance_size
from firstoff.stats.standard_plans import Inspection, Level, aql_labels, standard_plan
from firstoff.terms import InspectionKind

SCHEMES: Mapping[str, str] = {
    "all": "All of the lot",
    "fixed": "A fixed number",
    "aql": "By AQL (ISO 2859-1)",
    "c0": "None may fail (c = 0)",
    "interval": "One of each interval",
}
LEVELS: tuple[Level, ...] = ("I", "II", "III", "S-1", "S-2", "S-3", "S-4")
INSPECTIONS: tuple[Inspection, ...] = ("normal", "tightened", "reduced")
_LARGEST = 1_000_000  # pieces of a fixed sample
_FIELDS: Mapping[str, frozenset[str]] = {
    "all": frozenset(),
    "fixed": frozenset({"n", "accept"}),
    "aql": frozenset({"aql", "level", "inspection", "zero"}),
    "c0": frozenset({"ltpd", "confidence"}),
    "interval": frozenset({"share", "most"}),
}
# What makes sense when: a first article is a piece or some, in process there is no lot yet.
SCHEMES_OF: Mapping[InspectionKind, tuple[str, ...]] = {
    InspectionKind.INCOMING: ("aql", "c0", "fixed", "all"),
    InspectionKind.FIRST_ARTICLE: ("fixed", "all"),
    InspectionKind.IN_PROCESS: ("interval", "all"),
    InspectionKind.TOP_OF_PRODUCTION: ("fixed", "all"),
    InspectionKind.FINAL: ("aql", "c0", "fixed", "all"),
}
_AQL = {"kind": "aql", "aql": "0.65", "level": "II", "inspection": "normal", "zero": True}
DEFAULTS: Mapping[InspectionKind, Mapping[str, Any]] = {
    InspectionKind.INCOMING: _AQL,  # of a bought part its critical ones are looked at
    InspectionKind.FIRST_ARTICLE: {"kind": "fixed", "n": 1, "accept": 0},
    InspectionKind.IN_PROCESS: {"kind": "interval", "share": "0.1", "most": 30},
    InspectionKind.TOP_OF_PRODUCTION: {"kind": "fixed", "n": 5, "accept": 0},
    InspectionKind.FINAL: {"kind": "aql", "aql": "1.0", "level": "II", "inspection": "normal"},
}


@dataclass(frozen=True, slots=True)
class Sample:
    """How many pieces of a lot, and how many of them may fail. ``scheme``: said to people."""

    size: int
    accept: int
    scheme: str
    letter: str = ""  # code letter, of a plan by AQL


def sample_of(sampling: Mapping[str, Any], lot: Decimal) -> Sample:
    """The sample of a lot. Raises InvalidInput where the plan's words mean nothing.

    lot: how much there is; what is no whole number of pieces counts up to the next.
    """
    size = max(1, int(lot.to_integral_value(rounding=ROUND_CEILING)))
    kind = sampling.get("kind") or "all"
    if kind == "all":
        return Sample(size, 0, f"all {size:,}" if size > 1 else "the one piece")
    if kind == "fixed":
        n, accept = _whole(sampling, "n", 1), _whole(sampling, "accept", 0, default=0)
        return Sample(min(n, size), accept, f"{min(n, size):,} of {size:,}")
    if kind == "aql":
        return _by_aql(sampling, size)
    if kind == "c0":
        return _by_zero(sampling, size)
    if kind == "interval":
        return _by_interval(sampling, size)
    raise InvalidInput(
        f"The plan samples by {str(kind)[:40]!r}; expected {', '.join(SCHEMES)}.", field="sampling"
    )


def check_sampling(sampling: Mapping[str, Any], kind: InspectionKind) -> dict[str, Any]:
    """The sampling with what is usual where nothing is said. Raises InvalidInput."""
    scheme = sampling.get("kind") or "all"
    if scheme not in SCHEMES_OF[kind]:
        raise InvalidInput(
            f"{_name(kind)} cannot sample by {str(scheme)[:40]!r}; expected one of "
            f"{', '.join(SCHEMES_OF[kind])}.",
            field="sampling",
        )
    odd = sorted(set(sampling) - _FIELDS[scheme] - {"kind"})
    if odd:
        raise InvalidInput(
            f"Sampling by {scheme} knows no {odd[0][:40]!r}; expected "
            f"{', '.join(sorted(_FIELDS[scheme])) or 'nothing more'}.",
            field="sampling",
        )
    usual = _USUAL.get(scheme, {})
    found = {"kind": scheme, **usual, **{k: v for k, v in sampling.items() if v is not None}}
    found = {name: str(v) if isinstance(v, Decimal) else v for name, v in found.items()}
    if isinstance(found.get("n"), int) and found["n"] > _LARGEST:
        raise InvalidInput(f"The sample is {found['n']:,}; expected at most {_LARGEST:,}.",
                           field="sampling")  # fmt: skip
    if scheme == "aql" and not isinstance(found.get("zero", False), bool):
        raise InvalidInput("zero is true or false.", field="sampling")
    sample_of(found, Decimal(1000))  # whatever it refuses cannot stand on a plan
    return found


_USUAL: Mapping[str, Mapping[str, Any]] = {
    "fixed": {"accept": 0},
    "aql": {"level": "II", "inspection": "normal"},
    "c0": {"confidence": "0.9"},
    "interval": {"share": "0.1", "most": 30},
}


def sampling_words(sampling: Mapping[str, Any]) -> str:
    """How it samples, as people say it; what cannot be read is said so."""
    try:
        return _words(sampling)
    except InvalidInput as error:
        return error.message


def _words(sampling: Mapping[str, Any]) -> str:
    kind = sampling.get("kind") or "all"
    if kind == "fixed":
        return f"{_whole(sampling, 'n', 1):,}, {_may(_whole(sampling, 'accept', 0, default=0))}"
    if kind == "aql":
        said = f"AQL {sampling.get('aql', '')}, level {sampling.get('level') or 'II'}"
        said += f", {sampling.get('inspection') or 'normal'}"
        return said + (", accept number 0" if sampling.get("zero") else "")
    if kind == "c0":
        share, confidence = _share(sampling, "ltpd"), _share(sampling, "confidence", "0.9")
        return f"none may fail; finds {_percent(share)} with {_percent(confidence)} confidence"
    if kind == "interval":
        share, most = _share(sampling, "share", "0.1"), _whole(sampling, "most", 1, default=30)
        return f"one in {most} or more often: at most {_percent(share)} of the batch between"
    return "all" if kind == "all" else f"unknown: {str(kind)[:40]}"


def _may(accept: int) -> str:
    return "none may fail" if accept == 0 else f"at most {accept} may fail"


def wider_than_usual(sampling: Mapping[str, Any]) -> bool:
    """Whether an interval is longer than R-52 takes by default."""
    if sampling.get("kind") != "interval":
        return False
    share, most = _share(sampling, "share", "0.1"), _whole(sampling, "most", 1, default=30)
    return share > Decimal("0.1") or most > 30


def _by_aql(sampling: Mapping[str, Any], size: int) -> Sample:
    aql, level = str(sampling.get("aql", "")), sampling.get("level") or "II"
    inspection = sampling.get("inspection") or "normal"
    if level not in LEVELS or inspection not in INSPECTIONS or not aql:
        raise InvalidInput(
            f"The plan samples by AQL {aql or 'of nothing'}, level {str(level)[:20]}, "
            f"{str(inspection)[:20]}; expected an AQL such as 0.65, level I, II, III or S-1 to "
            "S-4, and normal, tightened or reduced.",
            field="sampling",
        )
    try:
        plan = standard_plan(
            max(size, 2),
            aql=aql,
            level=cast(Level, level),
            inspection=cast(Inspection, inspection),
        )
    except StatsError as error:
        raise InvalidInput(
            f"The sampling of the plan: {error.message}",
            way_out=f"Expected one of {', '.join(aql_labels())}.",
            field="sampling",
        ) from error
    if size < 2:
        return Sample(1, 0, "the one piece")
    accept = 0 if sampling.get("zero") else plan.c[-1]
    said = f"AQL {plan.aql}, level {level}, code letter {plan.letter_used}"
    said += ", accept number 0" if sampling.get("zero") else ""
    return Sample(min(plan.n[0], size), accept, said, plan.letter_used)


def _by_zero(sampling: Mapping[str, Any], size: int) -> Sample:
    share, confidence = _share(sampling, "ltpd"), _share(sampling, "confidence", "0.9")
    if size < 2:
        return Sample(1, 0, "the one piece")
    try:
        n = zero_acceptance_size(float(share), confidence=float(confidence), lot=size)
    except StatsError as error:
        raise InvalidInput(
            f"The sampling of the plan: {error.message}", field="sampling"
        ) from error
    said = f"c = 0, finds {_percent(share)} with {_percent(confidence)} confidence"
    return Sample(min(n, size), 0, said)


def _by_interval(sampling: Mapping[str, Any], size: int) -> Sample:
    share, most = _share(sampling, "share", "0.1"), _whole(sampling, "most", 1, default=30)
    every = max(1, min(most, int(size * share)))
    return Sample(-(-size // every), 0, f"1 in {every}" if every > 1 else "each one")


def _whole(sampling: Mapping[str, Any], name: str, least: int, default: int | None = None) -> int:
    found = sampling.get(name, default)
    if isinstance(found, bool) or not isinstance(found, int) or found < least:
        raise InvalidInput(
            f"The plan's sampling has {name} {found!r}; expected a whole number from {least}.",
            field="sampling",
        )
    return found


def _share(sampling: Mapping[str, Any], name: str, default: str = "") -> Decimal:
    """A fraction above 0 and below 1, from its text."""
    said = sampling.get(name, default)
    try:
        found = Decimal(said) if isinstance(said, str | Decimal) else Decimal(str(said))
    except InvalidOperation:
        found = Decimal("NaN")
    odd = isinstance(said, bool) or len(str(said)) > 20 or not found.is_finite()
    if odd or not Decimal("0.00001") <= found < 1:
        raise InvalidInput(
            f"The plan's sampling has {name} {str(said)[:40]!r}; expected a fraction from "
            "0.00001 to below 1, such as 0.1.",
            field="sampling",
        )
    return found


def _percent(share: Decimal) -> str:
    return f"{(share * 100).normalize():f}\u00a0%"


def _name(kind: InspectionKind) -> str:
    return f"An inspection of the kind {kind.value.replace('_', ' ')}"
