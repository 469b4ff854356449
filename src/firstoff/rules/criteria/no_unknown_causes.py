"""Every defect has a cause that is known."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion
from firstoff.rules.evidence import PilotEvidence, Ref
from firstoff.rules.evidence.words import counted, listed
from firstoff.rules.nonconformity import is_failed_try, unknown_causes
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class NoUnknownCauses(RunCriterion):
    kind = "no_unknown_causes"
    title = "Causes of all defects known"
    needs = "defects of counting units and the latest cause of each, earlier held batches included"
    rule = "R-34"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        reading = evidence.reading
        threshold = "all"
        if not reading.judged:
            sentence = "No counting unit is judged yet."
            return (Answer(Verdict.NO_EVIDENCE, "none judged", threshold, sentence),)
        earlier = [r for r in evidence.earlier_readings if is_failed_try(r)]
        runs = [*earlier, reading]
        total = sum(len(r.counting_defects) for r in runs)
        unknown = unknown_causes(runs)
        bare = [
            state.unit for state in reading.rejects if not reading.reject_defects[state.unit.id]
        ]
        parameters = {"defects": total, "unknown": len(unknown), "without_defect": len(bare)}
        if unknown or bare:
            codes = dict.fromkeys(
                f"{defect.code} {defect.name} of {run.batch_id}" for run, defect in unknown
            )
            records = tuple(Ref("defect", d.uid, d.code) for _, d in unknown[:100])
            parts = []
            if unknown:
                parts.append(
                    f"{counted(len(unknown), 'defect has', 'defects have')} an unknown cause: "
                    f"{listed(list(codes))}."
                )
            if bare:
                names = listed([unit.serial for unit in bare])
                parts.append(f"Rejected without a defect: {names}.")
            figure = f"{len(unknown) + len(bare)} unknown"
            return (
                Answer(Verdict.NOT_MET, figure, threshold, " ".join(parts), records, parameters),
            )
        if not total:
            sentence = "No counting unit has a defect."
            return (Answer(Verdict.MET, "no defect", threshold, sentence, parameters=parameters),)
        which = "the one defect" if total == 1 else f"all {total:,} defects"
        sentence = f"The cause of {which} is known."
        return (Answer(Verdict.MET, f"{total} known", threshold, sentence, parameters=parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot(rejects=1)),
            Example(Verdict.NOT_MET, samples.pilot(rejects=1, cause_class="unknown")),
            Example(Verdict.NO_EVIDENCE, samples.pilot(units=0)),
        )
