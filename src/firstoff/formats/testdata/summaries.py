"""What a file holds, in figures: the same for every kind of importer, and as plain JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.formats.testdata.drafts import (
    Draft,
    ImportResult,
    RepairDraft,
    RowProblem,
    SubUnitDraft,
    TestDraft,
    UnitDraft,
)


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a file holds.

    ``units``: different serials of units that were built, tested or repaired. ``lots``: different
    lots named anywhere. ``steps``: phases and steps, and ``steps_by_outcome`` how they ended; done
    is a step that judged nothing. ``measurements``: by outcome; ``by_kind`` by what is measured."""

    units: int = 0
    rows: int = 0
    tests: int = 0
    tests_by_outcome: Mapping[str, int] | None = None
    steps: int = 0
    steps_by_outcome: Mapping[str, int] | None = None
    measurements: Mapping[str, int] | None = None
    measurements_by_kind: Mapping[str, int] | None = None
    attachments: int = 0
    sub_units: int = 0
    lots: int = 0
    repairs: int = 0
    failures: int = 0
    consumptions: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """One file: its kind, counts, what is odd in it and what cannot be taken.

    ``kind`` and ``sha256`` are "" for a file that could not be read as anything."""

    file: str
    kind: str
    sha256: str
    counts: Counts
    warnings: tuple[str, ...]
    refused: tuple[RowProblem, ...]

    @property
    def whole(self) -> bool:
        """Whether all of it can be taken."""
        return not self.refused

    def plain(self) -> dict[str, Any]:
        """As JSON has it. Every outcome seen is named, pass and fail always."""
        keys = ("row", "column", "found", "expected", "sentence")
        refused = [{key: getattr(row, key) for key in keys} for row in self.refused]
        counts = {
            name: dict(value) if isinstance(value, Mapping) else value or 0
            for name, value in asdict(self.counts).items()
        }
        counts["measurements"] = counts["measurements"] or {"pass": 0, "fail": 0, "total": 0}
        return {
            "file": self.file,
            "kind": self.kind,
            "sha256": self.sha256,
            "counts": {
                name: value or {} if _is_map(name) else value for name, value in counts.items()
            },
            "warnings": list(self.warnings),
            "refused": refused,
        }


def _is_map(name: str) -> bool:
    return "_by_" in name


def summary_of(result: ImportResult) -> Summary:
    """The figures of a file that was read."""
    warnings = (result.nothing, *result.warnings) if result.nothing else result.warnings
    return Summary(
        file=result.name,
        kind=result.kind,
        sha256=result.sha256,
        counts=_counts(result),
        warnings=warnings,
        refused=result.refused,
    )


def refusal_of(error: InvalidInput, file: str) -> Summary:
    """A file that cannot be taken at all: its one refusal says where and why. ``row`` is the line,
    or 0 where it is told by offset or as a whole."""
    details = error.details
    row, column = details.get("row"), details.get("column", details.get("offset", ""))
    problem = RowProblem(
        row=row if isinstance(row, int) else 0,
        column=str(column),
        found=str(details.get("found", "")),
        expected=str(details.get("expected", "")),
        sentence=str(error),
        raw="",
    )
    return Summary(file, "", "", Counts(), (), (problem,))


# ---------------------------------------------------------------- counting


def _counts(result: ImportResult) -> Counts:
    tests = result.tests
    phases = [phase for draft in tests for phase in draft.phases]
    measured = [each for draft in tests for each in draft.measurements]
    words = (
        phase.outcome.value if phase.outcome else "done" if "Done" in phase.result else "not given"
        for phase in phases
    )
    outcomes = Counter(each.outcome.value for each in measured)
    outcomes["unset"] += sum(len(draft.measures) for draft in result.units)
    return Counts(
        units=len(_serials(result.drafts)),
        rows=len(result.units),
        tests=len(tests),
        tests_by_outcome=dict(Counter(draft.outcome.value for draft in tests)),
        steps=len(phases),
        steps_by_outcome=dict(Counter(words)),
        measurements=_totalled(outcomes),
        measurements_by_kind=dict(Counter(each.kind.value for each in measured)),
        attachments=sum(
            len(draft.attachments)
            for draft in result.drafts
            if isinstance(draft, TestDraft | RepairDraft)
        ),
        sub_units=len(_parts(result.drafts)),
        lots=len(_lots(result)),
        repairs=len(result.repairs),
        failures=sum(len(draft.failures) for draft in result.repairs),
        consumptions=len(result.consumptions),
    )


def _totalled(outcomes: Counter[str]) -> dict[str, int]:
    named = {"pass": outcomes.pop("pass", 0), "fail": outcomes.pop("fail", 0)}
    named |= {name: count for name, count in sorted(outcomes.items()) if count}
    return named | {"total": sum(named.values())}


def _serials(drafts: Iterable[Draft]) -> set[str]:
    kinds = (UnitDraft, TestDraft, RepairDraft)
    serials = {draft.serial for draft in drafts if isinstance(draft, kinds)}
    return serials - {""}


def _parts(drafts: Iterable[Draft]) -> list[SubUnitDraft]:
    held = (draft for draft in drafts if isinstance(draft, TestDraft | RepairDraft))
    return [part for draft in held for part in draft.sub_units]


def _lots(result: ImportResult) -> set[str]:
    named = [draft.lot for draft in (*result.tests, *result.lots, *result.consumptions)]
    named += [draft.parent for draft in (*result.lots, *result.consumptions)]
    named += [part.lot for part in _parts(result.drafts)]
    return set(named) - {""}
