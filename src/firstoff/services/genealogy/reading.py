"""Filling the picture: each function asks one or two tables, for all records at once."""

import json
from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Lower

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Assembly,
    Calibration,
    Customer,
    Equipment,
    EquipmentUse,
    FloorRecord,
    Load,
    OperationRecord,
    Package,
    PackageState,
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
from firstoff.queries.access import roles_of
from firstoff.rules.access import builder_class
from firstoff.services.execution.floor import Operator, holding
from firstoff.services.genealogy.naming import Names
from firstoff.services.genealogy.picture import Picture, chunks
from firstoff.services.genealogy.readings import Box, Fitting, Gone, Reel, Stand
from firstoff.terms import FloorKind, Place

# From units upwards to what they are installed in now, or from packages to all that is in them.
_UP = """
WITH RECURSIVE up(child) AS (
  SELECT id FROM firstoff_unit WHERE id IN ({holes})
  UNION
  SELECT a.parent_id FROM firstoff_assembly a JOIN up ON a.child_id = up.child
  WHERE a.removed_at IS NULL)
SELECT child FROM up"""
_AROUND = """
WITH RECURSIVE down(package) AS (
  SELECT id FROM firstoff_package WHERE id IN ({holes})
  UNION
  SELECT s.package_id FROM firstoff_packagestate s JOIN down ON s.inside_id = down.package)
SELECT package FROM down"""


def read_all(picture: Picture, names: Names) -> None:
    """Everything that records with these names have to know."""
    _read_runs(picture, names)
    book = picture.book
    book.read_parts(names.parts, names.new_parts)
    book.read_suppliers(names.suppliers)
    book.read_sources(names.sources)
    _read_people(picture, names.operators)
    _read_equipment(picture, names.equipment)
    _read_calibrations(picture, names.calibrated)
    _read_voided(picture, names)
    _read_units(picture, names)
    _read_packages(picture, names)
    _read_shipments(picture, names)
    book.read(names.lots)
    _read_around_voided(picture)
    _read_procedures(picture, names)
    read_stands(picture)
    _read_fittings(picture, names)


def _read_runs(picture: Picture, names: Names) -> None:
    site = picture.site.pk
    held = picture.kept.runs if picture.kept else {}
    for batch in names.batches:
        if (site, batch) in held:
            _take_run(picture, held[site, batch])
    for some in chunks(batch for batch in names.batches if batch not in picture.batches):
        _take_runs(picture, Q(batch_id__in=some))
        found = picture.batches
        held.update(((site, batch), found[batch]) for batch in some if batch in found)


def _take_run(picture: Picture, run: Run) -> None:
    picture.runs[run.pk] = picture.batches[run.batch_id] = run
    part = run.program.part
    picture.book.parts[part.number] = part


def _take_runs(picture: Picture, wanted: Q) -> None:
    rows = Run.objects.select_related("site", "program", "program__part", "baseline")
    rows = rows.select_related("closure__by")  # whether it is closed: no query of its own
    for run in rows.defer("baseline__content").filter(wanted, site=picture.site.pk):
        _take_run(picture, run)


def _read_people(picture: Picture, usernames: Iterable[str]) -> None:
    site = picture.site.pk
    held = picture.kept.operators if picture.kept else {}
    wanted = list(usernames)
    picture.people.update((name, held[site, name]) for name in wanted if (site, name) in held)
    for some in chunks(name for name in wanted if name not in picture.people):
        rows = Person.objects.annotate(lower=Lower("username")).filter(
            lower__in=[name.lower() for name in some], is_active=True
        )
        people = {person.username.lower(): person for person in rows}
        roles = roles_of([person.pk for person in people.values()])
        for name in some:
            person = people.get(name.lower())
            here = roles[person.pk].get(site) if person else None
            if person is not None and here:
                held[site, name] = picture.people[name] = Operator(
                    person.pk, person.username, person.name, builder_class(here)
                )


