"""A lot inspected: what was found, and with it how the lot stands, in one transaction (R-22)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstoff.db.models import IncomingInspection, Lot
from firstoff.errors import InvalidInput, Refused
from firstoff.queries.sourcing.incoming import IncomingPlan, is_critical, plan_for
from firstoff.rules.access import Actor, require
from firstoff.rules.ledger import canonical
from firstoff.rules.product import check_prose
from firstoff.rules.sourcing.incoming import (
    InspectionJudged,
    LineJudged,
    LineResult,
    check_plan,
    drawn,
    judge,
)
from firstoff.services.repeating import AlreadyStored, answer_stored
from firstoff.services.sourcing.ground import short, verb, with_uid
from firstoff.services.supply import LotBook, LotSeen
from firstoff.terms import LotStatus


@dataclass(frozen=True, slots=True)
class Inspected:
    """``status``: how the lot stands by it."""

    uid: UUID
    lot: str
    part: str
    accepted: bool
    rejects: int
    sentence: str
    again: bool = False  # it was stored before

    @property
    def status(self) -> LotStatus:
        return LotStatus.ACCEPTED if self.accepted else LotStatus.REJECTED


def inspect_lot(
    *,
    site_id: int,
    lot: str,
    results: Sequence[LineResult],
    by: Actor,
    at: datetime,
    part: str = "",
    seed: str = "",
    inspected_at: datetime | None = None,
    note: str = "",
    uid: UUID | None = None,
) -> Inspected:
    """Record what was found on a lot in quarantine; the verdict follows from the plan.

    results: for each characteristic of the plan the values of its sample, or how many did not
    conform. seed: by which the pieces were drawn (R-54). Raises Refused (R-22) where the lot does
    not wait, or has no plan; InvalidInput naming the characteristic.
    """
    require(by, "lot.decide", site_id)
    said = check_prose(note, "note", field="note")
    sown = short(seed, "seed", longest=120)
    when = inspected_at or at
    if when > at:
        raise InvalidInput("A lot is not inspected in the future.", field="inspected_at")
    book = LotBook(site_id)
    try:
        with verb("inspect_lot", f"lot {lot}", by=by, at=at) as entry:
            book.read([lot])
            seen = book.find(lot, part)
            answer_stored(IncomingInspection, uid, lot_id=seen.lot.pk)
            plan = _plan(seen)
            judged = judge(plan.lines, plan.sample, results)
            row = with_uid(_row(seen.lot, plan, judged, sown), uid)
            row.inspected_at, row.note = when, said
            entry.add(row)
            status = LotStatus.ACCEPTED if judged.accepted else LotStatus.REJECTED
            reason = f"{judged.sentence} {said}".strip()
            book.decide(seen, status, at=when, reason=reason, inspected=True)
            book.write_records(entry)
            book.write_balances(entry)
            entry.details.update(sentence=judged.sentence, plan=plan.name)
    except AlreadyStored as known:
        return _said(known.of(IncomingInspection), seen, again=True)
    return _said(row, seen)


def _plan(seen: LotSeen) -> IncomingPlan:
    """Raises Refused (R-22) where nothing can be inspected."""
    name = f"Lot {seen.lot.code} of {seen.part}"
    if seen.status is not LotStatus.QUARANTINE:
        raise Refused(
            f"{name} does not wait for an inspection: it is {seen.status.value}.",
            code="R-22",
            way_out="Put it back into quarantine first, with the reason.",
        )
    plan = plan_for(seen.lot)
    if plan is not None and plan.lines:
        return plan
    check_plan(seen.part, has_plan=False, critical=is_critical(seen.lot.part_id))
    raise Refused(
        f"{seen.part} has no released incoming inspection plan that says what to look at.",
        code="R-22",
        way_out="An engineer releases one; or accept the lot as skip-lot, with a reason.",
    )


def _row(lot: Lot, plan: IncomingPlan, judged: InspectionJudged, seed: str) -> IncomingInspection:
    content = {
        "accepted": judged.accepted,
        "sentence": judged.sentence,
        "seed": seed,
        "drawn": drawn(lot.quantity, plan.sample, seed) if seed else (),
        "lines": [_content(one) for one in judged.lines],
    }
    return IncomingInspection(
        lot=lot,
        plan_id=plan.id,
        sample=judged.sample.size,
        accept_number=judged.sample.accept,
        rejects=judged.rejects,
        results=canonical(content),
    )


def _content(one: LineJudged) -> dict[str, Any]:
    """A line with the limits that it was judged by."""
    c = one.line.characteristic
    return {
        "number": c.number,
        "name": c.name,
        "unit": c.unit,
        "lower": None if c.lower is None else str(c.lower),
        "upper": None if c.upper is None else str(c.upper),
        "sample": one.line.sample.size,
        "accept": one.line.sample.accept,
        "gauge": one.line.gauge,
        "values": [str(v) for v in one.result.values],
        "nonconforming": one.rejects,
        "accepted": one.accepted,
    }


def _said(row: IncomingInspection, seen: LotSeen, *, again: bool = False) -> Inspected:
    content = json.loads(row.results)
    return Inspected(
        row.uid,
        seen.lot.code,
        seen.part,
        content["accepted"],
        row.rejects,
        content["sentence"],
        again,
    )
