"""Measured values as test records, packed against a frozen procedure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet

from firstoff.db.inserts import fresh
from firstoff.db.models import ProcedureRevision, TestRecord, Unit
from firstoff.db.prepared import prepared
from firstoff.errors import InvalidInput
from firstoff.formats.testdata.fields import Unreadable, outcome
from firstoff.formats.testdata.packing import (
    Measured,
    Procedure,
    Taken,
    pack,
    procedure,
)
from firstoff.rules.execution import Refusal, measurement_refusals
from firstoff.rules.ledger import digest
from firstoff.rules.plan import BaselineFacts
from firstoff.rules.product import CharacteristicFacts
from firstoff.services.execution.floor import Floor, Operator
from firstoff.services.execution.posted import PostedMeasure
from firstoff.services.ledger import Entry
from firstoff.terms import CharacteristicKind, TestOutcome

_LARGEST = Decimal("1e15")


def plan_measures(
    floor: Floor,
    unit: Unit,
    measures: Sequence[PostedMeasure],
    *,
    source: str,
    title: str,
    began_at: datetime,
    ended_at: datetime,
    operator: Operator,
    told_by: Mapping[str, object],
) -> TestRecord | None:
    """The values as one test record; None when there are none. Raises InvalidInput.

    told_by: what tells this record from another of the same values on the same unit.
    """
    if not measures:
        return None
    wanted = [_characteristic(floor.definition, m.characteristic) for m in measures]
    if len({c.number for c in wanted}) < len(wanted):
        raise InvalidInput("A characteristic is measured twice in one record.", field="measures")
    taken = [_taken(c, m) for c, m in zip(wanted, measures, strict=True)]
    packed = pack(taken)
    kept = _procedure(floor, title, wanted)
    content = {
        "serial": unit.serial,
        "procedure": kept.digest,
        **told_by,
        "values": packed.values,
        "extras": packed.extras,
    }
    failed = any(t.outcome is TestOutcome.FAIL for t in taken)
    return fresh(
        TestRecord,
        run_id=floor.run.pk,
        unit=unit,
        procedure=kept,
        source=source,
        source_digest=digest(content),
        station=floor.by.station,
        operator_id=operator.id,
        outcome=TestOutcome.FAIL if failed else TestOutcome.PASS,
        began_at=began_at,
        ended_at=ended_at,
        values=packed.values,
        outcomes=packed.outcomes,
        extras=packed.extras,
    )


def _procedure(
    floor: Floor, title: str, wanted: Sequence[CharacteristicFacts]
) -> ProcedureRevision:
    """The procedure that measures these, made once a post."""
    key = (title, *(c.number for c in wanted))
    held = floor.titled.get(key)
    if held is None:
        held = revision_of(floor, procedure(title, [_line(c) for c in wanted]))
        floor.titled[key] = held
    return held


def pass_refusals(
    definition: BaselineFacts, measures: Iterable[PostedMeasure]
) -> tuple[Refusal, ...]:
    """Why *pass* is not possible with these values: one lies outside its limits."""
    found: list[Refusal] = []
    for measure in measures:
        known = _characteristic(definition, measure.characteristic)
        if measure.value is None:
            if _outcome(known, measure) is TestOutcome.FAIL:
                found.append(_said_no(known, measure))
            continue
        found += measurement_refusals(
            measure.value,
            lower=_drawn(known, known.lower),
            upper=_drawn(known, known.upper),
            unit=known.unit,
            name=known.label,
        )
    return tuple(found)


def _said_no(known: CharacteristicFacts, measure: PostedMeasure) -> Refusal:
    return Refusal(
        "R-34",
        f"{known.label} is {measure.text!r}; pass is not possible.",
        "Record it as failed, or look again.",
    )


def revision_of(floor: Floor, wanted: Procedure) -> ProcedureRevision:
    """The procedure as stored, or to be stored with the first record that ran it."""
    held = floor.procedures.get(wanted.digest)
    if held is None:
        held = next(iter(_stored(wanted.digest)), None)
        held = held or ProcedureRevision(
            digest=wanted.digest, name=wanted.name[:200], definition=wanted.definition
        )
        floor.procedures[wanted.digest] = held
    return held


@prepared
def _stored(digest: str) -> "QuerySet[ProcedureRevision]":
    return ProcedureRevision.objects.filter(digest=digest)


def store_tests(entry: Entry, tests: Sequence[TestRecord]) -> None:
    """Write test records, and before them the procedures that nobody ran before."""
    fresh = {t.procedure.digest: t.procedure for t in tests if t.procedure._state.adding}
    for revision in fresh.values():
        entry.add(revision)
    entry.add_all(list(tests))


def _characteristic(definition: BaselineFacts, number: str) -> CharacteristicFacts:
    found = definition.characteristic(number)
    if found is None:
        known = ", ".join(c.number for c in definition.characteristics) or "none"
        raise InvalidInput(
            f"The baseline has no characteristic {number}.",
            way_out=f"It has: {known}.",
            field="measures",
        )
    return found


def _taken(known: CharacteristicFacts, measure: PostedMeasure) -> Taken:
    value = measure.value
    if value is not None and (not value.is_finite() or abs(value) > _LARGEST):
        raise InvalidInput(f"{known.label}: {value} is no measured value.", field="measures")
    text = measure.text[:200] if value is None else ""
    return Taken(_outcome(known, measure), value, text)


def _outcome(known: CharacteristicFacts, measure: PostedMeasure) -> TestOutcome:
    if measure.value is None:
        if known.kind is not CharacteristicKind.ATTRIBUTE:
            return TestOutcome.UNSET
        try:
            said = outcome(measure.text)
        except Unreadable:
            return TestOutcome.UNSET
        return TestOutcome.UNSET if said is None else TestOutcome(said.value)
    low = known.lower is not None and measure.value < known.lower
    high = known.upper is not None and measure.value > known.upper
    return TestOutcome.FAIL if low or high else TestOutcome.PASS


def _line(known: CharacteristicFacts) -> Measured:
    return Measured(
        name=known.name,
        unit=known.unit,
        lower=known.lower,
        upper=known.upper,
        characteristic=known.number,
    )


def _drawn(known: CharacteristicFacts, limit: Decimal | None) -> Decimal | None:
    """A limit with the digits of the drawing."""
    return None if limit is None else Decimal(known.shown(limit))
