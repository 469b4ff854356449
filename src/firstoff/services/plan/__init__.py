"""How it is built: equipment, plans, defect codes; and freezing it all into a baseline."""

from firstoff.services.plan.baseline import (
    add_defect_codes,
    freeze_baseline,
    retire_defect_code,
)
from firstoff.services.plan.definition import Loaded, load_definition
from firstoff.services.plan.equipment import (
    add_equipment,
    reinstate_equipment,
    retire_equipment,
    update_equipment,
)
from firstoff.services.plan.pictures import keep_picture, set_steps
from firstoff.services.plan.procedures import (
    create_procedure,
    discard_procedure,
    next_procedure,
    release_procedure,
    set_procedure,
)
from firstoff.services.plan.process import (
    add_operation,
    create_plan,
    discard_plan,
    release_plan,
    remove_operation,
    reorder_operations,
    set_operations,
    update_operation,
)

__all__ = [
    "Loaded",
    "add_defect_codes",
    "add_equipment",
    "add_operation",
    "create_plan",
    "create_procedure",
    "discard_plan",
    "discard_procedure",
    "freeze_baseline",
    "keep_picture",
    "load_definition",
    "next_procedure",
    "reinstate_equipment",
    "release_plan",
    "release_procedure",
    "remove_operation",
    "reorder_operations",
    "retire_defect_code",
    "retire_equipment",
    "set_operations",
    "set_procedure",
    "set_steps",
    "update_equipment",
    "update_operation",
]
