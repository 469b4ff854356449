"""Many records of units at once: checked one by one, written in few statements."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Literal
from uuid import UUID

from firstoff.db.models import (
    CauseFinding,
    Defect,
    Judgement,
    OperationRecord,
    TestRecord,
    Unit,
)
from firstoff.errors import FirstoffError, InvalidInput, Refused
from firstoff.rules.access import Actor
from firstoff.services.execution.alongside import (
    check_stored,
    plan_steps,
    plan_values,
    result_of,
)
from firstoff.services.execution.floor import Floor, earlier_of
from firstoff.services.execution.ground import run_for, verb
from firstoff.services.execution.measuring import store_tests
from firstoff.services.execution.planning import Plan, derived, plan_judgement, plan_start
from firstoff.services.execution.posted import PostedUnit
from firstoff.services.ledger import Entry
from firstoff.services.repeating import Given, same_or_refuse
from firstoff.terms import Attempt

LARGEST_POST = 10_000
Mode = Literal["all", "best_effort"]


def check_count(records: int, largest: int | None = LARGEST_POST) -> None:
    """Raises InvalidInput for a post of nothing, or of more than is taken at once."""
    if not records or (largest is not None and records > largest):
        raise InvalidInput(
            f"{records:,} records were posted; expected 1 to {LARGEST_POST:,}.",
            code="too-many-records",
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one record: ``stored``, ``already`` (stored before) or ``refused``."""

    index: int
    serial: str
    state: Literal["stored", "already", "refused"]
    uid: UUID | None = None
    row: int = 0
    code: str = ""
    message: str = ""
    way_out: str = ""
    field: str = ""
    reasons: tuple[str, ...] = ()  # why the unit does not count


@dataclass(frozen=True, slots=True)
class BulkAnswer:
    answers: tuple[Answer, ...]  # in the order posted

    def count(self, state: str) -> int:
        return sum(answer.state == state for answer in self.answers)

    @property
    def refused(self) -> tuple[Answer, ...]:
        return tuple(a for a in self.answers if a.state == "refused")


@dataclass(slots=True)
class Planned:
    """All plans of one post, by table."""

    units: list[Unit] = field(default_factory=list)
    operations: list[OperationRecord] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    defects: list[Defect] = field(default_factory=list)
    causes: list[CauseFinding] = field(default_factory=list)
    tests: list[TestRecord] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    def take(self, plan: Plan) -> None:
        self.units += [plan.unit] if plan.unit else []
        self.judgements += [plan.judgement] if plan.judgement else []
        self.operations += plan.operations
        self.defects += plan.defects
        self.causes += plan.causes
        self.tests += plan.tests

    def write(self, entry: Entry) -> None:
        """Parents before children, one table at a time."""
        entry.add_all(self.units)
        entry.add_all(self.operations)
        entry.add_all(self.judgements)
        entry.add_all(self.defects)
        entry.add_all(self.causes)
        store_tests(entry, self.tests)
        if self.notes:
            entry.details["notes"] = self.notes


def record_units(
    *,
    run_id: int,
    records: Sequence[PostedUnit],
    by: Actor,
    at: datetime,
    mode: Mode = "all",
    source: str = "api",
) -> BulkAnswer:
    """Up to 10,000 records of units: starts, results, or both in one.

    ``all``: every record or none; ``best_effort``: what can be taken is, and each answer says.
    A record posted before is answered as such (R-36). Raises Refused (``records-refused``) in mode
    ``all`` with the answers of those that cannot be taken.
    """
    run = run_for(by, run_id, "unit.record")
    check_count(len(records))
    try:
        with verb("record_units", run, by=by, at=at, about=f"{len(records)} records") as entry:
            floor = Floor(run, by=by, at=at)
            answer, planned = plan_all(floor, records, source=source)
            if mode == "all":
                demand_all(answer)
            if not answer.count("stored"):
                raise _NothingNew(answer)
            entry.details.update(stored=answer.count("stored"), refused=len(answer.refused))
            planned.write(entry)
    except _NothingNew as nothing:
        return nothing.answer
    return answer


