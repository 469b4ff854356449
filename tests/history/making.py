"""Packed test records as a database would hand them over, made from plain values."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np

from firstoff.formats.testdata import packing
from firstoff.formats.testdata.packing import LETTERS, Measured, Taken, pack, unpack
from firstoff.history.intake import Known, Line, Packed, Page, Procedure
from firstoff.terms import TestOutcome

NOW = datetime(2026, 5, 8, 9, 0, tzinfo=UTC)
PASS, FAIL = TestOutcome.PASS, TestOutcome.FAIL
GAP = Measured("gap", unit="mm", lower=Decimal("0.3"), upper=Decimal("0.9"), characteristic="1")
FORCE = Measured("force", phase="close", unit="N", upper=Decimal(17))
COLOUR = Measured("colour", rule="is true")
FINAL = packing.procedure("Final test", (GAP, FORCE, COLOUR))
TIGHTER = packing.procedure("Final test", (replace(GAP, lower=Decimal("0.4")), FORCE))
BURN_IN = packing.procedure("Burn-in", (Measured("current", unit="A"),))
PROCEDURES = {1: FINAL, 2: TIGHTER, 3: BURN_IN}
PARTS = {1: ("STOKE", "CC-1"), 2: ("STOKE", "007"), 3: ("LEEDS", "CC-1")}
BATCHES = {1: "CC1-P1", 2: "CC1-P2"}


@dataclass(frozen=True)
class Test:
    """A test record: what was measured, in the order of its procedure; None: broken off."""

    __test__ = False

    id: int
    taken: Sequence[Taken | None]
    procedure: int = 1
    unit: int = 0  # the same as id, unless said
    part: int = 1
    batch: int = 1
    began: datetime = NOW
    outcome: TestOutcome = PASS
    entry: int = 0  # the same as id, unless said
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def uid(self) -> str:
        return str(UUID(int=self.id))

    @property
    def packed(self) -> packing.Packed:
        return pack(self.taken, self.extras)


def number(value: str | float, outcome: TestOutcome = PASS) -> Taken:
    return Taken(outcome, Decimal(str(value)))


def several(count: int, *, first: int = 1, seed: int = 1) -> list[Test]:
    """Tests of two revisions of one procedure and of another, over four months and three parts."""
    rng = np.random.default_rng(seed)
    made = []
    for key in range(first, first + count):
        procedure = int(rng.choice([1, 1, 2, 3]))
        lines = PROCEDURES[procedure].lines
        values = rng.normal(0.6, 0.12, len(lines)).round(3)
        taken = [_judged(line, float(v)) for line, v in zip(lines, values, strict=True)]
        bad = any(t.outcome is FAIL for t in taken)
        made.append(
            Test(
                key,
                taken,
                procedure,
                unit=int(rng.integers(1, max(2, first + count // 2))),
                part=int(rng.choice([1, 1, 1, 2, 3])),
                batch=int(rng.choice([0, 1, 2])),
                began=NOW
                + timedelta(
                    minutes=float(rng.integers(0, 150_000)), microseconds=key * 7_919 % 1_000_000
                ),
                outcome=FAIL if bad else TestOutcome.ERROR if key % 17 == 0 else PASS,
                entry=(key + 4) // 5,
            )
        )
    return made


def _judged(line: Measured, value: float) -> Taken:
    if line.rule:
        return Taken(PASS, None, "true")
    low = line.lower is not None and value < line.lower
    return number(value, FAIL if low else PASS)


def pages(made: Sequence[Test], size: int = 7) -> Callable[[int], Iterator[Page]]:
    """What a reader of the database would answer for these records."""

    def after(entry: int) -> Iterator[Page]:
        later = [t for t in made if _entry(t) > entry]
        later.sort(key=lambda t: (_entry(t), t.id))
        known = known_of(PROCEDURES)
        while later:
            upto = _entry(later[min(size, len(later)) - 1])
            own = [t for t in later if _entry(t) <= upto]
            later = later[len(own) :]
            yield Page(upto, f"hash of {upto}", packed(own), known)

    return after


def known_of(procedures: dict[int, packing.Procedure]) -> Known:
    return Known(
        {key: _procedure(key, p) for key, p in procedures.items()},
        PARTS,
        BATCHES,
        {letter: outcome.value for outcome, letter in LETTERS.items()},
    )


def holds(entry: int, hashed: str) -> bool:
    return hashed == f"hash of {entry}"


def packed(made: Iterable[Test]) -> Packed:
    own = list(made)
    content = [t.packed for t in own]
    return Packed(
        record=_ints(t.id for t in own),
        unit=_ints(t.unit or t.id for t in own),
        part=_ints(t.part for t in own),
        batch=_ints(t.batch for t in own),
        procedure=_ints(t.procedure for t in own),
        began=_ints(_micros(t.began) for t in own),
        ended=_ints(_micros(t.began) + 60_000_000 for t in own),
        uid=[t.uid for t in own],
        serial=[f"S-{t.unit or t.id:04}" for t in own],
        station=["ST-1" for _ in own],
        outcome=[t.outcome.value for t in own],
        values=[c.values for c in content],
        outcomes=[c.outcomes for c in content],
        extras=[c.extras for c in content],
    )


def told(made: Iterable[Test]) -> list[tuple[Any, ...]]:
    """Every measurement as unpacking the records has it: what the history has to answer."""
    found = []
    for test in made:
        lines, own = PROCEDURES[test.procedure].lines, test.packed
        for result in unpack(lines, own.values, own.outcomes, own.extras):
            if result.outcome is not None:
                text = result.text[:200] if result.value is None and result.text else None
                found.append(
                    (
                        test.began,
                        *PARTS[test.part],
                        BATCHES.get(test.batch, ""),
                        test.unit or test.id,
                        result.line.name,
                        result.value,
                        text,
                        None if result.line.lower is None else float(result.line.lower),
                        result.outcome.value,
                        test.uid,
                    )
                )
    return sorted(found, key=repr)


COLUMNS = (
    "began", "site", "part", "batch", "unit", "name", "value", "text", "lower", "outcome", "uid",
)  # fmt: skip


def answered(table: Any) -> list[tuple[Any, ...]]:
    """An answer in the same shape."""
    rows = table.to_pylist()
    return sorted(
        ((row["began"].astimezone(UTC), *(row[c] for c in COLUMNS[1:])) for row in rows), key=repr
    )


def _procedure(key: int, found: packing.Procedure) -> Procedure:
    return Procedure(key, found.digest, found.name, tuple(map(_line, found.lines)))


def _line(line: Measured) -> Line:
    return Line(
        line.name, line.phase, line.subtest, line.unit, line.lower, line.upper, line.rule,
        line.characteristic,
    )  # fmt: skip


def _entry(test: Test) -> int:
    return test.entry or test.id


def _micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _ints(values: Iterable[int]) -> Any:
    return np.array(list(values), np.int64)
