"""Units of a run as they were made, for the batch record: all of them, or those named."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Q

from firstoff.db.keys import parameter, rows_of
from firstoff.db.models import (
    Assembly,
    Attachment,
    ContainedUnit,
    FloorRecord,
    Judgement,
    OperationContext,
    OperationRecord,
    ParameterReading,
    ProcedureRevision,
    TestRecord,
    Unit,
    UnitState,
)
from firstoff.formats.testdata.packing import read_procedure
from firstoff.queries.execution.facts import Raw, judgement_facts, moment, unit_facts
from firstoff.rules.execution import JudgementFacts, judge_units
from firstoff.rules.plan import BaselineFacts
from firstoff.rules.trace.batch_record import (
    EquipmentUse,
    Look,
    LotUse,
    MadeTest,
    OperationMade,
    ParameterMade,
    PlanAsks,
    UnitMade,
    look,
)
from firstoff.terms import ContainmentOutcome, FloorKind, OperationOutcome, Place, TestOutcome

Rows = Iterable[tuple[Any, ...]]
_RESULTS = frozenset("pf")  # letters of what gave a result


@dataclass(frozen=True, slots=True)
class Wanted:
    """The units of a run: all, or some of them by their keys."""

    run: int
    units: tuple[int, ...] | None = None

    def of(self, name: str = "unit") -> Q:
        """A filter on what refers to a unit by this name; empty: on units."""
        if self.units is not None:
            return Q(**{f"{name}__in" if name else "pk__in": self.units})
        return Q(**{f"{name}__run" if name else "run": self.run})


@dataclass(slots=True)
class _Held:
    """What is recorded of one unit, while it is read."""

    operations: dict[int, tuple[int, int]] = field(default_factory=dict)  # seq: attempt, key
    ended: datetime | None = None
    spent: dict[int, float] = field(default_factory=dict)  # seconds of the first attempt
    uses: set[EquipmentUse] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    tests: dict[str, MadeTest] = field(default_factory=dict)
    lots: list[LotUse] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    consumed: list[bool] = field(default_factory=list)  # whether each names its designators
    carried: bool = False  # from a reel: which designator is not said
    labelled: bool = False
    scrapped: bool = False
    conceded: bool = False


def looks(
    wanted: Wanted, plan: PlanAsks, definition: BaselineFacts, *, max_seconds: float | None
) -> dict[int, Look]:
    """Each unit looked at, by its key. Fourteen queries."""
    held: dict[int, _Held] = defaultdict(_Held)
    rows = list(_units(wanted))
    began = {key: moment(at) for key, _, _, _, _, _, at in rows}
    made = _operations(wanted, held)
    _tests(wanted, held, definition)
    _material(wanted, held, began)
    _floor(wanted, held)
    final = _results(wanted, held, max_seconds, len(plan.operations))
    found = {}
    for key, position, serial, instruction, equipment, operator, _ in rows:
        of = held[key]
        of.people.add(operator)
        if equipment is not None:
            of.uses.add(EquipmentUse(equipment, began[key]))
        unit = UnitMade(
            position=position,
            serial=serial,
            instruction=instruction,
            result=final[key],
            scrapped=of.scrapped,
            conceded=of.conceded,
            labelled=of.labelled,
            operations=_last(of, made, equipment is not None),
            tests=tuple(of.tests.values()),
            lots=tuple(of.lots),
            parts=frozenset(of.parts),
            designated=bool(of.consumed) and all(of.consumed) and not of.carried,
            uses=tuple(of.uses),
            people=tuple(of.people),
            began=began[key],
            ended=of.ended,
        )
        found[key] = look(unit, plan)
    return found


def _units(wanted: Wanted) -> Rows:
    rows = Unit.objects.filter(wanted.of("")).order_by("position")
    columns = ("pk", "position", "serial", "instruction", "equipment_id", "operator_id")
    return rows.annotate(_began=Raw("started_at")).values_list(*columns, "_began")


_Made = Mapping[int, OperationMade]


def _operations(wanted: Wanted, held: dict[int, _Held]) -> _Made:
    """The operations by their keys; which is the last of a unit is noted. Three queries."""
    parameters: dict[int, list[ParameterMade]] = defaultdict(list)
    read: Rows = ParameterReading.objects.filter(wanted.of(), operation__isnull=False).values_list(
        "operation_id", "name", "value", "lower", "upper", "measured_in"
    )
    for key, *made_of in read:
        parameters[key].append(ParameterMade(*made_of))
    context: Rows = OperationContext.objects.filter(wanted.of("operation__unit")).values_list(
        "operation_id", "instruction", "tools"
    )
    said = {key: (digest, tools != "[]") for key, digest, tools in context}
    made: dict[int, OperationMade] = {}
    rows = OperationRecord.objects.filter(wanted.of())
    timed = rows.annotate(_began=Raw("began_at"), _ended=Raw("ended_at"))
    columns = ("pk", "unit_id", "seq", "attempt", "outcome", "equipment_id", "operator_id")
    table: Rows = timed.values_list(*columns, "_began", "_ended")
    for key, unit, seq, attempt, outcome, equipment, operator, began, at in table:
        of, ended = held[unit], moment(at)
        of.ended = ended if of.ended is None else max(of.ended, ended)
        if attempt == 1:
            of.spent[seq] = (ended - moment(began)).total_seconds()
        of.people.add(operator)
        if equipment is not None:
            of.uses.add(EquipmentUse(equipment, ended))
        if of.operations.get(seq, (0, 0)) < (attempt, key):
            of.operations[seq] = (attempt, key)
        instruction, tools = said.get(key, ("", False))
        made[key] = OperationMade(
            seq,
            outcome == OperationOutcome.PASS,
            equipment is not None or tools,
            instruction,
            tuple(parameters.get(key, ())),
        )
    return made


def _last(of: _Held, made: _Made, on_equipment: bool) -> tuple[OperationMade, ...]:
    """The last attempt at each; where one names no equipment, the unit's own counts."""
    last = [made[key] for _, (_, key) in sorted(of.operations.items())]
    return tuple(
        o if o.equipment or not on_equipment else o._replace(equipment=True) for o in last
    )


