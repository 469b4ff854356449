"""Attribute agreement: do inspectors agree with themselves, with each other, with the truth?"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from firstoff.stats.errors import NotEstimable, OutOfDomain, TooFewData
from firstoff.stats.kappa import Kappa, Labels, fleiss_kappa
from firstoff.stats.proportions import Proportion, proportion

Rated = Mapping[str, Sequence[tuple[Hashable, ...]]]


@dataclass(frozen=True, slots=True)
class Agreement:
    """An attribute study. within: by appraiser, all trials alike; against_standard: by appraiser,
    all trials right; between: all appraisers alike on all trials; all_right: and right.

    missed: of the trials on bad units, by appraiser, those that passed them; false_alarms: of the
    trials on good ones, those that failed them; both need ``bad``. kappa_between: of all trials,
    None where it is not defined.
    """

    appraisers: tuple[str, ...]
    within: Mapping[str, Proportion]
    against_standard: Mapping[str, Proportion]
    between: Proportion
    all_right: Proportion | None
    missed: Mapping[str, Proportion]
    false_alarms: Mapping[str, Proportion]
    kappa_between: Kappa | None


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
    if not appraisers:
        raise TooFewData(needed=1, got=0, what="appraisers")
    rated = {str(name): [tuple(unit) for unit in units] for name, units in appraisers.items()}
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
    )


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
    rows = [
        [call for ratings in rated.values() for call in ratings[unit]] for unit in range(units)
    ]
    if len(rows[0]) < 2 or len({len(row) for row in rows}) > 1:
        return None
    try:
        return fleiss_kappa(rows)
    except NotEstimable:
        return None
