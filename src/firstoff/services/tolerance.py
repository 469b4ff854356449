"""The library of process capabilities, which process makes what, and chains of tolerances."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from msgspec.structs import replace as changed

from firstoff.db.models import (
    Characteristic,
    CharacteristicProcess,
    Equipment,
    PartRevision,
    ProcessCapability,
    Program,
    StackUp,
    StackUpLink,
)
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, NotFound
from firstoff.queries.product import facts_of
from firstoff.queries.tolerance import newest, process_facts
from firstoff.rules.access import Actor, require
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.product import (
    CharacteristicFacts,
    check_code,
    check_editable,
    check_line,
    check_name,
)
from firstoff.rules.tolerance import ProcessFacts, chain_links, check_process, judge_chain
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.product import program_for, revision_of

_LARGEST_INDEX = Decimal(10)


def record_process(
    *,
    site_id: int,
    process: ProcessFacts,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
) -> ProcessFacts:
    """Put what a process was found to hold into the site's library; the latest of the same
    process, feature and machine holds. A machine that is equipment here is known by its code.
    Saying the same again records nothing."""
    require(by, "definition.edit", site_id)
    wanted = check_process(process)
    with ledger.verb(
        "tolerance.record_process", by=by, at=at, subject=f"process {wanted.label}"
    ) as entry:
        _write_process(site_id, wanted, entry, uid)
    return wanted


def record_processes(
    *, site_id: int, processes: Sequence[ProcessFacts], by: Actor, at: datetime
) -> int:
    """Several at once, all or nothing; answers how many were new."""
    require(by, "definition.edit", site_id)
    wanted = [check_process(p) for p in processes]
    if not wanted:
        raise InvalidInput("No process was given.", field="processes")
    with ledger.verb(
        "tolerance.record_processes", by=by, at=at, subject=f"{len(wanted)} processes"
    ) as entry:
        return sum(_write_process(site_id, one, entry, None) for one in wanted)


def retire_process(
    *, site_id: int, process: str, machine: str, by: Actor, at: datetime, feature: str = ""
) -> None:
    """Reckon with it no more. The records stay (R-68). Raises NotFound."""
    require(by, "definition.edit", site_id)
    with ledger.verb(
        "tolerance.retire_process", by=by, at=at, subject=f"process {process}"
    ) as entry:
        rows = newest(site_id).filter(retired=False, process=process, feature=feature)
        found = next(
            (r for r in rows.select_related("equipment") if process_facts(r).machine == machine),
            None,
        )
        if found is None:
            on = f" on {machine}" if machine else ""
            raise NotFound(f"The library has no process {process!r}{on}.")
        _copy(found, entry, retired=True)


def assign_process(
    *,
    program_id: int,
    revision: str,
    number: str,
    process: str,
    machine: str = "",
    required: Decimal | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """Say which process is to make a characteristic, and the index it is asked to hold.

    It is a judgement beside the definition, and no part of it: a released revision may be judged
    by another process. process empty: none is named.
    """
    program = program_for(by, program_id, "definition.edit")
    name = check_line(process, "process", longest=120, field="process")
    if required is not None and not 0 < required <= _LARGEST_INDEX:
        raise InvalidInput(
            f"The index asked for is {required}; expected above 0 and at most {_LARGEST_INDEX}.",
            field="required",
        )
    with _verb("tolerance.assign_process", by, at, program) as entry:
        found = revision_of(program, revision)
        row = _numbered(found, number)
        entry.details.update(revision=found.label, number=number, process=name, machine=machine)
        if not name:
            CharacteristicProcess.objects.filter(characteristic=row).delete()
            return
        equipment, other = _machine(program.site_id, machine)
        CharacteristicProcess.objects.update_or_create(
            characteristic=row,
            defaults={
                "process": name,
                "equipment": equipment,
                "machine": other,
                "required": required,
            },
        )


def set_chain(
    *, program_id: int, revision: str, chain: FrozenStack, by: Actor, at: datetime
) -> FrozenStack:
    """Declare a chain of tolerances on a draft, or change the one of this code (R-14).

    Refused where it could not be judged: a link without limits, a characteristic that is not
    there.
    """
    program = program_for(by, program_id, "definition.edit")
    with _verb("tolerance.set_chain", by, at, program) as entry:
        found = revision_of(program, revision)
        check_editable(found.status, f"Revision {found.label}")
        wanted = check_chain(chain)
        write_chain(found, wanted, by.site_ids)
        entry.details.update(revision=found.label, chain=wanted.code, links=len(wanted.links))
    return wanted


def remove_chain(*, program_id: int, revision: str, code: str, by: Actor, at: datetime) -> None:
    """Take a chain out of a draft. Raises NotFound."""
    program = program_for(by, program_id, "definition.edit")
    with _verb("tolerance.remove_chain", by, at, program) as entry:
        found = revision_of(program, revision)
        check_editable(found.status, f"Revision {found.label}")
        row = StackUp.objects.filter(revision=found, code=code).first()
        if row is None:
            raise NotFound(f"Revision {found.label} has no chain {code!r}.")
        row.links.all().delete()
        row.delete()
        entry.details.update(revision=found.label, chain=code)


def check_chain(chain: FrozenStack) -> FrozenStack:
    """The chain, trimmed. Raises InvalidInput naming the field."""
    code = check_code(chain.code, "chain code", field="code")
    numbers = [v for v in (chain.lower, chain.upper) if v is not None]
    if any(not v.is_finite() for v in numbers):
        raise InvalidInput(f"Chain {code}: a limit is no number.", field="lower")
    if chain.lower is not None and chain.upper is not None and chain.lower >= chain.upper:
        raise InvalidInput(
            f"Chain {code}: the lower limit {chain.lower} is not below the upper {chain.upper}.",
            field="lower",
        )
    return changed(
        chain,
        code=code,
        name=check_name(chain.name, f"name of chain {code}", field="name"),
        unit=check_line(chain.unit, f"unit of chain {code}", longest=20, field="unit"),
        consequence=check_line(chain.consequence, "consequence", field="consequence"),
        decimals=max((_digits(v) for v in numbers), default=0),
    )


def write_chain(revision: PartRevision, wanted: FrozenStack, site_ids: Sequence[int]) -> None:
    """Inside a verb: bring the chain of this code to this. Raises InvalidInput, NotFound."""
    rows = [_linked(revision, link, site_ids) for link in wanted.links]
    facts = _facts_of(rows)
    judge_chain(
        wanted,
        chain_links(wanted, facts, part=revision.part.number, revision=revision.label),
    )
    values = {
        "name": wanted.name,
        "unit": wanted.unit,
        "lower": wanted.lower,
        "upper": wanted.upper,
        "decimals": wanted.decimals,
        "consequence": wanted.consequence,
    }
    stack, _ = StackUp.objects.update_or_create(
        revision=revision, code=wanted.code, defaults=values
    )
    StackUpLink.objects.filter(stack=stack).delete()
    StackUpLink.objects.bulk_create(
        StackUpLink(
            stack=stack,
            position=place,
            characteristic=row,
            name=link.name,
            nominal=link.nominal,
            lower=link.lower,
            upper=link.upper,
            sensitivity=link.sensitivity,
            distribution=link.distribution,
        )
        for place, (link, row) in enumerate(zip(wanted.links, rows, strict=True), 1)
    )


def _linked(
    revision: PartRevision, link: FrozenStackLink, site_ids: Sequence[int]
) -> Characteristic | None:
    if not link.characteristic:
        return None
    where: dict[str, Any] = {"revision": revision.pk}
    if link.part:
        where = {
            "revision__part__number": link.part,
            "revision__part__site__in": site_ids,
            "revision__label": link.revision,
        }
    found = Characteristic.objects.filter(number=link.characteristic, **where)
    row = found.select_related("revision__part").first()
    if row is None:
        of = f"part {link.part} revision {link.revision}" if link.part else "the revision"
        raise InvalidInput(
            f"There is no characteristic {link.characteristic!r} in {of}.", field="links"
        )
    return row


def _facts_of(
    rows: Sequence[Characteristic | None],
) -> Mapping[tuple[str, str, str], CharacteristicFacts]:
    return {(r.revision.part.number, r.revision.label, r.number): facts_of(r) for r in rows if r}


def _write_process(site_id: int, wanted: ProcessFacts, entry: Entry, uid: UUID | None) -> bool:
    equipment, other = _machine(site_id, wanted.machine)
    same = newest(site_id).filter(
        process=wanted.process, feature=wanted.feature, machine=other, equipment=equipment
    )
    held = same.select_related("equipment").first()
    if held is not None and not held.retired and process_facts(held) == wanted:
        return False
    entry.details.update(process=wanted.process, machine=wanted.machine)
    entry.add(
        ProcessCapability(
            uid=uid or new_uid(),
            site_id=site_id,
            process=wanted.process,
            feature=wanted.feature,
            equipment=equipment,
            machine=other,
            unit=wanted.unit,
            spread=wanted.spread,
            shift=wanted.shift,
            values=wanted.values,
            measured_on=wanted.measured_on,
            source=wanted.source,
        )
    )
    return True


def _copy(found: ProcessCapability, entry: Entry, *, retired: bool) -> None:
    names = ("process", "feature", "equipment_id", "machine", "unit", "spread", "shift")
    kept = {n: getattr(found, n) for n in (*names, "values", "measured_on", "source", "site_id")}
    entry.add(ProcessCapability(uid=new_uid(), retired=retired, **kept))


def _machine(site_id: int, code: str) -> tuple[Equipment | None, str]:
    """Equipment of this code, or the name of a machine that is somebody else's."""
    text = check_line(code, "machine", longest=120, field="machine")
    found = Equipment.objects.filter(site=site_id, code=text).first() if text else None
    return (found, "") if found else (None, text)


def _numbered(revision: PartRevision, number: str) -> Characteristic:
    found = Characteristic.objects.filter(revision=revision, number=number).first()
    if found is None:
        raise NotFound(f"Revision {revision.label} has no characteristic {number!r}.")
    return found


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _verb(name: str, by: Actor, at: datetime, program: Program) -> AbstractContextManager[Entry]:
    return ledger.verb(name, by=by, at=at, subject=f"program {program.code}", program=program)
