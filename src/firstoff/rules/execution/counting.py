"""Which units count as evidence, what became of each, and how the sample reads."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstoff.rules.execution.values import (
    DefectFacts,
    JudgementFacts,
    OperationTimes,
    RunFacts,
    UnitFacts,
)
from firstoff.terms import BuilderClass, EquipmentClass, UnitResult

_PRODUCTION, _LINE = EquipmentClass.PRODUCTION.value, BuilderClass.LINE.value
_ENGINEER = "built by an engineer, not by a line operator"
_OTHER = "built by somebody who is no line operator"


def left_out_reasons(unit: UnitFacts, instruction: str) -> tuple[str, ...]:
    """Why the unit does not count as sign-off evidence (R-33); empty when it counts.

    instruction: digest of the instructions in the run's baseline. Decided by what was copied onto
    the unit when it was started: nothing that happens to the unit later makes it count or not,
    except a declaration made before it was judged.
    """
    if (
        unit.equipment_class == _PRODUCTION
        and unit.builder_class == _LINE
        and unit.instruction == instruction
        and not unit.previous_serial
        and not unit.excluded
    ):
        return ()
    reasons = []
    if unit.equipment_class != _PRODUCTION:
        reasons.append(_equipment_reason(unit))
    if unit.builder_class != _LINE:
        reasons.append(_ENGINEER if unit.builder_class == BuilderClass.ENGINEER else _OTHER)
    if unit.instruction != instruction:
        reasons.append(
            "built to other instructions than those released with the baseline"
            if unit.instruction
            else "the instructions it was built to are not recorded"
        )
    if unit.previous_serial:
        reasons.append(f"made out of {unit.previous_serial}: rework does not make a fresh unit")
    if unit.excluded:
        reasons.append(f"declared not to count before it was judged: {unit.excluded}")
    return tuple(reasons)


def _equipment_reason(unit: UnitFacts) -> str:
    if unit.equipment_class == EquipmentClass.BENCH:
        return f"built on bench equipment ({unit.equipment}), not on production equipment"
    return "no equipment is recorded, so nothing shows that it was production equipment"


class LeftOut(NamedTuple):
    unit: UnitFacts
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The units of a run, in start order: the sample, those after it, those that do not count."""

    sample: tuple[UnitFacts, ...]
    beyond: tuple[UnitFacts, ...]  # they count, but come after the n of the bar
    left_out: tuple[LeftOut, ...]


_NONE_COUNTED = Counted((), (), ())


def count_units(
    units: Iterable[UnitFacts],
    instruction: str,
    sample: int | None,
    known: Counted = _NONE_COUNTED,
) -> Counted:
    """The sample is the first ``sample`` units that count, in start order, judged or not.

    Choosing them by their place and not by their result is what keeps rejects from being
    outrun: units started later cannot push an earlier reject out of the sample.

    known: other units of the run, counted by the same instructions already.
    """
    counting: list[UnitFacts] = [*known.sample, *known.beyond]
    left_out: list[LeftOut] = [*known.left_out]
    for unit in units:
        reasons = left_out_reasons(unit, instruction)
        if reasons:
            left_out.append(LeftOut(unit, reasons))
        else:
            counting.append(unit)
    counting.sort(key=attrgetter("position"))
    left_out.sort(key=attrgetter("unit.position"))
    size = len(counting) if sample is None else sample
    return Counted(tuple(counting[:size]), tuple(counting[size:]), tuple(left_out))


class UnitState(NamedTuple):
    """What became of a unit. ``fit``, ``finish``, ``function`` are of its first result.

    ``first`` never changes by rework or retest (R-48); ``final`` is how the unit stands now.
    """

    unit: UnitFacts
    first: UnitResult
    final: UnitResult
    fit: str
    finish: str
    function: str
    build_seconds: float | None
    over_time: bool
    attempts: int
    corrected: bool


