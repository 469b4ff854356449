"""The latest pilot run is signed off, for the definition in force."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import (
    Answer,
    Example,
    GateCriterion,
    GateEvidence,
    PilotStanding,
)
from firstoff.rules.evidence import Ref, RunState
from firstoff.rules.execution import moment
from firstoff.terms import RunVerdict, Verdict


@dataclass(frozen=True, slots=True)
class PilotRunSignedOff(GateCriterion):
    kind = "pilot_run_signed_off"
    title = "Pilot run signed off"
    needs = "the latest pilot run, its verdict and its signed decision"
    rule = "R-40, R-41"

    def answers(self, evidence: GateEvidence) -> tuple[Answer, ...]:
        pilot, threshold = evidence.pilot, "signed off"
        if pilot is None:
            sentence = "There is no pilot run yet."
            return (Answer(Verdict.NO_EVIDENCE, "no run", threshold, sentence),)
        verdict, figure, sentence = _reads(pilot, evidence)
        records = (Ref("run", pilot.uid, pilot.batch_id),)
        parameters = {
            "batch_id": pilot.batch_id,
            "computed": pilot.computed.value,
            "decision": None if pilot.decision is None else pilot.decision.decision.value,
        }
        return (Answer(verdict, figure, threshold, sentence, records, parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.gate(7, pilot=RunVerdict.SIGN_OFF)),
            Example(Verdict.NOT_MET, samples.gate(7, pilot=RunVerdict.HOLD)),
            Example(Verdict.NO_EVIDENCE, samples.gate(7)),
        )


def _reads(pilot: PilotStanding, evidence: GateEvidence) -> tuple[Verdict, str, str]:
    signed = pilot.decision
    if signed is None:
        if pilot.computed is RunVerdict.SIGN_OFF:
            sentence = f"{pilot.batch_id} clears its bar and waits for a signature."
            return Verdict.NOT_MET, "not signed", sentence
        if pilot.state in (RunState.DRAFT, RunState.BAR_LOCKED):
            return Verdict.NO_EVIDENCE, "not begun", f"{pilot.batch_id} has not begun."
        return Verdict.NOT_MET, "hold", f"{pilot.batch_id}: {pilot.sentence}"
    at = moment(signed.at, evidence.zone)
    if signed.decision is RunVerdict.HOLD:
        sentence = (
            f"{pilot.batch_id} was held by {signed.by}, {at}. A repeat has to clear its bar."
        )
        return Verdict.NOT_MET, "held", sentence
    if evidence.baseline is not None and evidence.baseline.digest != pilot.baseline:
        sentence = (
            f"{pilot.batch_id} was signed off for baseline {pilot.baseline[:8]}; the definition "
            f"is now {evidence.baseline.digest[:8]}."
        )
        return Verdict.NOT_MET, "other baseline", sentence
    return Verdict.MET, "signed off", f"{pilot.batch_id} was signed off by {signed.by}, {at}."
