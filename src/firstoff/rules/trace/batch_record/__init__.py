"""The batch record (R-39): complete against the plan, gap by gap; how deep it traces (R-63)."""

from firstoff.rules.trace.batch_record.closing import (
    closing_digest,
    closing_meaning,
    closing_refusal,
    deviation_meaning,
    late_refusal,
    record_numbers,
    scope_of,
)
from firstoff.rules.trace.batch_record.gaps import Gap
from firstoff.rules.trace.batch_record.gathering import spans, within
from firstoff.rules.trace.batch_record.kinds import KINDS, TITLES, GapKind, Place, Section
from firstoff.rules.trace.batch_record.record import (
    BatchRecord,
    EquipmentLine,
    LotLine,
    SectionFigures,
    batch_record,
)
from firstoff.rules.trace.batch_record.units import Look, Shows, look
from firstoff.rules.trace.batch_record.values import (
    Contained,
    Deviation,
    EquipmentMade,
    EquipmentUse,
    LotMade,
    LotUse,
    MadeTest,
    OpenAction,
    OperationMade,
    ParameterMade,
    PlanAsks,
    RunMade,
    Span,
    UnitMade,
    plan_asks,
)
from firstoff.rules.trace.batch_record.words import folded

__all__ = [
    "KINDS",
    "TITLES",
    "BatchRecord",
    "Contained",
    "Deviation",
    "EquipmentLine",
    "EquipmentMade",
    "EquipmentUse",
    "Gap",
    "GapKind",
    "Look",
    "LotLine",
    "LotMade",
    "LotUse",
    "MadeTest",
    "OpenAction",
    "OperationMade",
    "ParameterMade",
    "Place",
    "PlanAsks",
    "RunMade",
    "Section",
    "SectionFigures",
    "Shows",
    "Span",
    "UnitMade",
    "batch_record",
    "closing_digest",
    "closing_meaning",
    "closing_refusal",
    "deviation_meaning",
    "folded",
    "late_refusal",
    "look",
    "plan_asks",
    "record_numbers",
    "scope_of",
    "spans",
    "within",
]
