"""The test procedure behind a test record: what was measured, and within which limits.

Records do not name their procedure's revision, so it is known by its content: the same
measurements with the same limits have the same digest."""

import hashlib
import json
import re
from dataclasses import dataclass
from decimal import Decimal

from firstoff.formats.testdata.drafts import (
    LimitsDraft,
    MeasurementDraft,
    TestDraft,
    UnitOfMeasure,
)
from firstoff.terms import TestOutcome

_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")  # of a function, another in each process


@dataclass(frozen=True, slots=True)
class MeasurementDefinition:
    """One measurement as the procedure defines it; no value, no outcome.

    ``validators`` are the texts as given; ``unread`` those of them that ``limits`` do not say."""

    name: str
    phase: str
    subtest: str
    unit: UnitOfMeasure
    dimensions: tuple[UnitOfMeasure, ...]
    limits: LimitsDraft
    validators: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.subtest, self.phase, self.name)


@dataclass(frozen=True, slots=True)
class ProcedureDraft:
    """The definitions in the order they ran, each once though a phase was repeated.

    ``digest``: SHA-256 of their canonical JSON; names and versions of the test are not in it.
    ``complete`` is False when the record broke off (error, timeout, abort): later phases are
    missing then, and the digest is that of a part. ``includes`` finds the whole it belongs to."""

    name: str
    version: str
    definitions: tuple[MeasurementDefinition, ...]
    digest: str
    complete: bool

    def includes(self, part: "ProcedureDraft") -> bool:
        """Whether every definition of ``part`` is here, with the same limits."""
        return set(_canonical(part.definitions)) <= set(_canonical(self.definitions))


def procedure_of(draft: TestDraft) -> ProcedureDraft:
    """The procedure that a test record ran."""
    found: dict[tuple[str, str, str], MeasurementDefinition] = {}
    for measurement in draft.measurements:
        definition = _definition(measurement)
        found.setdefault(definition.key, definition)
    definitions = tuple(found.values())
    text = "[" + ",".join(_canonical(definitions)) + "]"
    return ProcedureDraft(
        name=draft.test_name,
        version=draft.test_version,
        definitions=definitions,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        complete=draft.outcome in (TestOutcome.PASS, TestOutcome.FAIL),
    )


def _definition(measurement: MeasurementDraft) -> MeasurementDefinition:
    return MeasurementDefinition(
        name=measurement.name,
        phase=measurement.phase,
        subtest=measurement.subtest,
        unit=measurement.unit,
        dimensions=measurement.dimensions,
        limits=measurement.limits,
        validators=measurement.validators,
        unread=tuple(_ADDRESS.sub("", text) for text in measurement.unread),
    )


def _canonical(definitions: tuple[MeasurementDefinition, ...]) -> list[str]:
    """One JSON object each, keys sorted. 4.50 and 4.5 are one limit, so numbers are plain."""
    return [
        json.dumps(
            {
                "name": each.name,
                "phase": each.phase,
                "subtest": each.subtest,
                "unit": _unit(each.unit),
                "dimensions": [_unit(dimension) for dimension in each.dimensions],
                "limits": _limits(each.limits),
                "validators": list(each.unread),
            },
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=True,
        )
        for each in definitions
    ]


def _unit(unit: UnitOfMeasure) -> list[str]:
    return [unit.name, unit.suffix, unit.code]


def _limits(limits: LimitsDraft) -> dict[str, object]:
    held = {
        "lower": _plain(limits.lower),
        "upper": _plain(limits.upper),
        "marginal_lower": _plain(limits.marginal_lower),
        "marginal_upper": _plain(limits.marginal_upper),
        "expected": limits.expected,
        "pattern": limits.pattern,
        "each": limits.each or None,
    }
    return {name: value for name, value in held.items() if value is not None}


def _plain(number: Decimal | None) -> str | None:
    """Mantissa and exponent without trailing zeros: exact, and short for 1E+300 as well."""
    if number is None:
        return None
    sign, digits, exponent = number.as_tuple()
    mantissa = "".join(map(str, digits)).lstrip("0")
    if not mantissa or not isinstance(exponent, int):
        return "0"
    short = mantissa.rstrip("0")
    return f"{'-' if sign else ''}{short}e{exponent + len(mantissa) - len(short)}"
