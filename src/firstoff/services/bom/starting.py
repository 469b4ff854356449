"""A product out of its bill of materials: program, part and draft are made on the way."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from firstoff.db.models import Part, PartRevision, Program
from firstoff.errors import InvalidInput
from firstoff.formats.bom import BomMapping
from firstoff.rules.access import Actor, require
from firstoff.rules.product import ProgramFacts, check_label, check_program
from firstoff.services import ledger
from firstoff.services.bom.importing import BomImported, ImportPreview, import_bom, preview_into
from firstoff.services.product import create_program
from firstoff.terms import Procurement


@dataclass(frozen=True, slots=True)
class Started:
    """A program that was made, and what was taken into its first draft."""

    program: Program
    taken: BomImported


def preview_start(
    *,
    site_id: int,
    code: str,
    name: str,
    files: Sequence[tuple[str, bytes]],
    by: Actor,
    revision: str = "A",
    first_quantity: int | None = None,
    due: date | None = None,
    currency: str = "USD",
    kind: str = "",
    mapping: BomMapping | None = None,
) -> ImportPreview:
    """What ``start_program`` would make of files. Writes nothing. Raises InvalidInput, also where
    the code or the part number is taken."""
    require(by, "program.edit", site_id)
    require(by, "definition.edit", site_id)
    wanted = check_program(
        ProgramFacts(code, name, first_quantity=first_quantity, due=due, currency=currency)
    )
    label = check_label(revision.strip(), field="revision")
    _check_free(site_id, wanted.code)
    part = Part(
        site_id=site_id, number=wanted.code, name=wanted.name, procurement=Procurement.MAKE
    )
    return preview_into(PartRevision(part=part, label=label), files, kind, mapping)


def start_program(
    *,
    site_id: int,
    code: str,
    name: str,
    files: Sequence[tuple[str, bytes]],
    by: Actor,
    at: datetime,
    revision: str = "A",
    first_quantity: int | None = None,
    due: date | None = None,
    currency: str = "USD",
    kind: str = "",
    mapping: BomMapping | None = None,
    leave_out: bool = False,
) -> Started:
    """A program with its part, its first draft and the lines of a file in it: all or nothing.

    Raises InvalidInput, Refused, as ``create_program`` and ``import_bom`` do.
    """
    with ledger.together():
        program = create_program(
            site_id=site_id,
            code=code,
            name=name,
            revision=revision,
            first_quantity=first_quantity,
            due=due,
            currency=currency,
            by=by,
            at=at,
        )
        draft = PartRevision.objects.get(part=program.part_id)
        taken = import_bom(
            revision_id=draft.pk,
            files=files,
            by=by,
            at=at,
            kind=kind,
            mapping=mapping,
            leave_out=leave_out,
        )
    return Started(program, taken)


def _check_free(site_id: int, code: str) -> None:
    if Program.objects.filter(site=site_id, code__iexact=code).exists():
        raise InvalidInput(f"There is a program {code!r} at this site already.", field="code")
    if Part.objects.filter(site=site_id, number__iexact=code).exists():
        raise InvalidInput(f"There is a part {code!r} at this site already.", field="code")