class _NothingNew(Exception):
    def __init__(self, answer: BulkAnswer) -> None:
        super().__init__("nothing new")
        self.answer = answer


def demand_all(answer: BulkAnswer) -> None:
    """Raises Refused naming the first record that cannot be taken, and listing the others."""
    refused = answer.refused
    if not refused:
        return
    first = refused[0]
    where = f"row {first.row}" if first.row else f"record {first.index + 1}"
    raise Refused(
        f"{len(refused)} of {len(answer.answers)} records cannot be taken, and nothing was "
        f"recorded. The first is {where}, {first.serial}: {first.message}",
        code=first.code if len(refused) == 1 else "records-refused",
        way_out=first.way_out,
        records=[
            {
                "index": a.index,
                "row": a.row,
                "serial": a.serial,
                "code": a.code,
                "message": a.message,
                "way_out": a.way_out,
            }
            for a in refused[:200]
        ],
    )


def plan_all(
    floor: Floor, records: Sequence[PostedUnit], *, source: str
) -> tuple[BulkAnswer, Planned]:
    """Plan every record, first results before retests, in the order the units were started."""
    uids = [r.uid for r in records if r.uid is not None]
    further = [u for uid in uids if (u := derived(uid, "judgement")) is not None]
    floor.read_units((r.serial for r in records), chain(uids, further))
    floor.read_tests(dict.fromkeys(r.serial for r in records if r.measures))
    planned = Planned()
    answers: list[Answer] = []
    order = sorted(range(len(records)), key=lambda i: _order(records[i], floor.at, i))
    for index in order:
        answers.append(_answer(floor, planned, index, records[index], source))
    answers.sort(key=lambda a: a.index)
    return BulkAnswer(tuple(answers)), planned


def _order(posted: PostedUnit, at: datetime, index: int) -> tuple[bool, datetime, int]:
    later = posted.attempt is not Attempt.FIRST
    when = (posted.judged_at if later else posted.started_at) or posted.judged_at or at
    return later, when if when.tzinfo else at, index


def _answer(floor: Floor, planned: Planned, index: int, posted: PostedUnit, source: str) -> Answer:
    try:
        if _stored_before(floor, posted):
            return Answer(index, posted.serial, "already", posted.uid, posted.row)
        plan = _plan(floor, posted, source)
    except FirstoffError as error:
        return Answer(
            index,
            posted.serial,
            "refused",
            posted.uid,
            posted.row,
            error.code,
            error.message,
            error.way_out,
            str(error.details.get("field", "")),
        )
    if plan is None:
        return Answer(index, posted.serial, "already", posted.uid, posted.row)
    accept(floor, plan, posted.serial)
    planned.take(plan)
    if posted.note:
        planned.notes[posted.serial] = posted.note[:2000]
    return Answer(index, posted.serial, "stored", posted.uid, posted.row, reasons=plan.reasons)


def _stored_before(floor: Floor, posted: PostedUnit) -> bool:
    """Whether this record ID is stored with the same content. Raises Refused (R-36)."""
    uid = posted.uid
    if uid is None:
        return False
    unit = floor.started.get(uid)
    further = derived(uid, "judgement")
    judgement = floor.judged.get(uid) or (floor.judged.get(further) if further else None)
    if unit is None and judgement is None:
        return False
    here = floor.units.get(posted.serial)
    given = []
    if unit is not None:
        given += [Given("serial", posted.serial, unit.serial), *start_given(posted, unit)]
    if judgement is not None:
        given.append(Given("unit", here.pk if here else None, judgement.unit_id))
        given += result_given(posted, judgement)
    elif posted.judges:
        given.append(Given("result", "one", None))
    same_or_refuse(uid, given)
    if here is not None and (posted.steps or posted.measures):
        check_stored(floor, here, posted, result_of(floor, posted, judgement))
    return True