def judge_units(
    units: Iterable[UnitFacts],
    judgements: Sequence[JudgementFacts],
    *,
    max_unit_seconds: float | None = None,
    operation_seconds: Mapping[int, float] | None = None,
) -> dict[int, UnitState]:
    """The state of every unit, by its id.

    judgements: in the order they were recorded, corrections included; max_unit_seconds: the bar's
    limit on one unit; operation_seconds: sum of the first attempt's operations by unit, of units
    with all of them, used where no build time was given.
    """
    rows = effective(judgements)
    only = {row.unit: row for row in rows}
    by_unit = _several(rows) if len(only) < len(rows) else {}
    seconds = operation_seconds or {}
    corrected = {row.unit for row in rows if row.supersedes is not None and row.attempt == 1}
    found = {}
    for unit in units:
        key = unit.id
        row = only.get(key)
        if row is not None and row.attempt == 1 and key not in by_unit:
            # Nearly all units are judged once.
            _, _, attempts, fit, finish, function, build, _, _, _ = row
            first = last = (fit, finish, function)
        else:
            first, last, build, attempts = _values(by_unit.get(key) or ([row] if row else ()))
        if build is None:
            build = seconds.get(key)
        over = max_unit_seconds is not None and build is not None and build > max_unit_seconds
        result = _result(first, build, over)
        final = result
        if last is not first:
            # How long a unit would have taken that failed half way, nobody can know any more.
            known = 0.0 if build is None and result is UnitResult.REJECT else build
            final = _result(last, known, over)
        found[key] = UnitState(
            unit, result, final, *first, build, over, attempts, key in corrected
        )
    return found


def _several(rows: Iterable[JudgementFacts]) -> dict[int, list[JudgementFacts]]:
    """The judgements of each unit that has more than one."""
    found: dict[int, list[JudgementFacts]] = {}
    for row in rows:
        found.setdefault(row.unit, []).append(row)
    return {unit: held for unit, held in found.items() if len(held) > 1}


def effective(judgements: Sequence[JudgementFacts]) -> list[JudgementFacts]:
    """The judgements in force: a correction stands at the place of the one it supersedes."""
    successor = {row.supersedes: row for row in judgements if row.supersedes is not None}
    if not successor:
        return list(judgements)
    found = []
    for row in judgements:
        if row.supersedes is not None:
            continue
        holds = row
        while holds.id in successor:  # a correction may itself be corrected
            holds = successor[holds.id]
        found.append(holds)
    return found


_Aspects = tuple[str, str, str]
_UNJUDGED: _Aspects = ("", "", "")


def _values(rows: Sequence[JudgementFacts]) -> tuple[_Aspects, _Aspects, float | None, int]:
    """First result, result now, build time of the first, and number of attempts."""
    if not rows:
        return _UNJUDGED, _UNJUDGED, None, 0
    ones = [row for row in rows if row.attempt == 1]
    seconds = next((r.build_seconds for r in ones if r.build_seconds is not None), None)
    newest_first = sorted(rows, key=_attempt)[::-1]
    return _first_values(ones), _first_values(newest_first), seconds, newest_first[0].attempt


def _attempt(row: JudgementFacts) -> int:
    return row.attempt


def _first_values(rows: Sequence[JudgementFacts]) -> _Aspects:
    """For each aspect the first value that is not empty."""
    return (
        next((row.fit for row in rows if row.fit), ""),
        next((row.finish for row in rows if row.finish), ""),
        next((row.function for row in rows if row.function), ""),
    )


_PASSED: _Aspects = ("pass", "pass", "pass")


def _result(aspects: _Aspects, seconds: float | None, over: bool) -> UnitResult:
    if aspects == _PASSED and seconds is not None and not over:
        return UnitResult.GOOD
    if over or "fail" in aspects:
        return UnitResult.REJECT
    return UnitResult.PENDING


