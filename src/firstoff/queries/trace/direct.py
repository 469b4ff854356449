"""Which records meet a condition by themselves: one function a kind.

A function resolves the names of its condition (raising NotFound for what is not there: a misspelt
lot is not an answer of no units) and tells where in the tables its units stand.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Greatest, Length
from django.db.models.lookups import Exact

from firstoff.db.keys import Keys, among, keys, within
from firstoff.db.models import (
    Baseline,
    BatchConsumption,
    Calibration,
    Consumption,
    Customer,
    Equipment,
    FloorRecord,
    Judgement,
    Lot,
    OperationContext,
    OperationRecord,
    Package,
    PackageState,
    ParameterReading,
    Person,
    ProcedureRevision,
    Run,
    Shipment,
    ShippedUnit,
    TestRecord,
    Unit,
    UnitState,
)
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.queries.trace import closure
from firstoff.rules.trace import Condition, Question, conditions
from firstoff.rules.trace.conditions import Calibrated, Subject, doubt
from firstoff.terms import CalibrationResult, FloorKind


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one table: ``unit`` is the way to the unit's key, ``at`` to when it happened."""

    rows: QuerySet[Any]
    unit: str
    at: Any  # the name of a column, or an expression

    def sql(self, *, timed: bool, as_of: datetime | None) -> tuple[str, tuple[Any, ...]] | None:
        """Unit keys, and since when where ``timed``; None where nothing can be meant."""
        rows = self.rows.order_by()
        if timed or as_of is not None:
            at = F(self.at) if isinstance(self.at, str) else self.at
            rows = rows.annotate(since=at)
        if as_of is not None:
            rows = rows.filter(since__lte=as_of)
        chosen = rows.values_list(self.unit, "since") if timed else rows.values_list(self.unit)
        try:
            compiled = chosen.query.get_compiler(connection=connection).as_sql()
        except EmptyResultSet:
            return None
        return compiled[0], tuple(compiled[1])


@dataclass(frozen=True, slots=True)
class Met:
    """What a kind of condition asks for, found: the parts it is looked for in; or, where it is
    about lots, those with all that share material with them."""

    conditions: tuple[Condition, ...]
    parts: tuple[Part, ...] = ()
    lots: Keys | None = None

    def seeds(self, as_of: Any, *, timed: bool = False) -> tuple[str, list[Any]]:
        """SQL that answers the units, and its parameters."""
        at = as_of if isinstance(as_of, datetime) else None
        if self.lots is not None and at is None and not timed:
            return _holding(), [self.lots, self.lots]
        parts = self.parts if self.lots is None else _of_lots(self.lots)
        found = [s for p in parts if (s := p.sql(timed=timed, as_of=at)) is not None]
        if not found:
            return f"SELECT NULL AS unit{', NULL AS since' if timed else ''} WHERE 1 = 0", []
        names = "unit, since" if timed else "unit"
        every = " UNION ALL ".join(f"SELECT * FROM ({sql}) AS part" for sql, _ in found)
        table = f"WITH direct({names}) AS ({every}) SELECT {names} FROM direct"
        return table, [p for _, params in found for p in params]

    def of(self, units: Keys, as_of: Any) -> tuple[str, list[Any]]:
        """The same among some units only."""
        sql, params = self.seeds(as_of)
        wanted = f"SELECT unit FROM ({sql}) AS met WHERE {within('unit')}"
        return wanted, [*params, units]


def met(question: Question, site_id: int) -> tuple[Met, ...]:
    """Every kind of the question, what is about lots as one. Raises NotFound for an unknown name.

    A query or two for each condition, whatever the number of units.
    """
    about_lots = tuple(k for k in question.kinds if k[0].subject is Subject.LOT)
    found = []
    if about_lots:
        held = closure.lots(_lots(about_lots, site_id), question.as_of)
        said = tuple(c for kind in about_lots for c in kind)
        found.append(Met(said, lots=held))
    for kind in question.kinds:
        if kind[0].subject is Subject.UNIT:
            parts = tuple(p for c in kind for p in UNITS[c.kind](c, site_id, question))
            found.append(Met(kind, parts))
    return tuple(found)


# ---------- lots ----------


def _lots(about: Sequence[Sequence[Condition]], site_id: int) -> Keys:
    """Lots that meet one condition of each kind."""
    if len(about) == 1 and len(about[0]) == 1:
        return _lots_of(about[0][0], site_id)
    rows = Lot.objects.filter(part__site=site_id)
    for kind in about:
        any_of = Q()
        for condition in kind:
            meant = LOTS[condition.kind](condition)
            if not Lot.objects.filter(meant, part__site=site_id).exists():
                raise NotFound(f"There is no {condition.sentence()} at this site.")
            any_of |= meant
        rows = rows.filter(any_of)
    return keys(rows.values_list("pk", flat=True))


