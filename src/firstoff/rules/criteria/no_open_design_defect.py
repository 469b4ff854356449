"""No defect is open that the design caused: a process cannot fix a design."""

from collections.abc import Sequence
from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import (
    Answer,
    Example,
    GateCriterion,
    GateEvidence,
    RunCriterion,
    unit_refs,
)
from firstoff.rules.evidence import PilotEvidence
from firstoff.rules.evidence.words import counted, listed
from firstoff.rules.nonconformity import DesignDefect, open_design_defects
from firstoff.terms import Verdict

_KIND, _TITLE = "no_open_design_defect", "Open design-caused defects"
_NEEDS = "defects of all pilot units with their causes, design actions, and the baseline"


@dataclass(frozen=True, slots=True)
class NoOpenDesignDefect(RunCriterion):
    kind, title, needs, rule = _KIND, _TITLE, _NEEDS, "R-41, R-45"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        if not evidence.reading.judged:
            sentence = "No counting unit is judged yet."
            return (Answer(Verdict.NO_EVIDENCE, "none judged", "none", sentence),)
        found = open_design_defects(
            [*evidence.earlier_readings, evidence.reading],
            evidence.actions,
            baseline=evidence.run.baseline,
            at=evidence.began_at,
        )
        return (_answer(found),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.pilot(rejects=1)),
            Example(Verdict.NOT_MET, samples.pilot(rejects=1, cause_class="design")),
            Example(Verdict.NO_EVIDENCE, samples.pilot(units=0)),
        )


@dataclass(frozen=True, slots=True)
class NoOpenDesignDefectAtGate(GateCriterion):
    """The same question at a gate: of all pilot units, for the newest baseline."""

    kind, title, needs, rule = _KIND, _TITLE, _NEEDS, "R-45"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        if not evidence.pilot_units:
            sentence = "No unit is judged yet that could show a fault of the design."
            return (Answer(Verdict.MET, "none known", "none", sentence),)
        return (_answer(evidence.design_defects),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(4)),
            Example(Verdict.NOT_MET, samples.gate(4, design_defect=True)),
        )


def _answer(found: Sequence[DesignDefect]) -> Answer:
    if not found:
        return Answer(Verdict.MET, "none", "none", "No defect has an open design cause.")
    names = listed([f"{d.name} ({d.code}) of {d.batch_id}" for d in found])
    count = counted(len(found), "design-caused defect is", "design-caused defects are")
    return Answer(
        Verdict.NOT_MET,
        f"{len(found)} open",
        "none",
        f"{count} open: {names}. The program goes back to gate 4; no process fixes a design.",
        unit_refs(unit for defect in found for unit in defect.units),
        {"open": [f"{d.batch_id}:{d.code}" for d in found]},
    )
