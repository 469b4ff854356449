"""The work instruction of a run, as it was frozen; never the draft."""

from dataclasses import dataclass

from firstoff.db.models import DocumentVersion
from firstoff.errors import NotFound
from firstoff.queries.documents import VersionView
from firstoff.queries.documents.register import version_view
from firstoff.queries.execution.definition import frozen, route
from firstoff.queries.execution.runs import RunView
from firstoff.rules.execution import find_operation
from firstoff.rules.plan import BaselineFacts, PlanOperation, StepFacts


@dataclass(frozen=True, slots=True)
class InstructionView:
    """The steps of an operation. One without steps has its instruction as the only one."""

    definition: BaselineFacts
    operations: tuple[PlanOperation, ...]  # in the order they are done
    operation: PlanOperation
    steps: tuple[StepFacts, ...]

    def checked(self, step: StepFacts) -> str:
        """``7 Lid gap, 0.30 to 0.90 mm``; empty where the step checks nothing."""
        found = (
            self.definition.characteristic(step.characteristic) if step.characteristic else None
        )
        return "" if found is None else ", ".join(t for t in (found.label, found.limits) if t)

    def setting(self, step: StepFacts) -> str:
        """``Press force 200 to 250 N``; empty where it sets nothing."""
        same = (p for p in self.operation.parameters if p.name == step.parameter)
        return next(map(str, same), "")


def instruction(run: RunView, seq: int) -> InstructionView:
    """The released instruction of one operation of the run. Raises InvalidInput where the plan
    has no such operation. No query once the definition was read."""
    definition = frozen(run.baseline_id, run.baseline)
    operations = route(definition)
    operation = find_operation(operations, seq)
    steps = operation.steps
    if not steps and operation.instruction.strip():
        steps = (StepFacts(text=operation.instruction, caution=operation.caution),)
    return InstructionView(definition, operations, operation, steps)


def picture(run: RunView, sha256: str) -> VersionView:
    """A picture that the instructions of the run show, for whoever works by them.

    Raises NotFound for any other."""
    definition = frozen(run.baseline_id, run.baseline)
    shown = {p.sha256 for o in definition.operations for s in o.steps for p in s.pictures}
    row = None
    if sha256 in shown:
        rows = DocumentVersion.objects.filter(sha256=sha256, document__site=run.site_id)
        row = rows.select_related("document", "by").order_by("pk").first()
    if row is None:
        raise NotFound("The instructions of this run show no such picture.")
    return version_view(row)
