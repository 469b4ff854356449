"""The mean build time of the sample is within the bar."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, unit_refs
from firstoff.rules.evidence import PilotEvidence
from firstoff.rules.evidence.words import counted, listed, minutes, of, trimmed
from firstoff.rules.execution import Reading, UnitFacts
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class BuildTimeWithinBar(RunCriterion):
    kind = "build_time_within_bar"
    title = "Build time, mean"
    needs = "the build time of each counting unit, given or summed over its operations"
    rule = "R-32, R-41"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        reading, bar = evidence.reading, evidence.run.bar
        if bar is None or bar.max_mean_minutes is None:
            return ()
        limit = bar.max_mean_minutes
        threshold = f"at most {trimmed(limit)}\u00a0min"
        times = reading.build_seconds
        if not len(times):
            sentence = "No counting unit has a build time yet."
            return (Answer(Verdict.NO_EVIDENCE, "none measured", threshold, sentence),)
        # In whole milliseconds: a mean that is exactly the limit is within it.
        total = int(np.rint(times * 1000).sum())
        within = total <= limit * 60_000 * len(times)
        mean = total / len(times) / 60_000
        figure = minutes(mean, limit)
        parameters = {"mean_minutes": mean, "limit": str(limit), "n": len(times)}
        against = _against_bench(mean, evidence.run.bench_minutes)
        untimed = _rejected_untimed(reading)
        waiting = bar.sample - len(times) - len(untimed)
        if waiting > 0:
            missing = counted(waiting, "counting unit has", "counting units have")
            sentence = f"{figure} so far; {missing} no build time yet.{against}"
            return (Answer(Verdict.NO_EVIDENCE, figure, threshold, sentence, (), parameters),)
        verdict = Verdict.MET if within else Verdict.NOT_MET
        over = f"{len(times):,} units"
        if untimed:
            over = f"the {of(len(times), bar.sample)} units that have a build time"
            names = listed([unit.serial for unit in untimed])
            none = (
                "was rejected and has none" if len(untimed) == 1 else "were rejected and have none"
            )
            against = f" {names} {none}.{against}"
        sentence = f"{figure} on average over {over}, bar {threshold}.{against}"
        records = unit_refs(state.unit for state in reading.sample)
        return (
            Answer(verdict, figure, threshold, sentence, records, parameters, "arithmetic mean"),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot(build_minutes=6)),
            Example(Verdict.NOT_MET, samples.pilot(build_minutes=11)),
            Example(Verdict.MET, samples.pilot(rejects=1, untimed=1)),
            Example(Verdict.NO_EVIDENCE, samples.pilot(build_minutes=None)),
        )


def _rejected_untimed(reading: Reading) -> list[UnitFacts]:
    """Rejects that were never built to the end: nobody can know how long they would have taken."""
    return [state.unit for state in reading.rejects if state.build_seconds is None]


def _against_bench(mean: float, bench: Decimal | None) -> str:
    if not bench:
        return ""
    return f" {mean / float(bench):.2f} times the bench time of {trimmed(bench)}\u00a0min."