@dataclass(frozen=True, slots=True)
class _Lines:
    """What a procedure measures, for one definition: its places, and their characteristics."""

    name: str
    places: tuple[tuple[int, str], ...]


@lru_cache(maxsize=1024)
def _lines(text: str, names: tuple[tuple[str, str], ...]) -> _Lines:
    """names: characteristics by the name they have in tests, small letters."""
    procedure, named = read_procedure(text), dict(names)
    places = tuple(
        (place, number)
        for place, line in enumerate(procedure.lines)
        if (number := line.characteristic or named.get(line.name.casefold(), ""))
    )
    return _Lines(procedure.name, places)


def _tests(wanted: Wanted, held: dict[int, _Held], definition: BaselineFacts) -> None:
    """Three queries."""
    kept = set(
        Attachment.objects.filter(wanted.of("test_record__unit")).values_list(
            "test_record_id", flat=True
        )
    )
    rows = TestRecord.objects.filter(wanted.of()).order_by("ended_at", "pk")
    table = list(
        rows.values_list(
            "pk", "unit_id", "procedure_id", "outcome", "operator_id", "values", "outcomes"
        )
    )
    texts: dict[int, str] = dict(
        ProcedureRevision.objects.filter(pk__in={row[2] for row in table}).values_list(
            "pk", "definition"
        )
    )
    names = tuple(
        (c.measured_as.casefold(), c.number) for c in definition.characteristics if c.measured_as
    )
    for key, unit, procedure, outcome, operator, values, letters in table:
        lines = _lines(texts[procedure], names)
        of = held[unit]
        if operator is not None:
            of.people.add(operator)
        of.tests[lines.name] = _test(
            lines, of.tests.get(lines.name), outcome, values, letters, key in kept
        )