def _read_equipment(picture: Picture, codes: Iterable[str]) -> None:
    counted = []
    for some in chunks(codes):
        for machine in Equipment.objects.filter(site=picture.site.pk, code__in=some):
            picture.machines[machine.code] = machine
            counted += [machine.pk] if machine.max_uses is not None else []
    for some_keys in chunks(counted):
        picture.uses.update(dict.fromkeys(some_keys, 0))
        rows = EquipmentUse.objects.filter(equipment__in=some_keys)
        picture.uses.update(rows.values_list("equipment_id", "uses"))


def _read_calibrations(picture: Picture, codes: Iterable[str]) -> None:
    """When equipment was calibrated last: one that is told late changes nothing today."""
    for some in chunks([picture.machines[c].pk for c in codes if c in picture.machines]):
        last = Calibration.objects.filter(equipment__in=some).values("equipment")
        rows = last.annotate(last=Max("calibrated_at")).values_list("equipment_id", "last")
        picture.calibrated.update(rows)


def _read_units(picture: Picture, names: Names) -> None:
    """The units that are named, and the runs they belong to."""
    wanted: dict[int, dict[str, None]] = {}
    for part, batch, serial in names.units:
        run = picture.batches.get(batch)
        known = run.program.part if run else picture.book.parts.get(part)
        if known is not None:
            wanted.setdefault(known.pk, {})[serial] = None
    for part_id, serials in wanted.items():
        for some in chunks(serials):
            take_units(picture, Q(part=part_id, serial__in=some))
    _read_their_runs(picture)


def take_units(picture: Picture, wanted: Q) -> None:
    for unit in Unit.objects.filter(wanted).select_related("operator", "equipment"):
        picture.units[unit.part_id, unit.serial] = picture.by_key[unit.pk] = unit


def _read_their_runs(picture: Picture) -> None:
    unknown = {u.run_id for u in picture.by_key.values() if u.run_id not in picture.runs}
    unknown.discard(None)
    if unknown:
        _take_runs(picture, Q(pk__in=unknown))


def _read_packages(picture: Picture, names: Names) -> None:
    """The packages that are named, with all that is in them, through every level."""
    if not names.packages:
        return
    for some in chunks(names.packages):
        for package in Package.objects.filter(site=picture.site.pk, code__in=some):
            picture.packages[package.code] = package
    keys = _recursive(_AROUND, [package.pk for package in picture.packages.values()])
    take_packages(picture, keys)


def take_packages(picture: Picture, keys: Iterable[int]) -> None:
    held = list(keys)
    readings = picture.readings
    for some in chunks(held):
        for row in PackageState.objects.filter(package__in=some):
            readings.boxes[row.package_id] = Box(row.inside_id, row.shipment_id)
            if row.inside_id is not None:
                readings.boxes_in.setdefault(row.inside_id, set()).add(row.package_id)
        take_units(picture, Q(state__package__in=some))
        for package in Package.objects.filter(pk__in=some):
            picture.packages[package.code] = package
    outer = {b.inside for b in readings.boxes.values() if b.inside is not None} - set(held)
    for some in chunks(outer):  # the ones they are in: their codes are for sentences
        for package in Package.objects.filter(pk__in=some):
            picture.packages[package.code] = package
    _read_their_runs(picture)


def _read_shipments(picture: Picture, names: Names) -> None:
    if not names.shipments:
        return
    for some in chunks(names.shipments):
        for shipment in Shipment.objects.filter(site=picture.site.pk, code__in=some):
            picture.shipments[shipment.code] = shipment
    for some in chunks(names.customers):
        for customer in Customer.objects.filter(site=picture.site.pk, name__in=some):
            picture.customers[customer.name] = customer
    take_shipped(picture, [shipment.pk for shipment in picture.shipments.values()])


def take_shipped(picture: Picture, shipments: Iterable[int]) -> None:
    """What went with these shipments."""
    packages = set()
    for some in chunks(shipments):
        for row in ShippedUnit.objects.filter(shipment__in=some):
            gone = Gone(row.package_id, row.cancelled_at)
            picture.readings.gone[row.unit_id, row.shipment_id] = gone
        take_units(picture, Q(shipped__shipment__in=some))
        rows = PackageState.objects.filter(shipment__in=some)
        packages |= set(rows.values_list("package_id", flat=True))
    if packages:
        take_packages(picture, packages)
    _read_their_runs(picture)


