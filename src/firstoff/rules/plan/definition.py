"""A whole product as one thing: what a file of a definition says."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from firstoff.errors import InvalidInput
from firstoff.rules.plan.frozen import Contents, FrozenDocument, FrozenPart
from firstoff.rules.plan.process import (
    CatalogueCode,
    EquipmentFacts,
    PlanOperation,
    check_catalogue_code,
    check_equipment,
    check_operations,
)
from firstoff.rules.product import (
    CharacteristicFacts,
    ProgramFacts,
    check_characteristics,
    check_label,
    check_program,
)


@dataclass(frozen=True, slots=True)
class AssemblyDefinition:
    """A part made here that goes into the product, with one revision and, where it has one of its
    own, one plan; an empty label: it is made by the plan of what it goes into."""

    part: str
    name: str
    revision: str
    release_revision: bool = False
    plan: str = ""
    release_plan: bool = False
    characteristics: tuple[CharacteristicFacts, ...] = ()
    operations: tuple[PlanOperation, ...] = ()
    contents: Contents = field(default_factory=Contents)


@dataclass(frozen=True, slots=True)
class Definition:
    """Program, part, one revision with its characteristics, one plan, and what they refer to.

    ``release_revision`` and ``release_plan``: whether both stand released once it is loaded.
    ``assemblies``: parts made here at any depth; ``parts``: what is known of parts, bought ones
    too; ``documents``: those that pictures of steps are of, beside what the contents name;
    ``files``: bytes of documents by their SHA-256.
    """

    program: ProgramFacts
    part: str
    part_name: str
    revision: str
    characteristics: tuple[CharacteristicFacts, ...] = ()
    release_revision: bool = False
    plan: str = "1"
    operations: tuple[PlanOperation, ...] = ()
    release_plan: bool = False
    equipment: tuple[EquipmentFacts, ...] = ()
    defect_codes: tuple[CatalogueCode, ...] = ()
    contents: Contents = field(default_factory=Contents)
    assemblies: tuple[AssemblyDefinition, ...] = ()
    parts: tuple[FrozenPart, ...] = ()
    documents: tuple[FrozenDocument, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)


def children_first(assemblies: Sequence[AssemblyDefinition]) -> tuple[AssemblyDefinition, ...]:
    """What goes into another stands before it. Raises InvalidInput where one goes into itself."""
    waiting = {(a.part, a.revision): a for a in assemblies}
    order: list[AssemblyDefinition] = []
    while waiting:
        ready = [
            key
            for key, a in waiting.items()
            if not any((line.part, line.revision) in waiting for line in a.contents.lines)
        ]
        if not ready:
            names = ", ".join(sorted(part for part, _ in waiting))
            raise InvalidInput(f"These go into each other: {names}.", field="assemblies")
        order += [waiting.pop(key) for key in sorted(ready)]
    return tuple(order)


def check_definition(found: Definition) -> Definition:
    """The definition, trimmed and in order, if it can be loaded. Raises InvalidInput."""
    characteristics = check_characteristics(found.characteristics)
    operations = _operations_of(found.operations, characteristics)
    assemblies = tuple(
        replace(
            one,
            revision=check_label(one.revision, "revision"),
            characteristics=(of := check_characteristics(one.characteristics)),
            operations=_operations_of(one.operations, of),
        )
        for one in children_first(found.assemblies)
    )
    _once("assembly", [f"{a.part} {a.revision}" for a in assemblies])
    _once("part", [p.number for p in found.parts])
    for digest, content in found.files.items():
        if hashlib.sha256(content).hexdigest() != digest:
            raise InvalidInput(
                f"The file {digest[:12]}… is not the one that the document names: its bytes have "
                "another SHA-256.",
                field="files",
            )
    equipment = tuple(check_equipment(e) for e in found.equipment)
    codes = tuple(check_catalogue_code(c) for c in found.defect_codes)
    _once("equipment", [e.code for e in equipment])
    _once("defect code", [c.code for c in codes])
    return replace(
        found,
        program=check_program(found.program),
        revision=check_label(found.revision, "revision"),
        plan=check_label(found.plan, "plan"),
        characteristics=characteristics,
        operations=operations,
        equipment=equipment,
        defect_codes=codes,
        assemblies=assemblies,
    )


def _operations_of(
    operations: Sequence[PlanOperation], characteristics: Sequence[CharacteristicFacts]
) -> tuple[PlanOperation, ...]:
    checked = check_operations(operations)
    known = {c.number for c in characteristics}
    for operation in checked:
        for number in operation.characteristics:
            if number not in known:
                raise InvalidInput(
                    f"Operation {operation.seq} checks characteristic {number}, which the "
                    "definition does not have.",
                    field="characteristics",
                )
    return checked


def _once(what: str, codes: Sequence[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise InvalidInput(f"The {what} {code} is there twice.", field=what)
        seen.add(code)
