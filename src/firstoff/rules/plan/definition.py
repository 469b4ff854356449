"""A whole product as one thing: what a file of a definition says."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from firstoff.errors import InvalidInput
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
class Definition:
    """Program, part, one revision with its characteristics, one plan, and what they refer to.

    ``release_revision`` and ``release_plan``: whether both stand released once it is loaded.
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


def check_definition(found: Definition) -> Definition:
    """The definition, trimmed and in order, if it can be loaded. Raises InvalidInput."""
    characteristics = check_characteristics(found.characteristics)
    operations = check_operations(found.operations)
    known = {c.number for c in characteristics}
    for operation in operations:
        for number in operation.characteristics:
            if number not in known:
                raise InvalidInput(
                    f"Operation {operation.seq} checks characteristic {number}, which the "
                    "definition does not have.",
                    field="characteristics",
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
    )


def _once(what: str, codes: Sequence[str]) -> None:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            raise InvalidInput(f"The {what} {code} is there twice.", field=what)
        seen.add(code)
