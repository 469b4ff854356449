"""A whole batch of the crock with nothing missing from its record, for tests of batch records."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from firstoff.rules.execution import SETUP_ITEMS
from tests.conftest import NOW, PASSWORD
from tests.deciding import SMALL
from tests.making import MINUTE, Pilot, make_pilot, pass_first_article
from tests.recording import lot, post, rec

DAY = timedelta(days=1)
DECIDED = NOW + 2 * DAY
CLOSED = NOW + 3 * DAY


def setup(world: Any, pilot: Pilot, *, without: str = "") -> None:
    from firstoff.services import execution

    lines = {item.key: "as on the sheet" for item in SETUP_ITEMS if item.key != without}
    execution.record_setup(run_id=pilot.run_id, lines=lines, by=world.ben, at=NOW)


def serial(pilot: Pilot, number: int) -> str:
    return f"{pilot.batch_id}-{number:03}"


def operation(pilot: Pilot, number: int, seq: int, **given: Any) -> Any:
    """Operation ``seq`` on unit ``number``, on station 40, with the jig where one is named."""
    at = NOW + (20 * number + seq // 10) * MINUTE
    values: dict[str, Any] = {
        "batch": pilot.batch_id,
        "serial": serial(pilot, number),
        "operation": seq,
        "equipment": "L2-40",
        "operator": "ben",
        "began_at": at - MINUTE / 2,
        "ended_at": at,
        **given,
    }
    if seq == 20 and "measures" not in values:
        clearance = {"characteristic": "1", "value": Decimal("0.55")}
        values["measures"] = [clearance, {"characteristic": "2", "text": "pass"}]
    return rec("operation", at=at, **values)


def made(pilot: Pilot, number: int, *, lots: bool = True, label: bool = True) -> list[Any]:
    """All the records of a good unit."""
    name, at = serial(pilot, number), NOW + 20 * number * MINUTE
    of: dict[str, Any] = {"batch": pilot.batch_id, "serial": name}
    records = [rec("unit", at=at, equipment="L2-40", operator="ben", **of)]
    records += [operation(pilot, number, seq) for seq in (10, 20, 30)]
    if lots:
        items = [{"lot": "GLZ-7781", "quantity": "0.02"}]
        records.append(rec("consume", at=at + 4 * MINUTE, items=items, **of))
    if label:
        records.append(rec("label", at=at + 6 * MINUTE, expected=name, scanned=name, **of))
    return records


def batch(world: Any, *, units: int = 4, whole: int | None = None, decide: bool = True) -> Pilot:
    """A pilot of ``units`` units; those after ``whole`` are not begun."""
    pilot = make_pilot(world, bar=SMALL, planned_quantity=units)
    setup(world, pilot)
    post(world, *lot())
    post(world, *made(pilot, 1))
    pass_first_article(world, pilot, serial(pilot, 1), at=NOW + 30 * MINUTE)
    last = units if whole is None else whole
    post(world, *(r for n in range(2, last + 1) for r in made(pilot, n)))
    if decide:
        held(world, pilot)
    return pilot


def held(world: Any, pilot: Pilot) -> Any:
    """Held by Ada: what she decides does not matter to the record."""
    from firstoff.services import evidence

    return evidence.decide_run(
        run_id=pilot.run_id,
        decision="hold",
        reason="The record is what is tested.",
        by=world.ada,
        password=PASSWORD,
        at=DECIDED,
    )


def record(world: Any, pilot: Pilot, *, by: Any = None) -> Any:
    """The record as it reads now, from the tables alone."""
    from firstoff.queries.execution.runs import run_by_id
    from firstoff.queries.trace.batch_record import forget, record_of

    forget()
    return record_of(run_by_id(by or world.ada, pilot.run_id)).record


def open_gaps(world: Any, pilot: Pilot) -> list[str]:
    return [gap.key for gap in record(world, pilot).open]


def accept(world: Any, pilot: Pilot, gap: str, **given: Any) -> Any:
    from firstoff.services import evidence

    values = {"reason": "Seen and judged.", "by": world.ada, "password": PASSWORD, "at": CLOSED}
    return evidence.accept_gap(run_id=pilot.run_id, gap=gap, **{**values, **given})


def close(world: Any, pilot: Pilot, **given: Any) -> Any:
    from firstoff.services import evidence

    values = {"by": world.ada, "password": PASSWORD, "at": CLOSED, **given}
    return evidence.close_run(run_id=pilot.run_id, **values)
