"""Every action that earlier held batches ask for was in force before this batch began."""

from dataclasses import dataclass

from firstoff.rules.criteria import samples
from firstoff.rules.criteria.base import Answer, Example, RunCriterion, when
from firstoff.rules.evidence import PilotEvidence, Ref
from firstoff.rules.evidence.words import listed, of
from firstoff.rules.execution import moment
from firstoff.rules.nonconformity import Need, is_failed_try, process_needs
from firstoff.terms import Verdict


@dataclass(frozen=True, slots=True)
class ActionsInForceBeforeBatch(RunCriterion):
    kind = "actions_in_force_before_batch"
    title = "Corrective actions in force"
    needs = "defects of earlier batches that were not signed off, and when each action took effect"
    rule = "R-41"

    def answers(self, evidence: PilotEvidence) -> tuple[Answer, ...]:
        earlier = [r for r in evidence.earlier_readings if is_failed_try(r)]
        if not earlier:
            return ()  # a first try answers to no earlier batch
        needs = process_needs(earlier, evidence.actions)
        began = evidence.began_at
        actions = [a for need in needs for a in need.actions]
        threshold = "before the first unit"
        if not needs:
            sentence = (
                f"{earlier[-1].run.batch_id} asks for no action: no process cause was found."
            )
            return (Answer(Verdict.MET, "none needed", threshold, sentence),)
        effects = [a.effective_at for a in actions if a.effective_at is not None]
        parameters: dict[str, object] = {
            "needs": [f"{need.batch_id}:{need.code}" for need in needs],
            "effective_at": [when(at) for at in sorted(effects)],
        }
        records = tuple(Ref("action", a.uid, a.label) for a in actions)
        if began is None:
            return (_not_begun(evidence, needs, threshold, records, parameters),)
        parameters["began_at"] = when(began)
        late = [need for need in needs if not need.answered(began)]
        in_force = sum(a.in_force(began) for a in actions)
        figure = of(in_force, len(actions) + sum(not need.actions for need in needs))
        if late:
            sentence = " ".join(_why(need, evidence) for need in late)
            return (Answer(Verdict.NOT_MET, figure, threshold, sentence, records, parameters),)
        zone = evidence.run.zone
        sentence = (
            f"{figure}, the last at {moment(max(effects), zone)}; the first unit was started "
            f"{moment(began, zone)}. This is a fresh batch."
        )
        return (Answer(Verdict.MET, figure, threshold, sentence, records, parameters),)

    @staticmethod
    def examples() -> tuple[Example, ...]:
        return (
            Example(Verdict.MET, samples.repeat()),
            Example(Verdict.NOT_MET, samples.repeat(in_force=False)),
            Example(Verdict.NO_EVIDENCE, samples.repeat(units=0)),
        )


def _not_begun(
    evidence: PilotEvidence,
    needs: tuple[Need, ...],
    threshold: str,
    records: tuple[Ref, ...],
    parameters: dict[str, object],
) -> Answer:
    waiting = [
        need
        for need in needs
        if not need.actions or any(a.effective_at is None for a in need.actions)
    ]
    figure = of(len(needs) - len(waiting), len(needs))
    if waiting:
        names = listed([f"{need.name} ({need.code})" for need in waiting])
        sentence = f"Still to be put in force: {names}. Then {evidence.run.batch_id} may start."
    else:
        sentence = f"All are in force; {evidence.run.batch_id} may start as a fresh batch."
    return Answer(Verdict.NO_EVIDENCE, figure, threshold, sentence, records, parameters)


def _why(need: Need, evidence: PilotEvidence) -> str:
    began, zone = evidence.began_at, evidence.run.zone
    what = f"{need.name} ({need.code}) of {need.batch_id}"
    if not need.actions:
        return f"{what} has a process cause and no corrective action."
    late = [a for a in need.actions if began is None or not a.in_force(began)]
    if all(a.effective_at is None for a in late):
        names = listed([a.label for a in late])
        return f"{names} against {what} {'is' if len(late) == 1 else 'are'} not in force."
    last = max(a.effective_at for a in late if a.effective_at is not None)
    return (
        f"The action against {what} took effect {moment(last, zone)}, after this batch began"
        f"{'' if began is None else ' ' + moment(began, zone)}: it is no fresh batch."
    )
