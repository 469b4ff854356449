"""The rows of an operation and of all it consists of: settled, written, copied, taken back."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from msgspec.structs import replace as with_

from firstoff.db.erasing import erase
from firstoff.db.models import (
    BomLine,
    Characteristic,
    DocumentVersion,
    Equipment,
    InstructionStep,
    Operation,
    OperationMaterial,
    ProcessParameter,
)
from firstoff.errors import InvalidInput
from firstoff.queries.plan import operation_facts, operation_rows
from firstoff.rules.plan import MaterialUse, Picture, PlanOperation, StepFacts
from firstoff.terms import EquipmentKind

COLUMNS = (
    *("seq", "name", "work_centre", "standard_minutes", "instruction", "caution"),
    *("required_skill", "jig_not_needed"),
)
_JIGS = (EquipmentKind.JIG, EquipmentKind.TOOL)
_PARAMETER = ("name", "unit", "nominal", "lower", "upper", "decimals", "recorded")


# ---------------------------------------------------------------- what is meant


def settled(
    operations: Sequence[PlanOperation], *, revision_id: int, site_id: int
) -> tuple[PlanOperation, ...]:
    """The operations with what they name found: lines of the bill of materials by all that is
    known of them, pictures by their document. Raises InvalidInput with ``seq``. Two queries."""
    lines: list[BomLine] = []
    if any(o.materials for o in operations):
        rows = BomLine.objects.filter(revision=revision_id).select_related("part")
        lines = list(rows.order_by("position"))
    hashes = {p.sha256 for o in operations for s in o.steps for p in s.pictures}
    versions = _versions(hashes, site_id) if hashes else {}
    return tuple(
        replace(
            one,
            materials=_materials(one, lines),
            steps=tuple(_pictured(step, versions, one.seq) for step in one.steps),
        )
        for one in operations
    )


def _materials(one: PlanOperation, lines: Sequence[BomLine]) -> tuple[MaterialUse, ...]:
    found = []
    for material in one.materials:
        line = _line(material, lines, one.seq)
        found.append(
            with_(
                material, line=line.position, part=line.part.number, find_number=line.find_number
            )
        )
    places = [m.line for m in found]
    for place in places:
        if places.count(place) > 1:
            raise _wrong(one.seq, f"consumes line {place} twice", "materials")
    return tuple(sorted(found, key=lambda m: m.line))


def _line(material: MaterialUse, lines: Sequence[BomLine], seq: int) -> BomLine:
    asked = (material.line, material.find_number, material.part)
    meant = []
    for line in lines:
        known = (line.position, line.find_number, line.part.number)
        if all(not given or given == held for given, held in zip(asked, known, strict=True)):
            meant.append(line)
    if len(meant) == 1:
        return meant[0]
    if not meant:
        raise _wrong(
            seq,
            f"consumes line {material.name}, which the bill of materials does not have",
            "materials",
        )
    places = ", ".join(str(line.position) for line in meant[:5])
    raise _wrong(
        seq,
        f"consumes {material.name}, which several lines are: {places}",
        "materials",
        "Name the line by its place.",
    )


def _versions(hashes: Iterable[str], site_id: int) -> dict[str, list[DocumentVersion]]:
    rows = DocumentVersion.objects.filter(sha256__in=hashes, document__site=site_id)
    found: dict[str, list[DocumentVersion]] = {}
    for row in rows.select_related("document").order_by("pk"):
        found.setdefault(row.sha256, []).append(row)
    return found


def _pictured(step: StepFacts, versions: dict[str, list[DocumentVersion]], seq: int) -> StepFacts:
    found = []
    for picture in step.pictures:
        same = versions.get(picture.sha256, [])
        if not same:
            name = str(picture).strip() or picture.sha256[:8]
            raise _wrong(
                seq, f"shows the picture {name}, which is no document here", "steps",
                "Add the document first.",
            )  # fmt: skip
        named = (v for v in same if (v.document.number, v.label) == _name(picture))
        row = next(named, same[0])
        found.append(Picture(sha256=row.sha256, document=row.document.number, version=row.label))
    return with_(step, pictures=tuple(found)) if found else step


def _name(picture: Picture) -> tuple[str, str]:
    return picture.document, picture.version


def _wrong(seq: int, what: str, field: str, way_out: str = "") -> InvalidInput:
    return InvalidInput(f"Operation {seq} {what}.", way_out=way_out, field=field, seq=seq)


# ---------------------------------------------------------------- the rows


def write(row: Operation, one: PlanOperation, site_id: int) -> None:
    """Bring the row, and all it consists of, to what the settled operation says."""
    for field in COLUMNS:
        setattr(row, field, getattr(one, field))
    row.predecessors = None if one.predecessors is None else list(one.predecessors)
    row.jig = _jig(one, site_id)
    row.save()
    known = _characteristics(row.plan.revision_id, one)
    row.characteristics.set(known.values())
    row.equipment.set(_equipment(one, site_id))
    before = _work_of(row)
    if before == (one.parameters, one.materials, one.steps):
        return
    for owned in (InstructionStep, OperationMaterial):
        erase(owned.objects.filter(operation=row), f"Operation {one.seq}")
    parameters = _write_parameters(row, one)
    _write_materials(row, one)
    _write_steps(row, one, known, parameters, site_id)


def _work_of(row: Operation) -> tuple[Any, ...]:
    held = operation_facts(operation_rows().get(pk=row.pk))
    return held.parameters, held.materials, held.steps


def _write_parameters(row: Operation, one: PlanOperation) -> dict[str, ProcessParameter]:
    """By name; a row that stays is kept, because the control plan may name it."""
    there = {p.name.casefold(): p for p in ProcessParameter.objects.filter(operation=row)}
    wanted = {p.name.casefold() for p in one.parameters}
    for name in there.keys() - wanted:
        gone = ProcessParameter.objects.filter(pk=there[name].pk)
        erase(gone, f"Parameter {there[name].name} of operation {one.seq}")
    found = {}
    for place, facts in enumerate(one.parameters, start=1):
        held = there.get(facts.name.casefold(), ProcessParameter(operation=row))
        held.position = place
        for field in _PARAMETER:
            setattr(held, field, getattr(facts, field))
        held.save()
        found[facts.name] = held
    return found


def _write_materials(row: Operation, one: PlanOperation) -> None:
    if not one.materials:
        return
    places = [m.line for m in one.materials]
    rows = BomLine.objects.filter(revision=row.plan.revision_id, position__in=places)
    lines = {line.position: line for line in rows}
    OperationMaterial.objects.bulk_create(
        [
            OperationMaterial(
                operation=row,
                line=lines[m.line],
                quantity=m.quantity,  # type: ignore[misc]  # the stubs know whole numbers only
            )
            for m in one.materials
        ]
    )


def _write_steps(
    row: Operation,
    one: PlanOperation,
    known: dict[str, Characteristic],
    parameters: dict[str, ProcessParameter],
    site_id: int,
) -> None:
    versions = _versions({p.sha256 for s in one.steps for p in s.pictures}, site_id)
    for place, step in enumerate(one.steps, start=1):
        made = InstructionStep.objects.create(
            operation=row,
            position=place,
            text=step.text,
            caution=step.caution,
            tool=step.tool,
            torque=step.torque,
            asks=[need.value for need in step.asks],
            characteristic=known.get(step.characteristic),
            parameter=parameters.get(step.parameter),
        )
        if step.pictures:
            shown = {(v.document.number, v.label): v for same in versions.values() for v in same}
            made.pictures.set([shown[_name(p)] for p in step.pictures])


def _jig(one: PlanOperation, site_id: int) -> Equipment | None:
    if not one.jig:
        return None
    found = Equipment.objects.filter(site=site_id, code=one.jig).first()
    if found is None or found.retired_at is not None or found.kind not in _JIGS:
        why = "is not there" if found is None else f"is a {found.kind}"
        why = "is retired" if found is not None and found.retired_at else why
        raise InvalidInput(
            f"Operation {one.seq}: jig {one.jig!r} {why}; expected a jig or tool in use.",
            field="jig",
            seq=one.seq,
        )
    return found


def _equipment(one: PlanOperation, site_id: int) -> list[Equipment]:
    rows = Equipment.objects.filter(site=site_id, code__in=one.equipment, retired_at__isnull=True)
    found = list(rows) if one.equipment else []
    missing = sorted({*one.equipment} - {e.code for e in found})
    if missing:
        raise InvalidInput(
            f"Operation {one.seq}: equipment {missing[0]!r} is not there or retired; expected "
            "some in use.",
            field="equipment",
            seq=one.seq,
        )
    return found


def _characteristics(revision_id: int, one: PlanOperation) -> dict[str, Characteristic]:
    if not one.characteristics:
        return {}
    rows = Characteristic.objects.filter(revision=revision_id, number__in=one.characteristics)
    found = {c.number: c for c in rows}
    unknown = sorted({*one.characteristics} - found.keys())
    if unknown:
        raise InvalidInput(
            f"Operation {one.seq} checks characteristic {unknown[0]}, which the revision does "
            "not have.",
            field="characteristics",
            seq=one.seq,
        )
    return found
