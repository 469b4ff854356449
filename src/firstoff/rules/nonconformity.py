"""Defects, their causes, the actions against them, and what a repeat batch has to wait for."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from firstoff.errors import InvalidInput
from firstoff.rules.execution import DefectFacts, Reading, Refusal, RunFacts, UnitFacts, moment
from firstoff.rules.plan import CatalogueCode
from firstoff.terms import Aspect, CauseClass, RunVerdict

BUILD_TIME_CODE = "BUILD-TIME"  # what an action against a slow build is recorded against

# Any named cause that is acted on changes what the next batch is made or judged by. An action
# whose cause is unknown changes something, but nobody can say that it changed the right thing.
CHANGES = frozenset(CauseClass) - {CauseClass.UNKNOWN}


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """A corrective action; ``effective_at`` is None until it is in force."""

    id: int
    uid: str
    number: int
    batch_id: str  # of the batch it answers
    against: str  # a defect code, or BUILD-TIME
    cause_class: str
    what: str
    effective_at: datetime | None = None
    evidence: str = ""

    @property
    def label(self) -> str:
        return f"CA-{self.number:04d}"

    def in_force(self, at: datetime) -> bool:
        """Whether it had taken effect by then. At the very moment counts."""
        return self.effective_at is not None and self.effective_at <= at


@dataclass(frozen=True, slots=True)
class Need:
    """A defect of an earlier batch that asks for an action, with the actions recorded for it."""

    batch_id: str
    code: str
    name: str
    count: int  # defects of this code in that batch
    actions: tuple[ActionFacts, ...]

    def answered(self, at: datetime) -> bool:
        """Whether an action exists and every one of them was in force by then."""
        return bool(self.actions) and all(action.in_force(at) for action in self.actions)


def check_defect_code(code: str, catalogue: Iterable[CatalogueCode]) -> CatalogueCode:
    """The code of the catalogue. Raises InvalidInput naming the codes there are."""
    known = [entry for entry in catalogue if not entry.retired]
    for entry in known:
        if entry.code == code:
            return entry
    if code == BUILD_TIME_CODE:
        return CatalogueCode(code, "Build time over the limit", Aspect.BUILD_TIME)
    names = ", ".join(entry.code for entry in known) or "none yet"
    raise InvalidInput(
        f"The program has no defect code {code}.", way_out=f"It has: {names}.", field="code"
    )


def check_cause(cause_class: str, cause: str) -> CauseClass:
    """The class of a cause; a known one is said in words. Raises InvalidInput."""
    try:
        found = CauseClass(cause_class)
    except ValueError:
        names = ", ".join(CauseClass)
        raise InvalidInput(
            f"{cause_class or 'Nothing'} is no class of cause.",
            way_out=f"Expected one of {names}.",
            field="cause_class",
        ) from None
    if found is not CauseClass.UNKNOWN and not cause.strip():
        raise InvalidInput(
            f"A {found.value} cause needs a sentence that says what it was.", field="cause"
        )
    return found


def check_action(
    *, against: str, cause_class: str, what: str, codes_of_batch: Iterable[str], batch_id: str
) -> CauseClass:
    """Whether an action names something that happened in the batch. Raises InvalidInput."""
    codes = sorted({*codes_of_batch, BUILD_TIME_CODE})
    if against not in codes:
        raise InvalidInput(
            f"Batch {batch_id} has no defect {against or '(none given)'}.",
            way_out=f"An action is taken against one of: {', '.join(codes)}.",
            field="against",
        )
    if not what.strip():
        raise InvalidInput("An action needs a sentence that says what is changed.", field="what")
    found = check_cause(cause_class, what)
    if found is CauseClass.UNKNOWN:
        raise InvalidInput(
            "An action needs a known cause: what is fixed by guessing may not be fixed.",
            way_out="Record the cause first.",
            field="cause_class",
        )
    return found


def effect_refusals(action: ActionFacts, zone: tzinfo = UTC) -> tuple[Refusal, ...]:
    """Why an action cannot be put in force: it is already."""
    if action.effective_at is None:
        return ()
    return (
        Refusal(
            "R-41",
            f"{action.label} is in force since {moment(action.effective_at, zone)}.",
            "A further change is a further action.",
        ),
    )


def unknown_causes(runs: Iterable[Reading]) -> tuple[tuple[RunFacts, DefectFacts], ...]:
    """Defects of counting units whose cause is still unknown (R-34)."""
    return tuple(
        (reading.run, defect)
        for reading in runs
        for defect in reading.counting_defects
        if defect.cause_class == CauseClass.UNKNOWN
    )


def process_needs(earlier: Iterable[Reading], actions: Sequence[ActionFacts]) -> tuple[Need, ...]:
    """What earlier batches that were not signed off ask for (R-41), in the order built.

    One need for each process-caused defect code of a batch, and one for each other code that an
    action was recorded against: what somebody decided to change has to be changed.
    """
    found = []
    for reading in earlier:
        run = reading.run
        if not is_failed_try(reading):
            continue
        counts = Counter(d.code for d in reading.counting_defects)
        names = {d.code: d.name for d in reading.counting_defects}
        process = {d.code for d in reading.counting_defects if d.cause_class == CauseClass.PROCESS}
        mine = [a for a in actions if a.batch_id == run.batch_id]
        for code in sorted(process | {a.against for a in mine}, key=lambda c: (-counts[c], c)):
            answers = tuple(a for a in mine if a.against == code)
            name = names.get(code) or ("build time" if code == BUILD_TIME_CODE else code)
            found.append(Need(run.batch_id, code, name, counts[code], answers))
    return tuple(found)


def is_failed_try(reading: Reading) -> bool:
    """A batch with results that was not signed off: held, failed, or abandoned half-way.

    An abandoned batch counts: otherwise one would stop at the second reject and begin afresh.
    """
    decision = reading.run.decision
    signed_off = decision is not None and decision.decision is RunVerdict.SIGN_OFF
    return reading.judged > 0 and not signed_off


@dataclass(frozen=True, slots=True)
class DesignDefect:
    """A defect whose cause is the design (R-45), in one batch."""

    batch_id: str
    code: str
    name: str
    units: tuple[UnitFacts, ...]


def open_design_defects(
    runs: Iterable[Reading],
    actions: Sequence[ActionFacts],
    *,
    baseline: str,
    at: datetime | None,
) -> tuple[DesignDefect, ...]:
    """Design-caused defects that nothing has fixed, over all units, counting or not (R-45).

    A design fault is a fact about the design, whoever built the unit. It is closed for a batch
    made to another baseline while a design action against its code is in force; ``at`` is when
    that batch began (None: no batch yet, the actions in force now are asked for).
    """
    found = []
    for reading in runs:
        serials = {unit.id: unit for unit in reading.run.units}
        by_code: dict[str, list[DefectFacts]] = {}
        for defect in reading.defects:
            if defect.cause_class == CauseClass.DESIGN:
                by_code.setdefault(defect.code, []).append(defect)
        for code, defects in by_code.items():
            answered = any(
                a.against == code
                and a.cause_class == CauseClass.DESIGN
                and (a.effective_at is not None if at is None else a.in_force(at))
                for a in actions
            )
            if answered and reading.run.baseline != baseline:
                continue
            units = tuple(dict.fromkeys(serials[d.unit] for d in defects))
            found.append(DesignDefect(reading.run.batch_id, code, defects[0].name, units))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class EarlierBatch:
    """An earlier pilot batch of the program that was not signed off and has judged units."""

    batch_id: str
    last_unit_at: datetime
    held: bool  # by signature; otherwise failed or abandoned
    needs: tuple[Need, ...] = ()


def earlier_batches(
    earlier: Iterable[Reading], actions: Sequence[ActionFacts]
) -> tuple[EarlierBatch, ...]:
    """The earlier tries that a repeat has to answer, in the order built."""
    found = []
    for reading in earlier:
        if is_failed_try(reading) and reading.last_unit_at is not None:
            needs = process_needs([reading], actions)
            held = reading.run.decision is not None
            found.append(EarlierBatch(reading.run.batch_id, reading.last_unit_at, held, needs))
    return tuple(found)


def repeat_refusals(
    *,
    batch_id: str,
    earlier: Sequence[EarlierBatch],
    actions: Sequence[ActionFacts],
    at: datetime,
    zone: tzinfo = UTC,
) -> tuple[Refusal, ...]:
    """Why a unit of a repeat batch may not be started at this time (R-41, R-46).

    A signature lifts neither: repeating a batch until one passes is luck, not proof, and a batch
    begun before its actions were in force shows nothing about them.
    """
    needs = [need for batch in earlier for need in batch.needs]
    pending = [_not_in_force(batch_id, need, at, zone) for need in needs]
    unchanged = _unchanged(batch_id, earlier, actions, at)
    unanswered = [_no_action(batch_id, need) for need in needs]
    # The most telling first: an action that only waits to take effect, no change at all, a gap.
    found = [*pending, unchanged, *unanswered]
    return tuple(refusal for refusal in found if refusal is not None)


def _no_action(batch_id: str, need: Need) -> Refusal | None:
    if need.actions:
        return None
    return Refusal(
        "R-41",
        f"{need.name} ({need.code}) of batch {need.batch_id} has a process cause and no "
        "corrective action.",
        f"Record the action and when it takes effect; then {batch_id} may start.",
    )


def _not_in_force(batch_id: str, need: Need, at: datetime, zone: tzinfo) -> Refusal | None:
    for action in need.actions:
        if not action.in_force(at):
            later = (
                "is not in force yet"
                if action.effective_at is None
                else f"takes effect only at {moment(action.effective_at, zone)}"
            )
            return Refusal(
                "R-41",
                f"{action.label} against {need.name} of batch {need.batch_id} {later}.",
                f"Put it in force; then {batch_id} may start as a fresh batch.",
            )
    return None


def _unchanged(
    batch_id: str,
    earlier: Sequence[EarlierBatch],
    actions: Sequence[ActionFacts],
    at: datetime,
) -> Refusal | None:
    if not earlier:
        return None
    last = max(earlier, key=_last_unit_at)
    if changes_between(actions, last.last_unit_at, at):
        return None
    ended = "was held" if last.held else "was built and not signed off"
    return Refusal(
        "R-46",
        f"No process change is recorded since batch {last.batch_id} {ended}.",
        f"Record the corrective action that took effect; then {batch_id} may start.",
    )


def _last_unit_at(batch: EarlierBatch) -> datetime:
    return batch.last_unit_at


def changes_between(
    actions: Iterable[ActionFacts], after: datetime, until: datetime
) -> tuple[ActionFacts, ...]:
    """Actions that changed the process after one time and not after the other, oldest first."""
    found = [
        a
        for a in actions
        if a.effective_at is not None
        and a.cause_class in CHANGES
        and after < a.effective_at <= until
    ]
    return tuple(sorted(found, key=lambda a: (a.effective_at or until, a.number)))


def effect_time_refusals(
    action: ActionFacts,
    effective_at: datetime,
    later: Iterable[tuple[str, datetime]],
    *,
    zone: tzinfo = UTC,
) -> tuple[Refusal, ...]:
    """Why an action cannot be said to have been in force since then: a batch began meanwhile.

    later: batch ID and start of the pilot batches built after the one the action answers. Else a
    batch that turned out well could be made *fresh* after the event.
    """
    for batch_id, began in sorted(later, key=lambda pair: pair[1]):
        if effective_at <= began:
            return (
                Refusal(
                    "R-41",
                    f"{batch_id} began {moment(began, zone)}; {action.label} cannot be put in "
                    f"force from {moment(effective_at, zone)} afterwards.",
                    "Give the time from which it is in force; the batch after it is fresh.",
                ),
            )
    return ()
