"""The planned number of counting units is judged."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, unit_refs
from firstoff.rules.evidence import PilotEvidence
from firstoff.rules.evidence.words import counted, of
from firstoff.terms import UnitResult, Verdict


@dataclass(frozen=True, slots=True)
class CountingUnitsComplete(RunCriterion):
    kind = "counting_units_complete"
    title = "Units that count"
    needs = "units, each with the class of its equipment, builder and instruction; judgements"
    rule = "R-33, R-41"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        reading, bar = evidence.reading, evidence.run.bar
        if bar is None:
            return (Answer(Verdict.NO_EVIDENCE, "no bar", "", "The bar names how many count."),)
        wanted, judged = bar.sample, reading.judged
        left_out = len(reading.counted.left_out)
        parameters = {
            "wanted": wanted,
            "counting": len(reading.counted.sample) + len(reading.counted.beyond),
            "judged": judged,
            "left_out": left_out,
        }
        records = unit_refs(reading.counted.sample)
        aside = (
            f" {counted(left_out, 'unit does', 'units do')} not count and "
            f"{'is' if left_out == 1 else 'are'} left out."
            if left_out
            else ""
        )
        figure, threshold = of(judged, wanted), f"{wanted:,}"
        if judged == wanted:
            sentence = f"All {wanted:,} counting units are judged.{aside}"
            return (Answer(Verdict.MET, figure, threshold, sentence, records, parameters),)
        if not judged:
            sentence = f"No counting unit is judged yet.{aside}"
            return (Answer(Verdict.NO_EVIDENCE, figure, threshold, sentence, (), parameters),)
        waiting = sum(state.first is UnitResult.PENDING for state in reading.sample)
        open_units = (
            f"{counted(waiting, 'of them is', 'of them are')} started; " if waiting else ""
        )
        missing = counted(wanted - judged, "counting unit is", "counting units are")
        sentence = (
            f"{missing} still to be judged; {open_units}{of(judged, wanted)} are done.{aside}"
        )
        return (Answer(Verdict.NOT_MET, figure, threshold, sentence, records, parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot()),
            Example(Verdict.NOT_MET, samples.pilot(units=12)),
            Example(Verdict.NO_EVIDENCE, samples.pilot(units=3, equipment_class="bench")),
        )