def start_given(posted: PostedUnit, unit: Unit) -> list[Given]:
    """What a start says, beside what is stored."""
    pairs = (
        ("started_at", posted.started_at, unit.started_at),
        ("equipment", posted.equipment or None, unit.equipment.code if unit.equipment else ""),
        ("previous serial", posted.previous_serial or None, unit.previous_serial),
        ("instruction", posted.instruction, unit.instruction),
    )
    return [Given(name, given, stored) for name, given, stored in pairs if given is not None]


def result_given(posted: PostedUnit, row: Judgement) -> list[Given]:
    """What a result says, beside what is stored."""
    pairs = (
        ("attempt", posted.attempt.value, row.kind),
        ("fit", posted.fit or None, row.fit),
        ("finish", posted.finish or None, row.finish),
        ("function", posted.function or None, row.function),
        ("build time", posted.build_seconds, row.build_seconds),
        ("judged_at", posted.judged_at, row.judged_at),
    )
    return [Given(name, given, stored) for name, given, stored in pairs if given is not None]


def _plan(floor: Floor, posted: PostedUnit, source: str) -> Plan | None:
    """The rows of one record; None where all it says is stored already."""
    unit, plan, said = floor.units.get(posted.serial), Plan(), None
    result_uid = posted.uid
    if unit is None:
        plan = _start(floor, posted)
        unit = plan.unit
        result_uid = derived(posted.uid, "judgement")
    else:
        said = _says_the_same(floor, posted)
        if not posted.judges or said is not None:
            _demand_same_start(posted, unit)
    if unit is None:
        raise TypeError("a start without a unit")
    if posted.judges and said is None:
        judged = plan_judgement(floor, unit, posted, uid=result_uid)
        plan.judgement, plan.defects, plan.causes = judged.judgement, judged.defects, judged.causes
    if posted.steps or posted.measures:
        result = result_of(floor, posted, plan.judgement or said)
        starts = plan.unit is not None
        test = plan_values(floor, unit, posted, result, source=source, starts=starts)
        plan.tests += [test] if test is not None else []
        plan.operations += plan_steps(floor, unit, posted, result)
    return plan if any(plan.rows) else None


def _start(floor: Floor, posted: PostedUnit) -> Plan:
    if posted.attempt is not Attempt.FIRST:
        raise Refused(
            f"{posted.serial} is not started in {floor.run.batch_id}; a "
            f"{posted.attempt.value} follows a first result.",
            code="R-48",
            way_out="Record the unit first.",
        )
    return plan_start(floor, posted, uid=posted.uid)


def _demand_same_start(posted: PostedUnit, unit: Unit) -> None:
    if posted.attempt is not Attempt.FIRST:
        return  # it says when and where the retest or the rework was done
    later = posted.steps or posted.measures  # done on equipment of their own
    for field_ in start_given(posted, unit):
        if field_.posted != field_.stored and not (later and field_.name == "equipment"):
            raise Refused(
                f"{unit.serial} is already started, with another {field_.name}.",
                code="R-36",
                way_out="What is recorded stays; leave the row out, or correct it.",
            )


def _says_the_same(floor: Floor, posted: PostedUnit) -> Judgement | None:
    """The judgement in force that says all that this record says: a longer log, sent again."""
    if not posted.judges:
        return None
    if posted.attempt is not Attempt.FIRST and posted.judged_at is None and not posted.row:
        return None  # a second retest may read like the first; in a file each is there once
    for row in floor.history(posted.serial).in_force:
        if all(g.posted == g.stored for g in result_given(posted, row)):
            return row
    return None


def accept(floor: Floor, plan: Plan, serial: str) -> None:
    """The floor as it will be once this record is stored."""
    if plan.unit is not None:
        floor.units[plan.unit.serial] = plan.unit
        floor.started[plan.unit.uid] = plan.unit
        floor.next_position = plan.unit.position + 1
        if not plan.reasons:
            floor.counting_started = 1
    if plan.judgement is not None:
        history = floor.history(serial)
        history.rows.append(plan.judgement)
        history.judgements.append(earlier_of(plan.judgement))
        floor.judged[plan.judgement.uid] = plan.judgement
    for test in plan.tests:
        floor.tests.update((test.source_digest, test.uid))