def _test(
    lines: _Lines,
    earlier: MadeTest | None,
    outcome: str,
    values: Any,
    letters: str,
    attached: bool,
) -> MadeTest:
    """The test joined with the earlier ones by the same procedure: the last result holds, and
    what any of them measured is on record."""
    numbers = ~np.isnan(np.frombuffer(bytes(values), "<f8"))
    judged = frozenset(n for place, n in lines.places if letters[place : place + 1] in _RESULTS)
    measured = frozenset(n for place, n in lines.places if numbers[place])
    known = outcome in (TestOutcome.PASS, TestOutcome.FAIL)
    passed = (outcome == TestOutcome.PASS) if known else None
    if earlier is None:
        return MadeTest(
            lines.name, passed, judged, measured, bool(numbers.any()), attached
        )  # fmt: skip
    return MadeTest(
        lines.name,
        passed,
        judged | earlier.judged,
        measured | earlier.values,
        earlier.parametric or bool(numbers.any()),
        earlier.attached or attached,
        earlier.tries + 1,
    )


_LOTS = """
SELECT c.unit_id, c.lot_id, c.loaded, c.quantity, {at} FROM {source}
JOIN firstoff_consumption c ON c.unit_id = {unit}
JOIN firstoff_floorrecord f ON f.id = c.record_id"""


def _material(wanted: Wanted, held: dict[int, _Held], began: Mapping[int, datetime]) -> None:
    """Lots with the time they went in, and serialised parts fitted. Two queries."""
    at = "f.happened_at" if connection.vendor == "postgresql" else "(f.happened_at || '')"
    values: list[Any] = [wanted.run]
    if wanted.units is None:
        source, unit = "firstoff_unit u", "u.id"
        sql = _LOTS.format(at=at, source=source, unit=unit) + " WHERE u.run_id = %s"
    else:
        sql = _LOTS.format(at=at, source=f"{rows_of()} u", unit="u.value")
        values = [parameter(wanted.units)]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        for key, lot, loaded, quantity, happened in cursor.fetchall():
            of = held[key]
            # A reel was on its place before: it went in when the unit was there.
            when = max(moment(happened), began[key]) if loaded else moment(happened)
            of.lots.append(LotUse(lot, when, quantity))
            of.carried = of.carried or bool(loaded)
    fitted = Assembly.objects.filter(wanted.of("parent"), removed_at__isnull=True)
    for key, part in fitted.values_list("parent_id", "child__part__number"):
        held[key].parts.add(part)


def _floor(wanted: Wanted, held: dict[int, _Held]) -> None:
    """Labels, designators, where it is, concessions. Three queries."""
    kinds = (FloorKind.CONSUME, FloorKind.LABEL)
    rows = FloorRecord.objects.filter(wanted.of(), kind__in=kinds, superseded_by__isnull=True)
    for key, kind, content in rows.values_list("unit_id", "kind", "content"):
        if kind == FloorKind.LABEL:
            held[key].labelled = True
        else:
            held[key].consumed.append(_designated(content))
    stands = UnitState.objects.filter(wanted.of(), place=Place.SCRAPPED)
    for key in stands.values_list("unit_id", flat=True):
        held[key].scrapped = True
    passed = ContainedUnit.objects.filter(
        wanted.of(), findings__outcome=ContainmentOutcome.USE_AS_IS
    )
    for key in passed.values_list("unit_id", flat=True):
        held[key].conceded = True


def _designated(content: str) -> bool:
    """Whether each lot of a consumption says where it went."""
    if '"designators"' not in content:
        return False
    items: Sequence[Mapping[str, Any]] = json.loads(content).get("items", ())
    return bool(items) and all(item.get("designators") for item in items)


def _results(
    wanted: Wanted, held: dict[int, _Held], max_seconds: float | None, operations: int
) -> dict[int, Any]:
    """How each unit stands now, as every other page says it. Two queries, and the inspectors."""
    units = unit_facts(Unit.objects.filter(wanted.of("")).order_by("position"))
    judged = Judgement.objects.filter(wanted.of())
    rows: list[JudgementFacts] = judgement_facts(judged)
    for key, inspector in judged.values_list("unit_id", "inspector_id"):
        held[key].people.add(inspector)
    # A build time that nobody gave is the sum of all operations, as everywhere.
    spent = {
        key: sum(of.spent.values()) for key, of in held.items() if len(of.spent) == operations
    }
    states = judge_units(units, rows, max_unit_seconds=max_seconds, operation_seconds=spent)
    return {key: state.final for key, state in states.items()}
