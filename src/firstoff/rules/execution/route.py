"""What the line refuses: units before the bar, operations out of turn, unfit equipment (R-35).

Each check answers with the refusals it found, worst first; ``enforce`` raises the first of them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal

from firstoff.errors import InvalidInput
from firstoff.rules.execution.values import (
    DecisionFacts,
    EquipmentFacts,
    Hold,
    Refusal,
    RouteFacts,
    StartFacts,
    TrainingFacts,
    moment,
)
from firstoff.rules.plan import Order, PlanOperation, in_order, order_of
from firstoff.terms import RunVerdict

_EARLIEST = 1970  # a year before any that a record could tell of
CLOCK_SLACK = timedelta(minutes=5)  # a station's clock may run ahead by this much
RELEASE = "A quality manager can release it by signature, with a reason."

# What a quality manager may lift, by name; the subject says for whom or what. No name here lifts
# they are what makes a batch evidence.
FIRST_ARTICLE = "first-article"  # subject: the serial
ORDER = "order"  # subject: the serial
FAILED = "failed-unit"  # subject: the serial
EQUIPMENT = "equipment"  # subject: the equipment's code
TRAINING = "training"  # subject: the person's username
LIFTS = (FIRST_ARTICLE, ORDER, FAILED, EQUIPMENT, TRAINING)


def enforce(refusals: Iterable[Refusal]) -> None:
    """Raises the first refusal as Refused, if there is one."""
    for refusal in refusals:
        raise refusal.error()


def start_refusals(facts: StartFacts) -> tuple[Refusal, ...]:
    """Why this unit may not be started; empty when it may."""
    checks = (_no_bar(facts), _decided_batch(facts), _used_serial(facts), _first_article(facts))
    found = tuple(refusal for refusal in checks if refusal is not None)
    return tuple(r for r in found if (r.lift, r.subject) not in facts.lifted)


def _no_bar(facts: StartFacts) -> Refusal | None:
    way_out = "A quality manager locks the bar by signature; then the first unit may start."
    if facts.bar_locked_at is None:
        return Refusal(
            "R-31", f"{facts.batch_id} has no locked bar, so no unit may be started.", way_out
        )
    if facts.started_at < facts.bar_locked_at:
        return Refusal(
            "R-31",
            f"{facts.serial} was started {moment(facts.started_at, facts.zone)}, before the bar "
            f"of {facts.batch_id} was locked ({moment(facts.bar_locked_at, facts.zone)}).",
            "Only units started after the lock belong to the batch.",
        )
    return None


def _decided_batch(facts: StartFacts) -> Refusal | None:
    if facts.decision is None:
        return None
    return Refusal(
        "R-40",
        f"{facts.batch_id} was {_decided(facts.decision)} by {facts.decision.by} at "
        f"{moment(facts.decision.at, facts.zone)}; it takes no more units.",
        "Create the next batch for further units.",
    )


def _decided(decision: DecisionFacts) -> str:
    return "signed off" if decision.decision is RunVerdict.SIGN_OFF else "held"


def _used_serial(facts: StartFacts) -> Refusal | None:
    known = facts.known
    if known is None:
        return None
    if known.batch_id == facts.batch_id:
        return Refusal(
            "R-36",
            f"{known.serial} is already started in {known.batch_id}.",
            "Scan the next unit, or open the record of this one.",
        )
    result = f" ({known.result})" if known.result else ""
    return Refusal(
        "R-41",
        f"{known.serial} was built in batch {known.batch_id}{result}.",
        "A repeat batch is made of fresh units; rework does not make one.",
    )


def _first_article(facts: StartFacts) -> Refusal | None:
    # Only units that count are gated: a bench trial before the first article harms nothing.
    if not facts.counts or not facts.counting_started:
        return None
    article = facts.first_article
    if article is not None and article.passed:
        return None
    if article is None:
        message = (
            f"The first article of {facts.batch_id} is not inspected yet; "
            "it gates the rest of the batch."
        )
    else:
        message = (
            f"The first article of {facts.batch_id}, {article.serial}, failed: "
            f"{article.conforming} of {article.checked} characteristics conform."
        )
    return Refusal(
        "R-35",
        message,
        f"An inspector records a first article that passed. {RELEASE}",
        lift=FIRST_ARTICLE,
        subject=facts.serial,
    )


def route_refusals(facts: RouteFacts) -> tuple[Refusal, ...]:
    """Why this operation may not be recorded on this unit now; empty when it may.

    Raises InvalidInput where the plan has no such operation.
    """
    operation = find_operation(facts.operations, facts.seq)
    if (facts.attempt, facts.seq) in facts.done:
        return (
            Refusal(
                "R-36",
                f"Operation {operation.seq}, {operation.name}, of {facts.serial} is already "
                f"recorded{_attempt(facts.attempt)}.",
                "Go on with the next operation; rework is recorded as the next attempt.",
            ),
        )
    for check in (_failed_before, _missing_before):
        refusal = check(facts, operation)
        if refusal is not None and (refusal.lift, refusal.subject) not in facts.lifted:
            return (refusal,)
    return ()


def find_operation(operations: Sequence[PlanOperation], seq: int) -> PlanOperation:
    """The operation with this number. Raises InvalidInput listing those of the plan."""
    for operation in operations:
        if operation.seq == seq:
            return operation
    known = ", ".join(str(o.seq) for o in operations) or "none"
    raise InvalidInput(
        f"The plan has no operation {seq}.", way_out=f"It has: {known}.", field="seq"
    )


def next_operation(facts: RouteFacts) -> PlanOperation | None:
    """The first operation of the attempt that may be recorded next; None when all are done.

    ``facts.seq`` is not read.
    """
    return next(iter(open_operations(facts)), None)


def open_operations(facts: RouteFacts) -> tuple[PlanOperation, ...]:
    """Those of the attempt that may be recorded next, in their order: several where branches of
    the plan lie beside each other. ``facts.seq`` is not read."""
    order = order_of(facts.operations)
    began = [seq for attempt, seq in facts.done if attempt == facts.attempt]
    ready: set[int] = set()  # done in this attempt, or before it and still good
    found = []
    for operation in in_order(facts.operations):
        seq = operation.seq
        if (facts.attempt, seq) in facts.done or _still_good(facts, order, seq, began):
            ready.add(seq)
        elif order.before[seq] <= ready:
            found.append(operation)
    return tuple(found)


def ends_route(facts: RouteFacts) -> bool:
    """Whether ``facts.seq``, passed now, is the last thing to do: nothing waits for it, and
    whatever else nothing waits for has passed."""
    order = order_of(facts.operations)
    if facts.seq not in order.last:
        return False
    began = [facts.seq, *(seq for attempt, seq in facts.done if attempt == facts.attempt)]
    return all(
        facts.done.get((facts.attempt, seq)) == "pass" or _still_good(facts, order, seq, began)
        for seq in order.last - {facts.seq}
    )


def _failed_before(facts: RouteFacts, operation: PlanOperation) -> Refusal | None:
    failed = sorted(
        seq
        for (attempt, seq), outcome in facts.done.items()
        if attempt == facts.attempt and outcome == "fail"
    )
    if not failed:
        return None
    where = find_operation(facts.operations, failed[0])
    return Refusal(
        "R-35",
        f"{facts.serial} failed operation {where.seq}, {where.name}; operation {operation.seq} "
        "may not follow: a failed unit goes no further.",
        f"Put it aside, or record its rework as attempt {facts.attempt + 1}. {RELEASE}",
        lift=FAILED,
        subject=facts.serial,
    )


def _missing_before(facts: RouteFacts, operation: PlanOperation) -> Refusal | None:
    order = order_of(facts.operations)
    began = [operation.seq, *(seq for attempt, seq in facts.done if attempt == facts.attempt)]
    for earlier in in_order(facts.operations):
        if earlier.seq not in order.before[operation.seq]:
            continue
        if (facts.attempt, earlier.seq) in facts.done:
            continue
        if _still_good(facts, order, earlier.seq, began):
            continue
        return Refusal(
            "R-35",
            f"{facts.serial} has no record of operation {earlier.seq}, {earlier.name}"
            f"{_attempt(facts.attempt)}. Operation {operation.seq} may not come before it.",
            f"Take it back to operation {earlier.seq}. {RELEASE}",
            lift=ORDER,
            subject=facts.serial,
        )
    return None


def _still_good(facts: RouteFacts, order: Order, seq: int, began: Iterable[int]) -> bool:
    """Whether it passed in an earlier attempt and need not be repeated: rework begins where the
    work is done again, and only what follows from there is done anew."""
    if any(again == seq or again in order.before[seq] for again in began):
        return False
    outcomes = [
        (attempt, outcome)
        for (attempt, done), outcome in facts.done.items()
        if done == seq and attempt < facts.attempt
    ]
    return bool(outcomes) and max(outcomes)[1] == "pass"


def _attempt(attempt: int) -> str:
    return "" if attempt == 1 else f" (attempt {attempt})"


def equipment_refusals(
    equipment: EquipmentFacts | None,
    *,
    on: date,
    lifted: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Refusal, ...]:
    """Why this equipment may not be used on this day: retired, its calibration
    is over, or its life is."""
    if equipment is None or (EQUIPMENT, equipment.code) in lifted:
        return ()
    name = f"{equipment.code} {equipment.name}".strip()
    if equipment.retired_at is not None and equipment.retired_at.date() <= on:
        message = f"{name} was retired on {equipment.retired_at:%Y-%m-%d}."
        way_out = f"Use other equipment. {RELEASE}"
    elif equipment.calibration_due is not None and equipment.calibration_due < on:
        message = f"The calibration of {name} was due on {equipment.calibration_due}."
        way_out = f"Calibrate it, or use other equipment. {RELEASE}"
    elif equipment.max_uses is not None and equipment.uses >= equipment.max_uses:
        often = "once" if equipment.uses == 1 else f"{equipment.uses:,} times"
        message = f"{name} was used {often}; its life is {equipment.max_uses:,}."
        way_out = f"Replace it, or use other equipment. {RELEASE}"
    else:
        return ()
    return (Refusal("R-35", message, way_out, lift=EQUIPMENT, subject=equipment.code),)


def training_refusals(
    skill: str,
    trainings: Iterable[TrainingFacts],
    *,
    username: str,
    name: str,
    operation: str,
    on: date,
    lifted: frozenset[tuple[str, str]] = frozenset(),
) -> tuple[Refusal, ...]:
    """Why this person may not do the operation on this day: the training is missing or over."""
    if not skill or (TRAINING, username) in lifted:
        return ()
    held = [t for t in trainings if t.skill.casefold() == skill.casefold()]
    if any(t.valid_from <= on and (t.valid_until is None or on <= t.valid_until) for t in held):
        return ()
    ends = [t.valid_until for t in held if t.valid_until is not None and t.valid_until < on]
    lapsed = f"; it ended on {max(ends)}" if ends else ""
    return (
        Refusal(
            "R-35",
            f"{name} has no valid training in {skill}, which {operation} needs{lapsed}.",
            f"Record the training, or let a trained person do it. {RELEASE}",
            lift=TRAINING,
            subject=username,
        ),
    )


def held_refusals(
    serial: str, holds: Iterable[Hold], doing: str, *, work: bool = False
) -> tuple[Refusal, ...]:
    """Why nothing more is done to a unit that a containment holds (R-62); empty: none does.

    doing: ``recorded at operation 20``, ``packed``; work: it is what rework consists of.
    """
    found = [hold for hold in holds if not (work and hold.working)]
    if not found:
        return ()
    names = ", ".join(map(str, found))
    page = f" on the page of {found[0].number}" if found[0].number else ""
    what = (
        "When its rework is done, an inspector, an engineer or a quality manager clears it"
        if found[0].working
        else "An inspector, an engineer or a quality manager can release it: record what was found"
    )
    return (
        Refusal("R-62", f"{serial} is held by {names}; it cannot be {doing}.", f"{what}{page}."),
    )


def judgement_refusals(
    decision: DecisionFacts | None, *, batch_id: str, attempt: int
) -> tuple[Refusal, ...]:
    """Why a judgement may not be recorded: first results end with the decision on the batch.

    Rework and retest of a held batch go on: they change no first result.
    """
    if decision is None or attempt > 1:
        return ()
    return (
        Refusal(
            "R-40",
            f"{batch_id} was {_decided(decision)} by {decision.by}; its first results are closed.",
            "Record what follows as rework or retest.",
        ),
    )


def exclusion_refusals(serial: str, *, judged: bool) -> tuple[Refusal, ...]:
    """Why a unit may not be declared not to count: it is judged already (R-33)."""
    if not judged:
        return ()
    return (
        Refusal(
            "R-33",
            f"{serial} is judged already; it can no longer be left out.",
            "Otherwise rejects could be left out until the batch passes.",
        ),
    )


def check_recorded_time(when: datetime, *, received: datetime, what: str) -> datetime:
    """A time that a record carries: with a zone, and not in the future. Raises InvalidInput."""
    if when.tzinfo is None:
        raise InvalidInput(
            f"{what} {when.isoformat()} has no time zone.",
            way_out="Expected ISO 8601 with an offset, such as 2026-05-11T08:23:00+01:00.",
            field=what,
        )
    if when.year < _EARLIEST:
        raise InvalidInput(
            f"{what} {when.isoformat()} lies before {_EARLIEST}.",
            way_out="Check the clock of the station.",
            field=what,
        )
    if when > received + CLOCK_SLACK:
        raise InvalidInput(
            f"{what} {when.isoformat()} lies in the future; it is {received.isoformat()} now.",
            way_out="Check the clock of the station.",
            field=what,
        )
    return when


def measurement_refusals(
    value: Decimal, *, lower: Decimal | None, upper: Decimal | None, unit: str = "", name: str = ""
) -> tuple[Refusal, ...]:
    """Why *pass* is not possible with this value: it lies outside the limits.

    All are said with the digits they come with: a limit of 0.90 is not one of 0.9.
    """
    at = f" {unit}" if unit else ""
    what = f"{name}: " if name else ""
    if value.is_nan():
        text = f"{what}nothing was measured; pass is not possible."
    elif upper is not None and value > upper:
        text = f"{what}{value:f}{at} is over {upper:f}{at}; pass is not possible."
    elif lower is not None and value < lower:
        text = f"{what}{value:f}{at} is under {lower:f}{at}; pass is not possible."
    else:
        return ()
    return (Refusal("R-34", text, "Record it as failed, or measure again."),)