def _lots_of(c: Condition, site_id: int) -> Keys:
    """Lots that meet the one condition there is: the common question. One query."""
    if isinstance(c, conditions.Lot) and not c.part:
        found = _coded(site_id, c.lot)
    else:
        found = list(
            Lot.objects.filter(LOTS[c.kind](c), part__site=site_id).values_list("pk", flat=True)
        )
    if not found:
        raise NotFound(f"There is no {c.sentence()} at this site.")
    return keys(found)


@prepared
def _coded(site: int, code: str) -> "QuerySet[Lot, int]":
    return Lot.objects.filter(part__site=site, code=code).values_list("pk", flat=True)


def _holding() -> str:
    """SQL of the units that hold lots, whenever they came in: what ``_of_lots`` is about, at no
    time in particular. The lots go in twice."""
    return (
        f"SELECT c.unit_id AS unit FROM firstoff_consumption c WHERE {within('c.lot_id')} "
        "UNION ALL SELECT u.id FROM firstoff_batchconsumption b "
        f"JOIN firstoff_unit u ON u.run_id = b.run_id WHERE {within('b.lot_id')}"
    )


def _of_lots(held: Keys) -> tuple[Part, ...]:
    happened = FloorRecord.objects.filter(pk=OuterRef("record_id")).values("happened_at")
    units = Consumption.objects.filter(among(Consumption, "lot", held))
    batches = BatchConsumption.objects.filter(
        among(BatchConsumption, "lot", held), run__units__isnull=False
    )
    return (
        # A reel was loaded before the unit came by: it is in it from its start at the earliest.
        Part(units, "unit_id", Greatest(Subquery(happened), F("unit__started_at"))),
        Part(
            batches, "run__units", Greatest(F("record__happened_at"), F("run__units__started_at"))
        ),
    )


def _lot(c: conditions.Lot) -> Q:
    return Q(code=c.lot) & (Q(part__number=c.part) if c.part else Q())


def _supplier_lot(c: conditions.SupplierLot) -> Q:
    found = Q(supplier_lot=c.supplier_lot) | Q(date_code=c.supplier_lot)
    return found & (Q(supplier__name__iexact=c.supplier) if c.supplier else Q())


def _mpn(c: conditions.ManufacturerPart) -> Q:
    found = Q(manufacturer_part__mpn=c.mpn)
    by = Q(manufacturer_part__manufacturer__iexact=c.manufacturer)
    return found & (by if c.manufacturer else Q())


def _supplier(c: conditions.Supplier) -> Q:
    return Q(supplier__name__iexact=c.supplier)


def _received(c: conditions.Received) -> Q:
    found = Q() if c.received == "*" else Q(part__number=c.received)
    return found & _between("arrived_at", "arrived_at", c.since, c.until)


LOTS: Mapping[str, Callable[[Any], Q]] = {
    "lot": _lot,
    "supplier_lot": _supplier_lot,
    "mpn": _mpn,
    "supplier": _supplier,
    "received": _received,
}

# ---------- units ----------


def _between(begins: str, ends: str, since: datetime | None, until: datetime | None) -> Q:
    """What lasted into the window."""
    found = Q()
    if since is not None:
        found &= Q(**{f"{ends}__gte": since})
    if until is not None:
        found &= Q(**{f"{begins}__lte": until})
    return found


def _at(path: str, site: int) -> "Exact[Any]":
    """Rows of a site, found by something else: a database that knows no statistics would go from
    the site to its parts to every unit of them, where the index of what is asked finds a few."""
    return Exact(F(path) + 0, site)


def _found(rows: QuerySet[Any], condition: Condition) -> list[int]:
    held = list(rows.values_list("pk", flat=True))
    if not held:
        raise NotFound(f"There is no {condition.sentence()} at this site.")
    return held


def _equipment(c: conditions.Equipment, site: int, question: Question) -> tuple[Part, ...]:
    held = Equipment.objects.filter(site=site, code=c.equipment)
    _found(held, conditions.Equipment(c.equipment))
    return _used([c.equipment], site, c.since, c.until)


def _gauge(c: conditions.Gauge, site: int, question: Question) -> tuple[Part, ...]:
    held = _found(Equipment.objects.filter(site=site, code=c.gauge), c)
    doubted = doubt(calibrations(held[0], question.as_of))
    return _used([c.gauge], site, doubted.since, doubted.until)