def _read_procedures(picture: Picture, names: Names) -> None:
    for some in chunks(names.procedures):
        for revision in ProcedureRevision.objects.filter(digest__in=some):
            picture.procedures[revision.digest] = revision


@prepared
def _states(units: Keys) -> "QuerySet[UnitState]":
    return UnitState.objects.filter(among(UnitState, "unit", units))


def read_stands(picture: Picture) -> None:
    """Where the units are, and which containments hold them."""
    readings = picture.readings
    held: list[int] = []
    boxes: set[int] = set()
    shipments: set[int] = set()
    for some in chunks(picture.by_key):
        for row in _states(keys(some)):
            place = Place(row.place)
            stand = Stand(place, row.since, row.package_id, row.shipment_id)
            readings.stands[row.unit_id] = stand
            if stand.package is not None:
                readings.units_in.setdefault(stand.package, set()).add(row.unit_id)
                boxes.add(stand.package)
            if stand.shipment is not None:
                shipments.add(stand.shipment)
            held += [row.unit_id] if row.holds else []
    for some in chunks(held):
        serials = {key: str(key) for key in some}
        found = holding(some, serials)
        picture.contained.update((int(key), names) for key, names in found.items())
    known = {package.pk for package in picture.packages.values()}
    for some in chunks(boxes - known):
        for package in Package.objects.filter(pk__in=some):
            picture.packages[package.code] = package
    known = {shipment.pk for shipment in picture.shipments.values()}
    for some in chunks(shipments - known):
        for shipment in Shipment.objects.filter(pk__in=some):
            picture.shipments[shipment.code] = shipment


def _read_fittings(picture: Picture, names: Names) -> None:
    """Where children were and are, and what their parents are in, all the way up."""
    if not names.children and not any(f.kind in _FITTED for f in picture.voided.values()):
        return
    up = _recursive(_UP, list(picture.by_key))
    missing = [key for key in up if key not in picture.by_key]
    for some in chunks(up):
        for row in Assembly.objects.filter(child__in=some).order_by("installed_at", "seq"):
            picture.readings.fittings.setdefault(row.child_id, []).append(
                Fitting(
                    row.parent_id,
                    row.child_id,
                    row.position,
                    row.installed_at,
                    row.install_record_id,
                    row.removed_at,
                    row.remove_record_id,
                    row.seq,
                )
            )
    parents = {f.parent for held in picture.readings.fittings.values() for f in held}
    for some in chunks([*missing, *(parents - picture.by_key.keys() - set(missing))]):
        for unit in Unit.objects.filter(pk__in=some):
            picture.by_key[unit.pk] = unit


_FITTED = (FloorKind.INSTALL, FloorKind.REMOVE)


def _recursive(query: str, keys: list[int]) -> list[int]:
    found: dict[int, None] = {}
    with connection.cursor() as cursor:
        for some in chunks(keys):
            cursor.execute(query.format(holes=", ".join(["%s"] * len(some))), list(some))
            found.update(dict.fromkeys(key for (key,) in cursor.fetchall()))
    return list(found)


def _read_voided(picture: Picture, names: Names) -> None:
    """Records to be taken back, and what they were about."""
    for some in chunks(names.voids):
        rows = FloorRecord.objects.filter(uid__in=some, site=picture.site.pk)
        for record in rows:
            picture.voided[record.uid] = record
        taken = FloorRecord.objects.filter(supersedes__uid__in=some)
        picture.gone_back.update(taken.values_list("supersedes__uid", flat=True))


