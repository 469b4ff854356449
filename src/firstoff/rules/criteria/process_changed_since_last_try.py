"""A repeat follows a recorded change of the process: otherwise passing may be luck."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, when
from firstoff.rules.evidence import PilotEvidence, Ref, tries
from firstoff.rules.evidence.words import counted, listed, ordinal
from firstoff.rules.nonconformity import changes_between, is_failed_try
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class ProcessChangedSinceLastTry(RunCriterion):
    kind = "process_changed_since_last_try"
    title = "Process changed since the last try"
    needs = "earlier batches that were not signed off, and when each action took effect"
    rule = "R-46"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        earlier = [r for r in evidence.earlier_readings if is_failed_try(r)]
        if not earlier:
            return ()
        last = max(earlier, key=lambda r: r.run.number)
        before, began = last.last_unit_at, evidence.began_at
        threshold = "at least one change"
        if began is None or before is None:
            sentence = "The batch has not begun."
            return (Answer(Verdict.NO_EVIDENCE, "not begun", threshold, sentence),)
        changes = changes_between(evidence.actions, before, began)
        counted_tries = tries(evidence)
        number = 0 if counted_tries is None else counted_tries.since_change
        parameters = {
            "after": when(before),
            "until": when(began),
            "changes": [a.label for a in changes],
            "tries_since_change": number,
        }
        if not changes:
            sentence = (
                f"No process change is recorded between {last.run.batch_id} and this batch: this "
                f"is the {ordinal(number)} try of the same process."
            )
            return (
                Answer(Verdict.NOT_MET, "no change", threshold, sentence, parameters=parameters),
            )
        names = listed([f"{a.label} ({a.what})" for a in changes])
        figure = counted(len(changes), "change")
        return (
            Answer(
                Verdict.MET,
                figure,
                threshold,
                f"Changed since {last.run.batch_id}: {names}.",
                tuple(Ref("action", a.uid, a.label) for a in changes),
                parameters,
            ),
        )

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.repeat()),
            Example(Verdict.NOT_MET, samples.repeat(in_force=False)),
            Example(Verdict.NO_EVIDENCE, samples.repeat(units=0)),
        )
