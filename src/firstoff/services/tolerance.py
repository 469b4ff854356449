"""The library of process capabilities, studies, which process makes what, chains of tolerances."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec.structs import replace as changed

from firstoff.db.models import (
    CapabilityStudy,
    Characteristic,
    CharacteristicProcess,
    Equipment,
    Part,
    PartRevision,
    ProcessCapability,
    Program,
    StackUp,
    StackUpLink,
)
from firstoff.db.models.ledger import new_uid
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.product import facts_of
from firstoff.queries.tolerance import newest, process_facts, study_facts
from firstoff.rules.access import Actor, require
from firstoff.rules.ledger import canonical, decimal_text
from firstoff.rules.plan import FrozenStack, FrozenStackLink
from firstoff.rules.product import (
    CharacteristicFacts,
    check_code,
    check_editable,
    check_line,
    check_name,
)
from firstoff.rules.tolerance import (
    ProcessFacts,
    StudyFacts,
    chain_links,
    check_process,
    check_studied,
    check_study,
    judge_chain,
)
from firstoff.services import ledger
from firstoff.services.ledger import Entry
from firstoff.services.product import program_for, revision_of
from firstoff.services.repeating import AlreadyStored, Given, same_or_refuse, stored_under
from firstoff.services.sourcing.ground import part_of, with_uid

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


def record_study(
    *,
    site_id: int,
    part: str,
    characteristic: str,
    study: StudyFacts,
    by: Actor,
    at: datetime,
    revision: str = "",
    uid: UUID | None = None,
    supersedes: UUID | None = None,
) -> CapabilityStudy:
    """Keep what was measured of a characteristic to see what its process holds (R-13).

    revision: the newest unless said; supersedes: the study that this one corrects. Without a unit
    that of the characteristic is meant. Posting the same ID again records it once (R-36).
    Raises InvalidInput, NotFound, Refused (R-36, or the study was corrected before), NotAllowed.
    """
    require(by, "definition.edit", site_id)
    # Of no program, as the library: a chain of any program may go over this characteristic, and
    # what is kept of a program's definition holds until its own ledger, or that of none, moves.
    try:
        with ledger.verb(
            "tolerance.record_study", by=by, at=at, subject=f"part {part}, {characteristic}"
        ) as entry:
            found = part_of(site_id, part)
            wanted = check_study(study, today=at.astimezone(ZoneInfo(found.site.time_zone)).date())
            _study_stored(uid, found, revision, characteristic, wanted, supersedes)
            return _write_study(found, revision, characteristic, wanted, entry, uid, supersedes)
    except AlreadyStored as known:
        return known.of(CapabilityStudy)


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


def _write_study(
    part: Part,
    revision: str,
    number: str,
    wanted: StudyFacts,
    entry: Entry,
    uid: UUID | None,
    supersedes: UUID | None,
) -> CapabilityStudy:
    row = _numbered(_revision_of_part(part, revision), number)
    unit = check_studied(facts_of(row), wanted.unit)
    equipment, other = _machine(part.site_id, wanted.machine)
    study = CapabilityStudy(
        site_id=part.site_id,
        part=part,
        revision=row.revision.label,
        characteristic=row.number,
        name=row.name,
        unit=unit,
        pieces=len(wanted.values),
        values=canonical([decimal_text(value) for value in wanted.values]),
        measured_on=wanted.measured_on,
        equipment=equipment,
        machine=other,
        gauge=wanted.gauge,
        source=wanted.source,
        supersedes=None if supersedes is None else _corrected(part, row.number, supersedes),
    )
    entry.details.update(
        revision=study.revision,
        characteristic=f"{row.number} {row.name}",
        pieces=study.pieces,
        machine=wanted.machine,
        measured_on=wanted.measured_on,
        supersedes=supersedes,
    )
    return entry.add(with_uid(study, uid))


def _study_stored(
    uid: UUID | None,
    part: Part,
    revision: str,
    number: str,
    wanted: StudyFacts,
    supersedes: UUID | None,
) -> None:
    """Leave the block with the stored study where this ID was posted before, whatever became of
    its characteristic since. Raises AlreadyStored, Refused (R-36)."""
    stored = stored_under(CapabilityStudy, uid)
    if stored is None:
        return
    held = study_facts(stored)
    corrects = stored.supersedes.uid if stored.supersedes else None
    fields = [
        Given("site_id", part.site_id, stored.site_id),  # another's is not told by its part
        Given("part", part.number, stored.part.number),
        Given("revision", revision or stored.revision, stored.revision),
        Given("characteristic", number, stored.characteristic),
        Given("unit", (wanted.unit or held.unit).casefold(), held.unit.casefold()),
        *(Given(n, getattr(wanted, n), getattr(held, n)) for n in _SAID),
        Given("supersedes", supersedes, corrects),
        Given("number of values", len(wanted.values), len(held.values)),
    ]
    pairs = enumerate(zip(wanted.values, held.values, strict=False), 1)
    same_or_refuse(stored.uid, [*fields, *(Given(f"value {n}", *pair) for n, pair in pairs)])
    raise AlreadyStored(stored)


_SAID = ("measured_on", "machine", "gauge", "source")


def _corrected(part: Part, number: str, uid: UUID) -> CapabilityStudy:
    """The study that another corrects. Raises InvalidInput, Refused where one does already."""
    found = CapabilityStudy.objects.filter(part=part, characteristic=number, uid=uid).first()
    if found is None:
        raise InvalidInput(
            f"There is no study {uid} of characteristic {number} to correct.", field="supersedes"
        )
    later = CapabilityStudy.objects.filter(supersedes=found).first()
    if later is not None:
        raise Refused(
            f"The study {uid} is corrected already.",
            way_out=f"Correct the one that stands for it: {later.uid}.",
            field="supersedes",
        )
    return found


def _revision_of_part(part: Part, label: str) -> PartRevision:
    """The newest, unless said. Raises NotFound."""
    rows = PartRevision.objects.filter(part=part).order_by("-pk")
    found = (rows.filter(label=label) if label else rows).first()
    if found is None:
        which = f"revision {label!r}" if label else "revision"
        raise NotFound(f"Part {part.number} has no {which}.")
    return found


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