def _read_around_voided(picture: Picture) -> None:
    """What the records to be taken back were about."""
    units: set[int] = set()
    packages: set[int] = set()
    shipments: set[int] = set()
    lots: set[int] = set()
    for record in picture.voided.values():
        keys = json.loads(record.content)["keys"]
        units |= {record.unit_id or 0, keys.get("child", 0), *keys.get("units", ())}
        packages |= {keys.get("package") or 0, *keys.get("packages", ())}
        shipments |= {keys.get("shipment") or 0}
        lots |= {lot for lot, _ in keys.get("items", ())}
    for some in chunks(units - {0}):
        take_units(picture, Q(pk__in=some))
    if packages - {0}:
        take_packages(picture, _recursive(_AROUND, sorted(packages - {0})))
    if shipments - {0}:
        for shipment in Shipment.objects.filter(pk__in=shipments):
            picture.shipments[shipment.code] = shipment
        take_shipped(picture, shipments - {0})
    picture.book.read_keys(lots)
    _read_their_runs(picture)


def read_floors(picture: Picture, units: Iterable[Unit]) -> None:
    """The history of units of runs: three queries for each run that is named."""
    by_run: dict[int, list[Unit]] = {}
    for unit in units:
        if unit.run_id is not None:
            by_run.setdefault(unit.run_id, []).append(unit)
    for run_id, found in by_run.items():
        picture.floor(picture.runs[run_id]).know(found)


@prepared
def _tested(units: Keys) -> "QuerySet[TestRecord, tuple[int, str, str]]":
    judged = among(TestRecord, "unit", units)
    rows = TestRecord.objects.filter(judged, outcome__in=("pass", "fail"))
    return rows.order_by("ended_at", "pk").values_list("unit_id", "procedure__name", "outcome")


def read_tests(picture: Picture, units: Iterable[int]) -> None:
    """Which procedures the latest run of which failed. A station error says nothing (R-48)."""
    for some in chunks(units):
        for unit, name, outcome in _tested(keys(some)):
            picture.failed_tests.setdefault(unit, {})[name] = outcome == "fail"


@prepared
def _rework(units: Keys) -> "QuerySet[FloorRecord, tuple[int, str]]":
    rows = FloorRecord.objects.filter(
        among(FloorRecord, "unit", units), kind=FloorKind.REWORK, superseded_by__isnull=True
    )
    return rows.values_list("unit_id", "content")


def read_attempts(picture: Picture, units: Iterable[int]) -> None:
    """Rework that began an attempt which nothing was recorded in yet."""
    for some in chunks(units):
        for unit, content in _rework(keys(some)):
            attempt = json.loads(content)["keys"].get("attempt", 1)
            picture.attempts[unit] = max(attempt, picture.attempts.get(unit, 1))


def read_reels(picture: Picture, spots: Iterable[tuple[int, int]], since: datetime) -> None:
    """Reels that were on at these operations, (run, operation), then or later. One query, and
    those of their lots."""
    wanted = set(spots)
    if not wanted:
        return
    runs, seqs = {run for run, _ in wanted}, {seq for _, seq in wanted}
    lots = set()
    rows = Load.objects.filter(
        Q(unloaded_at__isnull=True) | Q(unloaded_at__gte=since), run__in=runs, operation__in=seqs
    )
    for row in rows.order_by("loaded_at", "record_id"):
        if (row.run_id, row.operation) not in wanted:
            continue
        spot = (row.run_id, row.operation, row.position)
        reel = Reel(row.record_id, spot, row.lot_id, row.per_unit, row.loaded_at, row.unloaded_at)
        picture.readings.reels.setdefault(spot, []).append(reel)
        picture.reels_before[reel.record] = (reel.loaded_at, reel.unloaded_at)
        lots.add(row.lot_id)
    picture.book.read_keys(lots)


def read_done(picture: Picture, spots: Iterable[tuple[int, int]], since: datetime) -> None:
    """Units done at these operations since then: what a reel scanned late is carried by."""
    wanted = set(spots)
    if not wanted:
        return
    rows = OperationRecord.objects.filter(
        run__in={run for run, _ in wanted},
        seq__in={seq for _, seq in wanted},
        ended_at__gte=since,
    )
    for run, seq, unit, ended in rows.order_by("pk").values_list(
        "run_id", "seq", "unit_id", "ended_at"
    ):
        if (run, seq) in wanted:
            picture.done.setdefault((run, seq), []).append((unit, ended))
