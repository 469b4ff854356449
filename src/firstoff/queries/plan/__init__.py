"""Equipment, process plans, defect codes, baselines; and a definition as one thing."""

from firstoff.queries.plan.baselines import (
    SHORT,
    BaselineView,
    baseline,
    baseline_text,
    baselines,
    compare,
)
from firstoff.queries.plan.definition import DefinitionView, definition
from firstoff.queries.plan.equipment import (
    EquipmentList,
    EquipmentView,
    equipment,
    equipment_named,
    usable,
)
from firstoff.queries.plan.procedures import (
    MadeView,
    ProcedureList,
    ProcedureView,
    procedure,
    procedure_facts,
    procedures,
    records_made_to,
)
from firstoff.queries.plan.process import (
    codes_of,
    defect_codes,
    operation_facts,
    operation_rows,
    operations_of,
    plans_of,
)
from firstoff.queries.plan.whole import as_definition

__all__ = [
    "SHORT",
    "BaselineView",
    "DefinitionView",
    "EquipmentList",
    "EquipmentView",
    "MadeView",
    "ProcedureList",
    "ProcedureView",
    "as_definition",
    "baseline",
    "baseline_text",
    "baselines",
    "codes_of",
    "compare",
    "defect_codes",
    "definition",
    "equipment",
    "equipment_named",
    "operation_facts",
    "operation_rows",
    "operations_of",
    "plans_of",
    "procedure",
    "procedure_facts",
    "procedures",
    "records_made_to",
    "usable",
]
