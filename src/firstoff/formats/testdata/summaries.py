"""What a file holds, in figures: the same for every kind of importer, and as plain JSON."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from typing import Any

from firstoff.errors import InvalidInput
from firstoff.formats.sources import Limits, RawSource, opened
from firstoff.formats.testdata import detect, read
from firstoff.formats.testdata.drafts import (
    Draft,
    ImportResult,
    PhaseDraft,
    ReadOptions,
    RecordDraft,
    RepairDraft,
    RowProblem,
    SubUnitDraft,
    TestDraft,
    UnitDraft,
)


def _none() -> dict[str, int]:
    return {"pass": 0, "fail": 0, "total": 0}


@dataclass(frozen=True, slots=True)
class Counts:
    """How much a file holds.

    ``units``: different serials that were built, tested or repaired. ``lots``: different lots
    named anywhere. ``steps``: phases and steps; by outcome, done is one that judged nothing.
    ``measurements``: by outcome, pass and fail always, and their total; ``rows`` of a unit log.
    ``records``: what messages of machines say, by kind of record. ``holds``: in the words of the
    format, what it has beside records: parts, characteristics, datums, messages."""

    units: int = 0
    rows: int = 0
    tests: int = 0
    tests_by_outcome: Mapping[str, int] = field(default_factory=dict)
    steps: int = 0
    steps_by_outcome: Mapping[str, int] = field(default_factory=dict)
    measurements: Mapping[str, int] = field(default_factory=_none)
    measurements_by_kind: Mapping[str, int] = field(default_factory=dict)
    attachments: int = 0
    sub_units: int = 0
    lots: int = 0
    repairs: int = 0
    failures: int = 0
    consumptions: int = 0
    records: Mapping[str, int] = field(default_factory=dict)
    holds: Mapping[str, int] = field(default_factory=dict)


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
        """As JSON has it."""
        keys = ("row", "column", "found", "expected", "sentence")
        return {
            "file": self.file,
            "kind": self.kind,
            "sha256": self.sha256,
            "counts": asdict(self.counts),
            "warnings": list(self.warnings),
            "refused": [{key: getattr(row, key) for key in keys} for row in self.refused],
        }


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


def looked_at(
    raw: RawSource, *, name: str = "", kind: str = "", options: ReadOptions | None = None
) -> Summary:
    """Read a file and say what it holds. A file that cannot be taken at all is not an error here:
    its one refusal says where and why, with the line or offset, its counts are zero."""
    try:
        return summary_of(read(raw, name=name, kind=kind, options=options))
    except InvalidInput as error:
        label, sha256, found = name or "The file", "", kind
        with suppress(InvalidInput), opened(raw, name=name, limits=_limits(options)) as source:
            label, sha256 = source.name, source.sha256()
            found = found or detect(source.file, name=label, options=options).name
        return Summary(label, found, sha256, Counts(), (), (_problem(error),))


def _limits(options: ReadOptions | None) -> Limits:
    return (options or ReadOptions()).limits


def _problem(error: InvalidInput) -> RowProblem:
    """An error of the whole file as its refusal; ``row`` is the line, 0 where there is none."""
    details = error.details
    row, column = details.get("row"), details.get("column", "")
    if "offset" in details and not column:
        column = f"byte {details['offset']}"
    found, expected = details.get("found", ""), details.get("expected", "")
    return RowProblem(
        row=row if isinstance(row, int) else 0,
        column=str(column),
        found=str(found),
        expected=", ".join(map(str, expected)) if isinstance(expected, list) else str(expected),
        sentence=str(error),
        raw="",
    )


# ---------------------------------------------------------------- counting


def _counts(result: ImportResult) -> Counts:
    tests = result.tests
    phases = [phase for draft in tests for phase in draft.phases]
    measured = [each for draft in tests for each in draft.measurements]
    outcomes = Counter(each.outcome.value for each in measured)
    kinds = Counter(draft.kind for draft in result.records)
    outcomes["unset"] += sum(len(draft.measures) for draft in result.units)
    return Counts(
        units=len(_serials(result.drafts)),
        rows=len(result.units),
        tests=len(tests),
        tests_by_outcome=dict(Counter(draft.outcome.value for draft in tests)),
        steps=len(phases),
        steps_by_outcome=dict(Counter(map(_word, phases))),
        measurements=_totalled(outcomes),
        measurements_by_kind=dict(Counter(each.kind.value for each in measured)),
        attachments=sum(
            len(draft.attachments)
            for draft in result.drafts
            if isinstance(draft, TestDraft | RepairDraft)
        ),
        sub_units=len(_parts(result.drafts)) + sum(bool(r.child) for r in result.records),
        lots=len(_lots(result)),
        repairs=len(result.repairs) + kinds["repair"],
        failures=sum(len(draft.failures) for draft in result.repairs),
        consumptions=len(result.consumptions) + kinds["consume"],
        records={kind: count for kind, count in sorted(kinds.items()) if kind},
        holds=dict(result.holds),
    )


def _word(phase: PhaseDraft) -> str:
    if phase.outcome is not None:
        return phase.outcome.value
    return "done" if phase.result.startswith("Done") else "not given"


def _totalled(outcomes: Counter[str]) -> dict[str, int]:
    named = {"pass": outcomes.pop("pass", 0), "fail": outcomes.pop("fail", 0)}
    named |= {name: count for name, count in sorted(outcomes.items()) if count}
    return named | {"total": sum(named.values())}


def _serials(drafts: Iterable[Draft]) -> set[str]:
    kinds = (UnitDraft, TestDraft, RepairDraft, RecordDraft)
    serials = {draft.serial for draft in drafts if isinstance(draft, kinds)}
    return serials - {""}


def _parts(drafts: Iterable[Draft]) -> list[SubUnitDraft]:
    held = (draft for draft in drafts if isinstance(draft, TestDraft | RepairDraft))
    return [part for draft in held for part in draft.sub_units]


def _lots(result: ImportResult) -> set[str]:
    named = [draft.lot for draft in result.tests]
    named += [lot for draft in result.lots for lot in (draft.lot, draft.parent)]
    named += [lot for draft in result.consumptions for lot in (draft.lot, draft.parent)]
    named += [part.lot for part in _parts(result.drafts)]
    named += [lot for draft in result.records for lot in draft.lots]
    return set(named) - {""}
