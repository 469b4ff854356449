"""Runs: created, repeated, set up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from firstoff.db.models import (
    Baseline,
    Equipment,
    Program,
    Run,
    RunEquipment,
    SetupLine,
)
from firstoff.errors import InvalidInput, NotFound, Refused
from firstoff.queries.execution.facts import decision_facts
from firstoff.queries.execution.runs import free_batch_id, next_number, suggested_batch_id
from firstoff.rules import execution as rules
from firstoff.rules.access import Actor, require, sees
from firstoff.rules.execution import (
    SERIAL_PATTERN,
    check_batch_id,
    check_batch_pattern,
    check_serial_pattern,
    closed_refusals,
    enforce,
    following,
    make,
    setup_item,
)
from firstoff.rules.product import check_name, check_prose
from firstoff.services import ledger
from firstoff.services.execution.ground import answer_stored, fixed, run_for, verb, zone_of
from firstoff.services.ledger import Entry
from firstoff.services.repeating import AlreadyStored
from firstoff.terms import RunKind

_LARGEST_RUN = 10_000_000


@dataclass(frozen=True, slots=True)
class RunMade:
    """A run that was created; ``warnings`` say what will not scan."""

    id: int
    uid: UUID
    batch_id: str
    number: int
    warnings: tuple[str, ...] = ()


def create_run(
    *,
    program_id: int,
    planned_quantity: int,
    line: str,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    kind: RunKind | str = RunKind.PILOT,
    batch_id: str = "",
    batch_pattern: str = "",
    baseline_id: int | None = None,
    equipment: Sequence[str] = (),
    serial_pattern: str = SERIAL_PATTERN,
    bench_minutes: Decimal | None = None,
    note: str = "",
) -> RunMade:
    """A run of a program (R-30): one baseline, one batch ID, its quantity, line and equipment.

    batch_id: as given, else made from ``batch_pattern``, else following the last of its kind.
    baseline_id: as given, else the program's newest. serial_pattern: empty where serials are
    given by somebody else. Raises Refused (R-30) without a baseline, InvalidInput.
    """
    program = _program_for(by, program_id)
    kind = _kind(kind)
    if serial_pattern:
        check_serial_pattern(serial_pattern)
    try:
        with ledger.verb(
            "execution.create_run",
            by=by,
            at=at,
            subject=f"{kind} run of {program.code}",
            program=program,
        ) as entry:
            answer_stored(Run, uid, None, program_id=program.pk, kind=kind.value)
            number = next_number(program.pk, kind)
            run = Run(
                site=program.site,
                program=program,
                kind=kind,
                number=number,
                batch_id=_batch_id(program, kind, number, batch_id, batch_pattern),
                baseline=_baseline(program, baseline_id),
                planned_quantity=_quantity(planned_quantity),
                line=check_name(line, "line", longest=120, field="line"),
                serial_pattern=serial_pattern,
                bench_minutes=_minutes(bench_minutes),
                note=check_prose(note, "note", field="note"),
            )
            return _write_run(entry, run, _equipment(program.site_id, equipment), uid)
    except AlreadyStored as known:
        return _made(known.of(Run))


def repeat_run(
    *,
    run_id: int,
    by: Actor,
    at: datetime,
    uid: UUID | None = None,
    batch_id: str = "",
    baseline_id: int | None = None,
    planned_quantity: int | None = None,
    equipment: Sequence[str] | None = None,
    note: str = "",
) -> RunMade:
    """A repeat of a batch: same kind, line, equipment and serials, the same bar offered (R-42).

    baseline_id: another one where the definition changed, else the one of the batch repeated;
    equipment: likewise, where the process change brought a jig or a machine.
    """
    earlier = run_for(by, run_id, "run.create")
    try:
        with ledger.verb(
            "execution.repeat_run",
            by=by,
            at=at,
            subject=f"repeat of run {earlier.batch_id}",
            program=earlier.program,
        ) as entry:
            answer_stored(Run, uid, None, repeat_of_id=earlier.pk)
            kind = RunKind(earlier.kind)
            number = next_number(earlier.program_id, kind)
            text = batch_id or free_batch_id(earlier.site_id, following(earlier.batch_id))
            run = Run(
                site=earlier.site,
                program=earlier.program,
                kind=kind,
                number=number,
                batch_id=_batch_id(earlier.program, kind, number, text, ""),
                baseline=(
                    earlier.baseline
                    if baseline_id is None
                    else _baseline(earlier.program, baseline_id)
                ),
                planned_quantity=_quantity(planned_quantity or earlier.planned_quantity),
                line=earlier.line,
                serial_pattern=earlier.serial_pattern,
                bench_minutes=earlier.bench_minutes,
                repeat_of=earlier,
                note=check_prose(note, "note", field="note"),
            )
            if equipment is None:
                named = RunEquipment.objects.filter(run=earlier).select_related("equipment")
                used = [n.equipment for n in named.order_by("pk")]
            else:
                used = _equipment(earlier.site_id, equipment)
            return _write_run(entry, run, used, uid)
    except AlreadyStored as known:
        return _made(known.of(Run))


def _write_run(
    entry: Entry, run: Run, equipment: Sequence[Equipment], uid: UUID | None
) -> RunMade:
    if uid is not None:
        run.uid = uid
    entry.add(run)
    entry.add_all(
        [RunEquipment(run=run, equipment=e, equipment_class=e.equipment_class) for e in equipment]
    )
    entry.details.update(
        batch_id=run.batch_id,
        kind=run.kind,
        baseline=run.baseline.digest,
        quantity=run.planned_quantity,
        equipment=[e.code for e in equipment],
    )
    return _made(run)


def _made(run: Run) -> RunMade:
    return RunMade(run.pk, run.uid, run.batch_id, run.number, rules.scan_warnings(run.batch_id))


def _program_for(by: Actor, program_id: int) -> Program:
    program = Program.objects.select_related("site", "part").filter(pk=program_id).first()
    if program is None or not sees(by, program.site_id):
        raise NotFound("There is no such program, or not for you.")
    require(by, "run.create", program.site_id)
    return program


def _kind(kind: RunKind | str) -> RunKind:
    try:
        return RunKind(kind)
    except ValueError:
        raise InvalidInput(
            f"{kind!r} is no kind of run.",
            way_out=f"Expected one of {', '.join(RunKind)}.",
            field="kind",
        ) from None


def _batch_id(program: Program, kind: RunKind, number: int, given: str, pattern: str) -> str:
    text = given.strip()
    if not text and pattern:
        text = make(check_batch_pattern(pattern), number, program=program.code)
    text = text or suggested_batch_id(program, kind, number)
    check_batch_id(text)
    if Run.objects.filter(site=program.site_id, batch_id__iexact=text).exists():
        raise InvalidInput(
            f"There is a batch {text} at {program.site.name} already.",
            way_out="A batch ID names one batch for ever; choose another.",
            field="batch_id",
        )
    return text


def _baseline(program: Program, baseline_id: int | None) -> Baseline:
    rows = Baseline.objects.filter(program=program).order_by("-pk")
    if baseline_id is not None:
        found = rows.filter(pk=baseline_id).first()
        if found is None:
            raise InvalidInput(f"{program.code} has no such baseline.", field="baseline_id")
        return found
    newest = rows.first()
    if newest is None:
        raise Refused(
            f"{program.code} has no baseline: nothing says what the units are made to.",
            code="R-30",
            way_out="Freeze the definition first.",
        )
    return newest


def _quantity(quantity: int) -> int:
    if not 1 <= quantity <= _LARGEST_RUN:
        raise InvalidInput(
            f"The planned quantity is {quantity}; expected 1 to {_LARGEST_RUN:,}.",
            field="planned_quantity",
        )
    return quantity


def _minutes(minutes: Decimal | None) -> Decimal | None:
    what = "The time on the bench"
    if minutes is not None and not (minutes.is_finite() and minutes > 0):
        raise InvalidInput(f"{what} is {minutes} min; expected above 0.", field="bench_minutes")
    return fixed(minutes, digits=9, places=3, what=what, field="bench_minutes")


def _equipment(site_id: int, codes: Sequence[str]) -> list[Equipment]:
    wanted = list(dict.fromkeys(c.strip() for c in codes if c.strip()))
    rows = Equipment.objects.filter(site=site_id, code__in=wanted)
    found = {e.code: e for e in rows}
    for code in wanted:
        if code not in found:
            raise InvalidInput(f"There is no equipment {code} at this site.", field="equipment")
        if found[code].retired_at is not None:
            raise InvalidInput(f"The equipment {code} is retired.", field="equipment")
    return [found[code] for code in wanted]


def record_setup(
    *, run_id: int, lines: Mapping[str, str], by: Actor, at: datetime
) -> tuple[str, ...]:
    """Fill in lines of the setup record (R-37a); answers the keys that changed.

    A line filled in again keeps what it said before; only the latest holds.
    """
    run = run_for(by, run_id, "run.setup")
    wanted = {
        setup_item(key).key: check_prose(text, f"setup line {key}", field=key)
        for key, text in lines.items()
    }
    with verb("record_setup", run, by=by, at=at) as entry:
        decision = decision_facts([run.pk]).get(run.pk)
        enforce(
            closed_refusals(decision, batch_id=run.batch_id, what="setup lines", zone=zone_of(run))
        )
        rows = SetupLine.objects.filter(run=run).order_by("pk").values_list("item", "value")
        held = dict(rows)
        changed = {k: v for k, v in wanted.items() if v != held.get(k, "")}
        entry.details["lines"] = sorted(changed)
        entry.add_all([SetupLine(run=run, item=k, value=v) for k, v in changed.items()])
    return tuple(changed)
