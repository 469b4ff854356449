"""Records of a pilot run as a line would make them, the same in every run of the benchmark."""

import csv
import io
import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import uuid6

REJECTS = 0.03
# operation -> its usual seconds; the six of the benchmark's process plan
STEPS = {10: 40.0, 20: 75.0, 30: 50.0, 40: 60.0, 50: 30.0, 60: 45.0}
_FAULTS = (
    ("D-101", "fit", "process", "The clamp lets go before the ring is set."),
    ("D-101", "fit", "material", "Lids from lot LB-0312 are out of round."),
    ("D-204", "finish", "process", "The oven is opened too early."),
    ("D-300", "function", "material", "Seal rings of lot SR-77 are hard."),
    ("D-310", "finish", "handling", "Handled without gloves."),
)
_MILLI, _HUNDREDTH = Decimal("0.001"), Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Step:
    seq: int
    seconds: Decimal


@dataclass(frozen=True, slots=True)
class Sample:
    """One unit: everything a station knows of it. Times in seconds, measures in mm and N."""

    uid: UUID
    serial: str
    started_at: datetime
    steps: tuple[Step, ...]
    gap: Decimal
    force: Decimal
    fault: tuple[str, str, str, str] | None  # code, aspect, class of cause, cause

    @property
    def seconds(self) -> Decimal:
        return sum((s.seconds for s in self.steps), Decimal(0))

    def aspect(self, name: str) -> str:
        return "fail" if self.fault is not None and self.fault[1] == name else "pass"


def samples(batch: str, first: int, count: int, began: datetime) -> Iterator[Sample]:
    """Units ``first`` to ``first + count - 1`` of a batch, one started every three seconds."""
    chance = random.Random(f"{batch} from {first}")
    for number in range(first, first + count):
        steps = tuple(
            Step(seq, Decimal(usual * chance.uniform(0.85, 1.2)).quantize(_MILLI))
            for seq, usual in STEPS.items()
        )
        yield Sample(
            UUID(int=uuid6.uuid7().int),
            f"{batch}-{number:05}",
            began + timedelta(seconds=3 * number),
            steps,
            Decimal(chance.gauss(0.60, 0.05)).quantize(_MILLI),
            Decimal(chance.gauss(12.0, 0.8)).quantize(_HUNDREDTH),
            chance.choice(_FAULTS) if chance.random() < REJECTS else None,
        )


def as_json(sample: Sample) -> dict[str, Any]:
    """The unit as the API takes it."""
    defects = []
    if sample.fault is not None:
        code, _, cause_class, cause = sample.fault
        defects.append({"code": code, "cause_class": cause_class, "cause": cause})
    ended = sample.started_at + timedelta(seconds=float(sample.seconds))
    return {
        "uid": str(sample.uid),
        "serial": sample.serial,
        "started_at": sample.started_at.isoformat(),
        "judged_at": ended.isoformat(),
        "operator": "ben",
        "fit": sample.aspect("fit"),
        "finish": sample.aspect("finish"),
        "function": sample.aspect("function"),
        "build_seconds": str(sample.seconds),
        "defects": defects,
        "steps": [{"seq": s.seq, "seconds": str(s.seconds)} for s in sample.steps],
        "measures": [
            {"characteristic": "1", "value": str(sample.gap)},
            {"characteristic": "2", "value": str(sample.force)},
        ],
    }


def as_csv(found: Iterable[Sample]) -> bytes:
    """The units as a unit log. Minutes are as exact as seconds to the millisecond need."""
    file = io.StringIO()
    writer = csv.writer(file)
    steps = [f"step {seq}" for seq in STEPS]
    writer.writerow([*_LOG, *steps, "measure 1", "measure 2"])
    for sample in found:
        ended = sample.started_at + timedelta(seconds=float(sample.seconds))
        code, _, cause_class, cause = sample.fault or ("", "", "", "")
        writer.writerow(
            [
                sample.serial,
                sample.started_at.isoformat(),
                ended.isoformat(),
                "ben",
                *(sample.aspect(name) for name in ("fit", "finish", "function")),
                _minutes(sample.seconds),
                code,
                cause_class,
                cause,
                *(_minutes(step.seconds) for step in sample.steps),
                sample.gap,
                sample.force,
            ]
        )
    return file.getvalue().encode()


_LOG = (
    "serial",
    "started_at",
    "judged_at",
    "operator",
    "fit",
    "finish",
    "function",
    "build_minutes",
    "defect_code",
    "cause_class",
    "cause",
)


def _minutes(seconds: Decimal) -> str:
    return f"{seconds / 60:.6f}"
