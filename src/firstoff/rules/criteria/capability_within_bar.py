"""The capability of each characteristic the bar names is shown at its lower bound."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstoff import stats
from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, unit_refs
from firstoff.rules.evidence import PilotEvidence, Ref
from firstoff.rules.evidence.words import counted, index, of
from firstoff.rules.execution import BarCapability
from firstoff.rules.product import CharacteristicFacts
from firstoff.terms import Verdict

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class CapabilityWithinBar(RunCriterion):
    kind = "capability_within_bar"
    title = "Capability"
    needs = "a measured value of the characteristic on every counting unit; its limits"
    rule = "R-13, R-32, R-41"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        bar = evidence.run.bar
        if bar is None:
            return ()
        return tuple(_one(evidence, wanted) for wanted in bar.capabilities)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot(spread=0.03)),
            Example(Verdict.NOT_MET, samples.pilot(spread=0.12)),
            Example(Verdict.NO_EVIDENCE, samples.pilot(spread=None)),
        )


def _one(evidence: PilotEvidence, wanted: BarCapability) -> Answer:
    number = wanted.characteristic
    threshold = f"at least {index(float(wanted.minimum))}, lower bound"
    found = evidence.baseline.characteristic(number)
    title = f"Capability of {found.label if found else number}"
    if found is None or not found.limits:
        sentence = f"The baseline has no characteristic {number} with limits."
        return Answer(
            Verdict.NO_EVIDENCE, "no limits", threshold, sentence, subject=number, title=title
        )
    counting = evidence.reading.sample_units
    rows = [m for m in evidence.measurements.get(number, ()) if m.unit in counting]
    values = {m.unit: m.value for m in rows if m.value is not None}
    sample = 0 if evidence.run.bar is None else evidence.run.bar.sample
    if len(values) < sample or len(values) < 2:
        seen = of(len(values), max(sample, len(counting)))
        sentence = f"{seen} counting units have a value of {found.label}; all of them need one."
        return Answer(
            Verdict.NO_EVIDENCE,
            f"{len(values)} measured",
            threshold,
            sentence,
            parameters={"measured": len(values), "wanted": sample},
            subject=number,
            title=title,
        )
    refs = unit_refs(counting[unit] for unit in values)
    tests = tuple(Ref("test", m.uid, counting[m.unit].serial) for m in rows[:100])
    in_order = np.array([values[unit] for unit in counting if unit in values])
    return _judged(found, wanted, in_order, threshold, title, tests or refs)


def _judged(
    found: CharacteristicFacts,
    wanted: BarCapability,
    values: NDArray[np.float64],
    threshold: str,
    title: str,
    records: tuple[Ref, ...],
) -> Answer:
    low = None if found.lower is None else float(found.lower)
    high = None if found.upper is None else float(found.upper)
    try:
        shown = stats.capability(values, lower=low, upper=high, confidence=CONFIDENCE)
    except stats.NoVariation:
        sentence = (
            f"All {len(values):,} values of {found.label} are equal: the gauge does not resolve "
            "the spread, so no capability can be computed."
        )
        return Answer(
            Verdict.NO_EVIDENCE,
            "no spread",
            threshold,
            sentence,
            records,
            subject=found.number,
            title=title,
        )
    least = float(wanted.minimum)
    verdict = Verdict.MET if shown.ppk_lower >= least else Verdict.NOT_MET
    outside = shown.observed_below + shown.observed_above
    beyond = (
        f" {counted(outside, 'value lies', 'values lie')} outside the limits." if outside else ""
    )
    sentence = (
        f"Ppk {index(shown.ppk)}, lower 95\u00a0% bound {index(shown.ppk_lower, least)}, from "
        f"{len(values):,} values against {found.limits}.{beyond}"
    )
    parameters = {
        "ppk": shown.ppk,
        "ppk_lower": shown.ppk_lower,
        "mean": shown.mean,
        "sd": shown.sd,
        "n": shown.n,
        "lower": None if found.lower is None else str(found.lower),
        "upper": None if found.upper is None else str(found.upper),
        "minimum": str(wanted.minimum),
        "confidence": CONFIDENCE,
    }
    return Answer(
        verdict,
        f"{index(shown.ppk)}, lower {index(shown.ppk_lower, least)}",
        threshold,
        sentence,
        records,
        parameters,
        f"Ppk, one-sided lower 95\u00a0% bound ({shown.bound_method})",
        found.number,
        title,
    )
