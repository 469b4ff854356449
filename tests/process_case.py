"""A process plan that grows: operations with steps and settings, test procedures."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from firstoff.rules.plan import (
    FrozenProcedure,
    FrozenTestStep,
    ParameterFacts,
    PlanOperation,
    StepFacts,
)
from tests.conftest import NOW


def more_process(world: Any, number: int) -> None:
    """One more operation in a draft plan of the crock, and one more test procedure."""
    from firstoff.queries import product as programs
    from firstoff.services import plan

    at = NOW + timedelta(hours=number)
    program = programs.program(world.eli, world.site.code, "CC-1")
    of: dict[str, Any] = {"program_id": program.id, "revision": "C", "by": world.eli, "at": at}
    if number == 1:
        plan.create_plan(**of)
    heat = ParameterFacts(name="Heat", unit="°C", upper=Decimal(80))
    one = PlanOperation(
        100 + number,
        f"Bake {number}",
        predecessors=(10,),
        parameters=(heat,),
        steps=(StepFacts(text="Bake it.", parameter="Heat"),) * number,
    )
    plan.add_operation(**of, plan="2", operation=one)
    leak = FrozenTestStep(name="Leak", upper=Decimal("0.5"), characteristic="1")
    procedure = FrozenProcedure(code=f"T-{number}", name="Leak test", label="1", steps=(leak,))
    plan.create_procedure(**of, procedure=procedure)