def calibrations(equipment: int, as_of: object = None) -> list[Calibrated]:
    """Of one gauge, in the order of time. One query."""
    rows = Calibration.objects.filter(equipment=equipment)
    if isinstance(as_of, datetime):
        rows = rows.filter(calibrated_at__lte=as_of)
    columns = rows.order_by("calibrated_at", "pk").values_list(
        "calibrated_at", "as_found", "as_left"
    )
    return [
        Calibrated(at, CalibrationResult(found), CalibrationResult(left))
        for at, found, left in columns
    ]


def _used(
    codes: Sequence[str], site: int, since: datetime | None, until: datetime | None
) -> tuple[Part, ...]:
    """What was done on equipment: as the machine, as a tool, as a test station of that name."""
    on = Q(equipment__site=site, equipment__code__in=codes)
    tools, content = Q(), Q()
    for code in codes:
        named = json.dumps(code, ensure_ascii=False)
        tools |= Q(tools__contains=named)
        content |= Q(content__contains=named)
    done = _between("began_at", "ended_at", since, until)
    happened = _between("happened_at", "happened_at", since, until)
    with_tools = OperationContext.objects.filter(tools, ~Q(tools="[]"))
    with_tools = with_tools.filter(
        _between("operation__began_at", "operation__ended_at", since, until),
        _at("operation__run__site_id", site),
    )
    floor = FloorRecord.objects.filter(happened)
    batches = floor.filter(run__units__isnull=False, unit__isnull=True, kind=FloorKind.OPERATION)
    by_tool = batches.filter(content, site=site)
    started = _between("started_at", "started_at", since, until)
    tests = TestRecord.objects.filter(done, _at("unit__part__site_id", site), station__in=codes)
    return (
        Part(OperationRecord.objects.filter(on, done), "unit_id", "ended_at"),
        Part(Unit.objects.filter(on, started), "pk", "started_at"),
        Part(floor.filter(on, unit__isnull=False), "unit_id", "happened_at"),
        Part(batches.filter(on), "run__units", "happened_at"),
        Part(by_tool, "run__units", "happened_at"),
        Part(with_tools, "operation__unit_id", "operation__ended_at"),
        Part(tests, "unit_id", "ended_at"),
    )


def _operator(c: conditions.Operator, site: int, question: Question) -> tuple[Part, ...]:
    people = Person.objects.filter(username__iexact=c.operator, grants__site=site)
    who = _found(people, conditions.Operator(c.operator))[0]
    done = _between("began_at", "ended_at", c.since, c.until)
    here = _at("unit__part__site_id", site)
    floor = FloorRecord.objects.filter(
        _between("happened_at", "happened_at", c.since, c.until), operator=who, site=site
    )
    batches = floor.filter(run__units__isnull=False, unit__isnull=True, kind=FloorKind.OPERATION)
    judged = _between("judged_at", "judged_at", c.since, c.until)
    started = _between("started_at", "started_at", c.since, c.until)
    return (
        Part(OperationRecord.objects.filter(here, done, operator=who), "unit_id", "ended_at"),
        Part(floor.filter(unit__isnull=False), "unit_id", "happened_at"),
        Part(batches, "run__units", "happened_at"),
        Part(
            Unit.objects.filter(started, _at("part__site_id", site), operator=who),
            "pk",
            "started_at",
        ),
        Part(Judgement.objects.filter(here, judged, inspector=who), "unit_id", "judged_at"),
        Part(TestRecord.objects.filter(here, done, operator=who), "unit_id", "ended_at"),
    )


def _parameter(c: conditions.Parameter, site: int, question: Question) -> tuple[Part, ...]:
    outside = Q()
    if c.lower is not None:
        outside |= Q(value__lt=c.lower)
    if c.upper is not None:
        outside |= Q(value__gt=c.upper)
    if c.lower is None and c.upper is None:
        outside = Q(value__lt=F("lower")) | Q(value__gt=F("upper"))
    rows = ParameterReading.objects.filter(
        outside, _between("read_at", "read_at", c.since, c.until), name=c.parameter
    )
    in_run = rows.filter(run__site=site)
    alone = rows.filter(_at("unit__part__site_id", site), run__isnull=True)
    return (
        Part(in_run.filter(unit__isnull=False), "unit_id", "read_at"),
        Part(in_run.filter(unit__isnull=True, run__units__isnull=False), "run__units", "read_at"),
        Part(alone, "unit_id", "read_at"),
    )


