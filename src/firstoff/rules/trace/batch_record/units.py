"""One unit looked at: which gaps it has, and what its records can carry."""

from datetime import datetime
from typing import NamedTuple

from firstoff.rules.trace.batch_record.values import (
    EquipmentUse,
    LotUse,
    ParameterMade,
    PlanAsks,
    UnitMade,
)
from firstoff.terms import UnitResult


class Shows:
    """What the records of a unit hold, for the levels and the statements: bits of a number. Plain
    ones: an enum's take longer than all the rest."""

    RESULT = 1  # judged, or scrapped
    FIXTURES = 2  # every operation of the plan has a pass or fail and names its equipment
    CRITICAL = 4  # a pass or fail for every critical characteristic
    NUMBERS = 8  # a number for every variable characteristic asked, or any where none is
    ATTACHED = 16  # a file or picture is kept with a test
    DESIGNATED = 32  # each lot in it names its reference designators
    LABELLED = 64
    OPERATIONS = 128  # every operation of the plan is recorded
    SCRAPPED = 256


class Look(NamedTuple):
    """A unit as far as the batch record goes. ``gaps``: keys, ``kind:about``."""

    position: int
    serial: str
    gaps: tuple[str, ...]
    shows: int
    lots: tuple[LotUse, ...]
    parts: frozenset[str]
    parameters: tuple[tuple[int, ParameterMade], ...]
    uses: tuple[EquipmentUse, ...]
    done: frozenset[int]  # operations with a record
    people: tuple[int, ...] = ()
    tests: tuple[tuple[str, bool | None, int], ...] = ()  # procedure, last result, tries
    began: datetime | None = None
    ended: datetime | None = None


def look(unit: UnitMade, plan: PlanAsks) -> Look:
    """The unit against the plan. What only the whole run can tell is added by ``batch_record``:
    operations done on the batch, material that its neighbours hold."""
    return Look(
        unit.position,
        unit.serial,
        (*_operations(unit, plan), *_results(unit, plan), *_labels(unit)),
        _shows(unit, plan),
        unit.lots,
        unit.parts,
        tuple((o.seq, p) for o in unit.operations for p in o.parameters),
        unit.uses,
        frozenset(o.seq for o in unit.operations),
        unit.people,
        tuple((t.procedure, t.passed, t.tries) for t in unit.tests),
        unit.began,
        unit.ended,
    )


def _operations(unit: UnitMade, plan: PlanAsks) -> list[str]:
    done = {o.seq for o in unit.operations}
    found = []
    if not unit.scrapped:  # what was scrapped on the way needs no later operation
        found += [f"operation_missing:{seq}" for seq in plan.operations if seq not in done]
    for o in unit.operations:
        if not o.passed and not unit.scrapped:
            found.append(f"operation_failed:{o.seq}")
        if not o.equipment:
            found.append(f"operation_equipment:{o.seq}")
        followed = o.instruction or unit.instruction
        if followed and followed != plan.instruction:
            found.append(f"operation_instruction:{o.seq}")
        found += [f"parameter_outside:{o.seq}:{p.name}" for p in o.parameters if p.outside]
        read = {p.name for p in o.parameters}
        asked = plan.parameters.get(o.seq, ()) if o.passed and not unit.scrapped else ()
        found += [f"parameter_asked:{o.seq}:{name}" for name in asked if name not in read]
    return found


def _results(unit: UnitMade, plan: PlanAsks) -> list[str]:
    if unit.scrapped:
        return []
    found = []
    if unit.result is UnitResult.PENDING:
        found.append("result_missing:")
    elif unit.result is UnitResult.REJECT and not unit.conceded:
        found.append("reject_open:")
    judged = {number for t in unit.tests for number in t.judged}
    found += [f"characteristic_missing:{n}" for n in plan.asked if n not in judged]
    if not unit.conceded:
        found += [f"test_failed:{t.procedure}" for t in unit.tests if t.passed is not True]
    return found


def _labels(unit: UnitMade) -> list[str]:
    return [] if unit.labelled or unit.scrapped else ["label:"]


def _shows(unit: UnitMade, plan: PlanAsks) -> int:
    done = {o.seq: o for o in unit.operations}
    judged = {number for t in unit.tests for number in t.judged}
    values = {number for t in unit.tests for number in t.values}
    recorded = unit.scrapped or plan.operations.keys() <= done.keys()
    found = 0
    if unit.scrapped or unit.result is not UnitResult.PENDING:
        found |= Shows.RESULT
    if recorded:
        found |= Shows.OPERATIONS
        if all(o.equipment for o in unit.operations):
            found |= Shows.FIXTURES
    if plan.critical <= judged or unit.scrapped:
        found |= Shows.CRITICAL
    numbers = plan.variable <= values
    if not plan.variable:
        numbers = any(t.parametric for t in unit.tests)
    if numbers or (unit.scrapped and values):
        found |= Shows.NUMBERS
    if any(t.attached for t in unit.tests):
        found |= Shows.ATTACHED
    if unit.designated:
        found |= Shows.DESIGNATED
    if unit.labelled:
        found |= Shows.LABELLED
    if unit.scrapped:
        found |= Shows.SCRAPPED
    return found
