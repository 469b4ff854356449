"""Closing a run (R-39): when it may be, what is signed, what is refused afterwards."""

from typing import Any

from firstoff.errors import Refused
from firstoff.rules import ledger
from firstoff.rules.trace.batch_record.gaps import Gap
from firstoff.rules.trace.batch_record.record import BatchRecord
from firstoff.terms import FloorKind, Place

# Floor records that go on after a run is closed: where its units are, not how they were made.
AFTER_CLOSING = frozenset(
    {
        FloorKind.PACK,
        FloorKind.UNPACK,
        FloorKind.SHIP,
        FloorKind.SHIP_CANCEL,
        FloorKind.RETURN,
        FloorKind.LABEL,
        FloorKind.SCRAP,
    }
)
_NAMED = 4  # gaps that a refusal names


def closing_meaning(batch_id: str, units: int, deviations: int) -> str:
    """What whoever closes a run signs."""
    accepted = ""
    if deviations:
        accepted = f", {deviations:,} gap{'' if deviations == 1 else 's'} accepted by deviation"
    made = "1 unit" if units == 1 else f"{units:,} units"
    return f"I have reviewed the batch record of {batch_id}, {made}{accepted}, and close the run."


def deviation_meaning(batch_id: str, said: str) -> str:
    """What whoever accepts a gap signs."""
    return f"I accept this gap in the batch record of {batch_id}: {said}"


def closing_refusal(batch_id: str, record: BatchRecord) -> Refused | None:
    """Why the run cannot be closed: the gaps nobody signed for."""
    if not record.started:
        return Refused(
            f"No unit of {batch_id} is started; there is nothing to close.",
            code="R-39",
            way_out="Build the batch first.",
        )
    left = record.open
    if not left:
        return None
    said = " ".join(gap.said for gap in left[:_NAMED])
    more = f" And {len(left) - _NAMED:,} more." if len(left) > _NAMED else ""
    count = "1 gap" if len(left) == 1 else f"{len(left):,} gaps"
    return Refused(
        f"{batch_id} cannot be closed: its batch record has {count}. {said}{more}",
        code="R-39",
        way_out="Close each gap, or accept it by a signed deviation.",
        gaps=[gap.key for gap in left],
    )


def outlives(place: Place | str, *, contained: bool) -> bool:
    """Whether a unit of a closed run may still be worked on: it came back, or is under
    suspicion. What is done to it then is its own story, not that of the batch."""
    return contained or place == Place.RETURNED


def late_refusal(batch_id: str, by: str, closed: str) -> Refused:
    """A record for a run that is closed."""
    return Refused(
        f"{batch_id} was closed by {by} at {closed}; its record takes nothing more.",
        code="R-39",
        way_out=(
            "What is built now belongs to a new run. A unit that came back is first recorded as "
            "returned, one under suspicion is first contained; packing, shipping and labels go on."
        ),
        batch=batch_id,
    )


def scope_of(gap: Gap) -> str:
    """The units of a gap as they are kept with its deviation."""
    return ledger.canonical([list(span) for span in gap.units])


def record_numbers(record: BatchRecord) -> dict[str, Any]:
    """The figures of a record as they are kept with a closure."""
    return {
        "complete": record.complete,
        "units": record.units,
        "started": record.started,
        "gaps": len(record.gaps),
        "open": len(record.open),
        "accepted": len(record.accepted),
        "material": record.material.name,
        "process": record.process.name,
        "sections": {
            s.section.value: {"complete": s.complete, "units": s.units, "gaps": len(s.gaps)}
            for s in record.sections
        },
        "statement": {s.asks: s.shown for s in record.statement},
    }


def record_digest(record: BatchRecord) -> str:
    """SHA-256 over the record as it reads: figures, gaps, deviations, units, lots."""
    return ledger.digest(
        {
            "numbers": record_numbers(record),
            "gaps": [
                {
                    "key": gap.key,
                    "said": gap.said,
                    "units": [list(span) for span in gap.units],
                    "open": gap.open,
                    "deviations": [d.uid for d in gap.accepted],
                }
                for gap in record.gaps
            ],
            "serials": ledger.text_digest("\n".join(sorted(record.serials.values()))),
            "lots": [f"{line.lot.part}/{line.lot.code}" for line in record.lots],
        }
    )