def _station(c: conditions.Station, site: int, question: Question) -> tuple[Part, ...]:
    done = _between("began_at", "ended_at", c.since, c.until)
    rows = TestRecord.objects.filter(done, _at("unit__part__site_id", site), station=c.station)
    return (Part(rows, "unit_id", "ended_at"),)


def _procedure(c: conditions.Procedure, site: int, question: Question) -> tuple[Part, ...]:
    meant = Q(name=c.procedure)
    if len(c.procedure) >= 8 and all(x in "0123456789abcdef" for x in c.procedure):
        meant |= Q(digest__startswith=c.procedure)
    held = _found(ProcedureRevision.objects.filter(meant), c)
    rows = TestRecord.objects.filter(_at("unit__part__site_id", site), procedure__in=held)
    return (Part(rows, "unit_id", "ended_at"),)


def _baseline(c: conditions.Baseline, site: int, question: Question) -> tuple[Part, ...]:
    named = Baseline.objects.filter(program__site=site, digest__startswith=c.baseline)
    return (Part(Unit.objects.filter(run__baseline__in=_found(named, c)), "pk", "started_at"),)


def _instruction(c: conditions.Instruction, site: int, question: Question) -> tuple[Part, ...]:
    # A beginning of hex digits as a range, which an index of either database answers.
    followed = Q(instruction__gte=c.instruction, instruction__lt=c.instruction + "g")
    done = OperationContext.objects.filter(followed, _at("operation__run__site_id", site))
    return (
        Part(Unit.objects.filter(followed, _at("part__site_id", site)), "pk", "started_at"),
        Part(done, "operation__unit_id", "operation__ended_at"),
    )


def _batch(c: conditions.Batch, site: int, question: Question) -> tuple[Part, ...]:
    held = _found(Run.objects.filter(site=site, batch_id=c.batch), c)
    return (Part(Unit.objects.filter(run__in=held), "pk", "started_at"),)


def _serial(c: conditions.Serial, site: int, question: Question) -> tuple[Part, ...]:
    here = Unit.objects.filter(part__site=site)
    if c.part:
        here = here.filter(part__number=c.part)
    if not c.to_serial:
        return (Part(here.filter(pk__in=_found(here.filter(serial=c.serial), c)), "pk",
                     "started_at"),)  # fmt: skip
    digits = Func(F("serial"), Value("0123456789"), function="rtrim")
    found = here.annotate(beginning=digits, letters=Length("serial"))
    return tuple(
        Part(
            found.filter(
                serial__gte=span.first,
                serial__lte=span.last,
                letters=len(span.first),
                beginning=span.beginning,
            ),
            "pk",
            "started_at",
        )
        for span in c.spans()
    )


def _package(c: conditions.Package, site: int, question: Question) -> tuple[Part, ...]:
    held = _packages_in(_found(Package.objects.filter(site=site, code=c.package), c))
    sent = ShippedUnit.objects.filter(package__in=held, cancelled_at__isnull=True)
    return (
        Part(UnitState.objects.filter(package__in=held), "unit_id", "since"),
        Part(sent, "unit_id", "shipment__shipped_at"),
    )


def _packages_in(found: list[int]) -> list[int]:
    """The packages and those in them, at any depth. A query a level."""
    held, new = set(found), found
    while new:
        inner = PackageState.objects.filter(inside__in=new).values_list("package_id", flat=True)
        new = [p for p in inner if p not in held]
        held.update(new)
    return sorted(held)


def _shipment(c: conditions.Shipment, site: int, question: Question) -> tuple[Part, ...]:
    return _sent(_found(Shipment.objects.filter(site=site, code=c.shipment), c))


def _customer(c: conditions.Customer, site: int, question: Question) -> tuple[Part, ...]:
    held = _found(Customer.objects.filter(site=site, name__iexact=c.customer), c)
    to_them = Shipment.objects.filter(customer__in=held)
    return _sent(list(to_them.values_list("pk", flat=True)))


def _sent(shipments: list[int]) -> tuple[Part, ...]:
    rows = ShippedUnit.objects.filter(
        among(ShippedUnit, "shipment", shipments), cancelled_at__isnull=True
    )
    return (Part(rows, "unit_id", "shipment__shipped_at"),)


UNITS: Mapping[str, Callable[[Any, int, Question], tuple[Part, ...]]] = {
    "equipment": _equipment,
    "gauge": _gauge,
    "operator": _operator,
    "parameter": _parameter,
    "station": _station,
    "procedure": _procedure,
    "baseline": _baseline,
    "instruction": _instruction,
    "batch": _batch,
    "serial": _serial,
    "package": _package,
    "shipment": _shipment,
    "customer": _customer,
}
