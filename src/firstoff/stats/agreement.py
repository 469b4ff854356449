"""Attribute agreement: do inspectors agree with themselves, with each other, with the truth?"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData
from firstoff.stats.kappa import Kappa, Labels, cohen_kappa, fleiss_kappa, labelled
from firstoff.stats.proportions import Proportion, proportion

Rated = Mapping[str, Sequence[tuple[Hashable, ...]]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An attribute study. within: by appraiser, all trials alike; against_standard: by appraiser,
    all trials right; between: all appraisers alike on all trials; all_right: and right.

    missed: of the trials on bad units, by appraiser, those that passed them; false_alarms: of the
    trials on good ones, those that failed them; both need ``bad``.
    kappa_within: Fleiss' over an appraiser's own trials; kappa_standard: Cohen's of all calls with
    the truth; kappa_pairs: Cohen's of two appraisers trial by trial, "Ann, Bo"; kappa_between:
    Fleiss' of all trials. None where kappa is not defined, as with one category or one trial.
    """

    appraisers: tuple[str, ...]
    within: Mapping[str, Proportion]
    against_standard: Mapping[str, Proportion]
    between: Proportion
    all_right: Proportion | None
    missed: Mapping[str, Proportion]
    false_alarms: Mapping[str, Proportion]
    kappa_between: Kappa | None
    kappa_within: Mapping[str, Kappa | None]
    kappa_standard: Mapping[str, Kappa | None]
    kappa_pairs: Mapping[str, Kappa | None]


def agreement(
    appraisers: Mapping[str, Sequence[Labels]],
    *,
    standard: Labels | None = None,
    bad: Hashable | None = None,
    confidence: float = 0.95,
) -> Agreement:
    """An attribute agreement study.

    appraisers: name to ratings, one sequence of trials for each unit; standard: the truth for each
    unit; bad: the rating that rejects. Intervals are Clopper-Pearson's.
    Raises TooFewData, OutOfDomain. Source: AIAG MSA 4th ed. ch. III C. Oracle: R binom.test, irr
    """
    if not isinstance(appraisers, Mapping):
        raise OutOfDomain("appraisers", appraisers, "names with their ratings")
    if not appraisers:
        raise TooFewData(needed=1, got=0, what="appraisers")
    rated = {str(name): _trials(f"ratings of {name}", units) for name, units in appraisers.items()}
    if standard is not None:
        standard = labelled("standard", standard)
    names = tuple(rated)
    units = len(rated[names[0]])
    _same_shape(rated, units, standard)

    def share(good: int) -> Proportion:
        return proportion(good, units, confidence=confidence)

    alike = {name: share(sum(len(set(unit)) == 1 for unit in rated[name])) for name in names}
    every = [{call for name in names for call in rated[name][unit]} for unit in range(units)]
    right: dict[str, Proportion] = {}
    all_right = None
    if standard is not None:
        for name in names:
            own = [set(unit) for unit in rated[name]]
            right[name] = share(_matches(own, standard))
        all_right = share(_matches(every, standard))
    missed, alarms = _mistakes(rated, standard, bad, confidence)
    return Agreement(
        names,
        alike,
        right,
        share(sum(len(seen) == 1 for seen in every)),
        all_right,
        missed,
        alarms,
        _between(rated, units),
        {name: _fleiss(rated[name]) for name in names},
        {} if standard is None else {name: _with_truth(rated[name], standard) for name in names},
        {f"{a}, {b}": _pair(rated[a], rated[b]) for a, b in combinations(names, 2)},
    )


def _trials(name: str, units: object) -> list[tuple[Hashable, ...]]:
    if not isinstance(units, (list, tuple, np.ndarray)):
        raise OutOfDomain(name, units, "one sequence of trials for each unit")
    return [tuple(labelled(f"{name}, unit {i + 1}", unit)) for i, unit in enumerate(units)]


def _matches(calls: Sequence[set[Hashable]], standard: Labels) -> int:
    return sum(seen == {true} for seen, true in zip(calls, standard, strict=True))


def _same_shape(rated: Rated, units: int, standard: Labels | None) -> None:
    if units == 0:
        raise TooFewData(needed=1, got=0, what="units")
    for name, ratings in rated.items():
        if len(ratings) != units or any(not unit for unit in ratings):
            raise OutOfDomain(f"ratings of {name}", len(ratings), f"trials of all {units} units")
    if standard is not None and len(standard) != units:
        raise OutOfDomain("standard", f"of {len(standard)}", f"one for each of {units} units")


def _mistakes(
    rated: Rated, standard: Labels | None, bad: Hashable | None, confidence: float
) -> tuple[dict[str, Proportion], dict[str, Proportion]]:
    missed: dict[str, Proportion] = {}
    alarms: dict[str, Proportion] = {}
    if standard is None or bad is None:
        return missed, alarms
    for name, ratings in rated.items():
        calls = [
            (true == bad, call == bad)
            for unit, true in zip(ratings, standard, strict=True)
            for call in unit
        ]
        for kind, truth in ((missed, True), (alarms, False)):
            of = [called for is_bad, called in calls if is_bad is truth]
            if of:
                wrong = sum(called is not truth for called in of)
                kind[name] = proportion(wrong, len(of), confidence=confidence)
    return missed, alarms


def _between(rated: Rated, units: int) -> Kappa | None:
    return _fleiss(
        [
            tuple(call for ratings in rated.values() for call in ratings[unit])
            for unit in range(units)
        ]
    )


def _fleiss(rows: Sequence[tuple[Hashable, ...]]) -> Kappa | None:
    if len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:
        return None
    try:
        return fleiss_kappa(rows)
    except NotEstimable:
        return None


def _with_truth(ratings: Sequence[tuple[Hashable, ...]], standard: Labels) -> Kappa | None:
    pairs = [(call, true) for unit, true in zip(ratings, standard, strict=True) for call in unit]
    return _cohen(pairs)


def _pair(
    first: Sequence[tuple[Hashable, ...]], second: Sequence[tuple[Hashable, ...]]
) -> Kappa | None:
    if any(len(one) != len(other) for one, other in zip(first, second, strict=True)):
        return None  # trials that have no partner cannot be set against each other
    return _cohen(
        [
            pair
            for one, other in zip(first, second, strict=True)
            for pair in zip(one, other, strict=True)
        ]
    )


def _cohen(pairs: Sequence[tuple[Hashable, Hashable]]) -> Kappa | None:
    try:
        return cohen_kappa([one for one, _ in pairs], [other for _, other in pairs])
    except NotEstimable:
        return None