class Reading:
    """A run read once: who counts, what became of each unit, the defects in force.

    Computed on demand and kept, since criteria, figures and pages all ask the same. before: a
    reading of the same run with fewer records; what it found of a unit stands where nothing was
    recorded of the unit since, so that a record does not cost the judging of all units.
    """

    def __init__(self, run: RunFacts, before: "Reading | None" = None) -> None:
        self.run = run
        self._known = None if before is None else _Known.of(before, run)

    @cached_property
    def counted(self) -> Counted:
        run, known = self.run, self._known
        size = None if run.bar is None else run.bar.sample
        if known is None:
            return count_units(run.units, run.instruction, size)
        later = run.units[len(known.run.units) :]
        return count_units(later, run.instruction, size, known.counted)

    @cached_property
    def states(self) -> dict[int, UnitState]:
        """The state of every unit of the run, by its id."""
        run, known = self.run, self._known
        if known is None:
            return self._judge(run.units, run.judgements)
        later = run.units[len(known.run.units) :]
        touched = {row.unit for row in run.judgements[len(known.run.judgements) :]}
        touched.update(self.times.units[len(known.run.times) :])
        again = [known.states[key].unit for key in touched if key in known.states]
        touched.update(unit.id for unit in later)
        rows = [row for row in run.judgements if row.unit in touched]
        found = known.states | self._judge((*again, *later), rows)
        _ = self.counted  # the other thing that is taken over
        # Kept on, what was known would take as much memory again.
        self._known = None
        return found

    def _judge(
        self, units: Sequence[UnitFacts], judgements: Sequence[JudgementFacts]
    ) -> dict[int, UnitState]:
        bar = self.run.bar
        limit = None if bar is None else bar.max_unit_minutes
        return judge_units(
            units,
            judgements,
            max_unit_seconds=None if limit is None else float(limit) * 60,
            operation_seconds=self._operation_seconds(units, judgements),
        )

    @cached_property
    def times(self) -> OperationTimes:
        """Time of each operation at its first attempt, a column each."""
        return OperationTimes.of(self.run.times)

    def _operation_seconds(
        self, units: Iterable[UnitFacts], judgements: Iterable[JudgementFacts]
    ) -> dict[int, float]:
        """Sum of the operations by unit, of the units that nobody gave a build time.

        Only of those with all operations of the plan: the time until a unit failed half way is
        no build time, and would make the batch look quicker than it is.
        """
        firsts = (j for j in judgements if j.attempt == 1)
        timed = {j.unit for j in firsts if j.build_seconds is not None}
        sums: dict[int, float] = {u.id: 0.0 for u in units if u.id not in timed}
        if not sums:
            return {}
        done = dict.fromkeys(sums, 0)  # an operation has one record an attempt
        of, seconds = np.asarray(self.times.units), np.asarray(self.times.seconds)
        wanted = np.isin(of, np.fromiter(sums, dtype=np.int64))
        for unit, spent in zip(of[wanted].tolist(), seconds[wanted].tolist(), strict=True):
            sums[unit] += spent
            done[unit] += 1
        whole = max(len(self.run.operations), 1)
        return {unit: sums[unit] for unit, count in done.items() if count >= whole}

    @cached_property
    def sample(self) -> tuple[UnitState, ...]:
        """The units of the bar's sample, in start order."""
        states = self.states
        return tuple([states[unit.id] for unit in self.counted.sample])

    @cached_property
    def sample_units(self) -> dict[int, UnitFacts]:
        """The units of the sample by their ids, in start order."""
        return {unit.id: unit for unit in self.counted.sample}

    @cached_property
    def beyond(self) -> tuple[UnitState, ...]:
        """Units that count, but come after the n of the bar."""
        states = self.states
        return tuple([states[unit.id] for unit in self.counted.beyond])

    @cached_property
    def counting(self) -> tuple[UnitState, ...]:
        """All units that count, those beyond the sample included."""
        return self.sample + self.beyond

    @cached_property
    def _firsts(self) -> list[UnitResult]:
        return [state.first for state in self.sample]

    @cached_property
    def _finals(self) -> list[UnitResult]:
        return [state.final for state in self.sample]

    @cached_property
    def judged(self) -> int:
        """Units of the sample with a first result."""
        return len(self._firsts) - self._firsts.count(UnitResult.PENDING)

    @cached_property
    def rejects(self) -> tuple[UnitState, ...]:
        """Units of the sample whose first result is a reject."""
        return tuple([state for state in self.sample if state.first is UnitResult.REJECT])

    @cached_property
    def good(self) -> int:
        """Units of the sample whose first result is good."""
        return self._firsts.count(UnitResult.GOOD)

    @cached_property
    def good_finally(self) -> int:
        """Units of the sample that are good now, rework included."""
        return self._finals.count(UnitResult.GOOD)

    @cached_property
    def judged_finally(self) -> int:
        return len(self._finals) - self._finals.count(UnitResult.PENDING)

    @cached_property
    def timed(self) -> tuple[UnitState, ...]:
        """Units of the sample that have a build time."""
        return tuple([state for state in self.sample if state.build_seconds is not None])

    @cached_property
    def build_seconds(self) -> NDArray[np.float64]:
        """The build time of each of them."""
        return np.array([state.build_seconds for state in self.timed], dtype=np.float64)

    @cached_property
    def defects(self) -> tuple[DefectFacts, ...]:
        """All defects of the run whose judgement is in force, whether the unit counts or not."""
        if not self.run.defects:
            return ()
        in_force = {row.id for row in effective(self.run.judgements)}
        return tuple(d for d in self.run.defects if d.judgement in in_force)

    @cached_property
    def counting_defects(self) -> tuple[DefectFacts, ...]:
        """Defects of units that count."""
        if not self.defects:
            return ()
        counting = {state.unit.id for state in self.counting}
        return tuple(d for d in self.defects if d.unit in counting)

    @cached_property
    def reject_defects(self) -> dict[int, tuple[DefectFacts, ...]]:
        """Defects of the first result by unit, for the rejects of the sample."""
        if not self.rejects:
            return {}
        firsts = {row.id for row in effective(self.run.judgements) if row.attempt == 1}
        found: dict[int, list[DefectFacts]] = {state.unit.id: [] for state in self.rejects}
        for defect in self.defects:
            if defect.unit in found and defect.judgement in firsts:
                found[defect.unit].append(defect)
        return {unit: tuple(defects) for unit, defects in found.items()}

    @cached_property
    def last_unit_at(self) -> datetime | None:
        """When the last unit of the run was started, whether it counts or not."""
        return max(map(_started, self.run.units), default=None)

    @cached_property
    def first_unit_at(self) -> datetime | None:
        return min(map(_started, self.run.units), default=None)


_started = attrgetter("started_at")


class _Known(NamedTuple):
    """What a reading of the first records of a run has found."""

    run: RunFacts
    counted: Counted
    states: dict[int, UnitState]

    @classmethod
    def of(cls, before: Reading, run: RunFacts) -> "_Known | None":
        """None where it was not asked, or does not hold any more: a unit was declared not to
        count, or has another operator's name."""
        counted, states = (before.__dict__.get(name) for name in ("counted", "states"))
        if counted is None or states is None or not _goes_on(before.run, run):
            return None
        return cls(before.run, counted, states)


def _goes_on(before: RunFacts, run: RunFacts) -> bool:
    """Whether the run has the same records, and later ones."""
    return (
        (run.id, run.bar, run.instruction, run.operations)
        == (before.id, before.bar, before.instruction, before.operations)
        and run.units[: len(before.units)] == before.units
        and run.judgements[: len(before.judgements)] == before.judgements
        and run.times[: len(before.times)] == before.times
    )
