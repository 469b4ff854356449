"""The mean build time of the sample is within the bar."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, unit_refs
from firstoff.rules.evidence import PilotEvidence
from firstoff.rules.evidence.words import counted, minutes, trimmed
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
        times = [
            state.build_seconds for state in reading.sample if state.build_seconds is not None
        ]
        if not times:
            sentence = "No counting unit has a build time yet."
            return (Answer(Verdict.NO_EVIDENCE, "none measured", threshold, sentence),)
        # In whole milliseconds: a mean that is exactly the limit is within it.
        total = sum(round(seconds * 1000) for seconds in times)
        within = total <= limit * 60_000 * len(times)
        mean = total / len(times) / 60_000
        figure = minutes(mean, limit)
        parameters = {"mean_minutes": mean, "limit": str(limit), "n": len(times)}
        bench = evidence.run.bench_minutes
        against = (
            f" {mean / float(bench):.2f} times the bench time of {trimmed(bench)}\u00a0min."
            if bench
            else ""
        )
        if len(times) < bar.sample:
            missing = counted(bar.sample - len(times), "counting unit has", "counting units have")
            sentence = f"{figure} so far; {missing} no build time yet.{against}"
            return (Answer(Verdict.NO_EVIDENCE, figure, threshold, sentence, (), parameters),)
        verdict = Verdict.MET if within else Verdict.NOT_MET
        sentence = f"{figure} on average over {len(times):,} units, bar {threshold}.{against}"
        records = unit_refs(state.unit for state in reading.sample)
        return (
            Answer(verdict, figure, threshold, sentence, records, parameters, "arithmetic mean"),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot(build_minutes=6)),
            Example(Verdict.NOT_MET, samples.pilot(build_minutes=11)),
            Example(Verdict.NO_EVIDENCE, samples.pilot(build_minutes=None)),
        )
