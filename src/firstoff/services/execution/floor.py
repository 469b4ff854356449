"""The shop floor as a recording verb sees it: what the rules ask, read when they ask.

Everything is read inside the verb's block, under the lock of the ledger, so it stays true until
the verb has written. The number of queries does not grow with the number of units: only with the
number of different people and machines that are named.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from itertools import chain
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    ActionEffect,
    ContainedUnit,
    ContainmentFinding,
    CorrectiveAction,
    DefectCode,
    Equipment,
    EquipmentUse,
    Judgement,
    OperationRecord,
    Person,
    ProcedureRevision,
    Run,
    RunEquipment,
    TestRecord,
    Training,
    Unit,
    UnitState,
)
from firstoff.db.prepared import prepared
from firstoff.errors import InvalidInput
from firstoff.queries.access import roles_at
from firstoff.queries.execution.definition import route
from firstoff.queries.execution.facts import (
    bar_facts,
    decision_facts,
    facts_of_unit,
    first_article_facts,
    first_unit,
    judgements_of_unit,
    release_facts,
    run_facts,
    unit_facts,
)
from firstoff.rules.access import Actor, builder_class
from firstoff.rules.execution import (
    Aspects,
    Bar,
    DecisionFacts,
    EarlierJudgement,
    EquipmentFacts,
    FirstArticleFacts,
    Hold,
    KnownSerial,
    PlanOperation,
    Reading,
    RouteFacts,
    TrainingFacts,
    UnitFacts,
    ends_route,
    judge_units,
    left_out_reasons,
)
from firstoff.rules.nonconformity import (
    ActionFacts,
    EarlierBatch,
    earlier_batches,
)
from firstoff.rules.plan import BaselineFacts, CatalogueCode
from firstoff.services.execution.ground import definition_of, zone_of
from firstoff.terms import BuilderClass, ContainmentOutcome, RunKind, UnitResult

T = TypeVar("T")
_CHUNK = 5000  # parameters of one query


@dataclass(frozen=True, slots=True)
class Operator:
    """Who did the work, as they are now; copied onto the record."""

    id: int
    username: str
    name: str
    builder_class: BuilderClass


@dataclass(slots=True)
class History:
    """What is recorded about one unit so far, what this verb is about to write included."""

    judgements: list[EarlierJudgement] = field(default_factory=list)
    rows: list[Judgement] = field(default_factory=list)
    done: dict[tuple[int, int], str] = field(default_factory=dict)  # (attempt, seq) to outcome
    spent: dict[tuple[int, int], tuple[datetime, datetime]] = field(default_factory=dict)

    @property
    def in_force(self) -> list[Judgement]:
        """The judgements that no correction supersedes."""
        gone = {row.supersedes_id for row in self.rows if row.supersedes_id is not None}
        return [row for row in self.rows if row.pk not in gone]


class Floor:
    """One run, while records are taken for it."""

    def __init__(self, run: Run, *, by: Actor, at: datetime) -> None:
        self.run = run
        self.by = by
        self.at = at
        self.zone = zone_of(run)
        self.units: dict[str, Unit] = {}  # of this run, by serial
        self.elsewhere: dict[str, Unit] = {}  # of other runs of the part, by serial
        self.started: dict[UUID, Unit] = {}  # by record ID
        self.judged: dict[UUID, Judgement] = {}
        self.histories: dict[str, History] = {}  # by serial
        self.held: dict[str, tuple[Hold, ...]] = {}  # serials that containments hold, and which
        self.tests: set[str | UUID] = set()  # digests and IDs of the test records
        self.procedures: dict[str, ProcedureRevision] = {}  # by digest, unsaved ones included
        self.titled: dict[tuple[str, ...], ProcedureRevision] = {}  # by title, characteristics
        # (person, equipment, operation, day) that are trained and fit to be used
        self.fit_hands: set[tuple[int, int | None, int, date]] = set()
        self.uses: dict[int, int] = {}  # of equipment whose life is counted, by its key
        self._people: dict[str, Operator] = {}
        self._equipment: dict[str, Equipment] = {}
        self._trainings: dict[int, tuple[TrainingFacts, ...]] = {}

    def read_units(self, serials: Iterable[str], uids: Iterable[UUID] = ()) -> None:
        """Read what is known of these serials and record IDs: up to five queries a chunk."""
        found: list[Unit] = []
        for some in _chunks(list(dict.fromkeys(serials))):
            rows = Unit.objects.filter(part=self.run.program.part_id, serial__in=some)
            found += rows.select_related("operator", "equipment")
        for ids in _chunks(list(uids)):
            self.started.update((u.uid, u) for u in Unit.objects.filter(uid__in=ids))
            self.judged.update((j.uid, j) for j in Judgement.objects.filter(uid__in=ids))
        self.know(found)

    def know(self, units: Iterable[Unit]) -> None:
        """Units of the part that are read already. Three queries a chunk of those of the run."""
        for unit in units:
            known = self.units if unit.run_id == self.run.pk else self.elsewhere
            known[unit.serial] = unit
        self._read_histories({u.pk: u.serial for u in self.units.values()})

    def _read_histories(self, serials: Mapping[int, str]) -> None:
        for some in _chunks(list(serials)):
            for row in _judged(keys(some)):
                self.history(serials[row.unit_id]).rows.append(row)
            for unit, attempt, seq, outcome, *times in _done(keys(some)):
                found = self.history(serials[unit])
                found.done[attempt, seq] = outcome
                found.spent[attempt, seq] = (times[0], times[1])
            self.held.update(holding(some, serials))
        for serial in serials.values():
            found = self.history(serial)
            found.judgements = [earlier_of(row) for row in found.in_force]

    def read_tests(self, serials: Iterable[str]) -> None:
        """Read which test records these units have. One query a chunk."""
        units = {s: self.units[s].pk for s in serials if s in self.units}
        for some in _chunks(list(units.values())):
            rows = TestRecord.objects.filter(unit__in=some)
            self.tests.update(chain.from_iterable(rows.values_list("source_digest", "uid")))

    def history(self, serial: str) -> History:
        return self.histories.setdefault(serial, History())

    @cached_property
    def definition(self) -> BaselineFacts:
        return definition_of(self.run)

    @cached_property
    def operations(self) -> tuple[PlanOperation, ...]:
        """In an order they can be done in."""
        return route(self.definition)

    def ends(self, serial: str, seq: int, attempt: int) -> bool:
        """Whether the operation, once it has passed, ends the route of the unit."""
        done = self.history(serial).done
        return ends_route(RouteFacts(serial, self.operations, seq, attempt, done))

    @cached_property
    def bar(self) -> Bar | None:
        return bar_facts([self.run.pk]).get(self.run.pk)

    @cached_property
    def decision(self) -> DecisionFacts | None:
        return decision_facts([self.run.pk]).get(self.run.pk)

    @cached_property
    def first_article(self) -> FirstArticleFacts | None:
        return first_article_facts([self.run.pk]).get(self.run.pk)

    @cached_property
    def lifted(self) -> frozenset[tuple[str, str]]:
        releases = release_facts([self.run.pk]).get(self.run.pk, ())
        return frozenset((r.lift, r.subject) for r in releases)

    @cached_property
    def counting_started(self) -> int:
        """Whether a unit that counts was started: 0 or at least 1 (the first such is enough)."""
        units = Unit.objects.filter(run=self.run).order_by("position")
        # Nearly always the first one counts; few runs begin with two hundred that do not.
        for some in (None, units[1:200], units[200:]):
            rows = first_unit(self.run.pk) if some is None else unit_facts(some)
            if any(not left_out_reasons(u, self.definition.instruction) for u in rows):
                return 1
            if not rows:
                return 0
        return 0

    @cached_property
    def next_position(self) -> int:
        return max(_last_position(self.run.pk), default=0) + 1

    @cached_property
    def actions(self) -> tuple[ActionFacts, ...]:
        rows = CorrectiveAction.objects.filter(program=self.run.program_id).order_by("number")
        effects = {
            action: (at, evidence)
            for action, at, evidence in ActionEffect.objects.filter(
                action__program=self.run.program_id
            ).values_list("action_id", "effective_at", "evidence")
        }
        return tuple(
            ActionFacts(
                a.pk,
                str(a.uid),
                a.number,
                a.run.batch_id,
                a.against,
                a.cause_class,
                a.what,
                *effects.get(a.pk, (None, "")),
            )
            for a in rows.select_related("run")
        )

    @cached_property
    def earlier(self) -> tuple[EarlierBatch, ...]:
        """The earlier tries that a repeat has to answer (R-41, R-46); pilots only."""
        if self.run.kind != RunKind.PILOT:
            return ()
        before = _before(self.run.program_id, self.run.kind, self.run.number)
        if not before:
            return ()
        runs = run_facts(before)
        return earlier_batches([Reading(r) for r in runs], self.actions)

    @cached_property
    def codes(self) -> tuple[CatalogueCode, ...]:
        rows = DefectCode.objects.filter(program=self.run.program_id).order_by("code")
        return tuple(
            CatalogueCode(*row) for row in rows.values_list("code", "name", "category", "retired")
        )

    @cached_property
    def _usual_equipment(self) -> Equipment | None:
        """What a unit is made on when nobody says: the run's equipment, where it names one."""
        named = _equipment(self.run.pk)
        return named[0].equipment if len(named) == 1 else None

    def equipment(self, code: str) -> Equipment | None:
        """By its code. Raises InvalidInput where the site has no such equipment."""
        text = code.strip()
        if not text:
            return self._usual_equipment
        if text not in self._equipment:
            found = Equipment.objects.filter(site=self.run.site_id, code__iexact=text).first()
            if found is None:
                raise InvalidInput(
                    f"There is no equipment {text} at {self.run.site.name}.",
                    way_out="The Equipment page lists the codes; an engineer adds one.",
                    field="equipment",
                )
            self._equipment[text] = found
        return self._equipment[text]

    def used(self, equipment: Equipment | None) -> int:
        """How often it was used, where its life is counted."""
        if equipment is None or equipment.max_uses is None:
            return 0
        if equipment.pk not in self.uses:
            row = EquipmentUse.objects.filter(equipment=equipment.pk).first()
            self.uses[equipment.pk] = row.uses if row else 0
        return self.uses[equipment.pk]

    def introduce(
        self,
        people: Mapping[str, Operator],
        machines: Mapping[str, Equipment],
        uses: dict[int, int],
    ) -> None:
        """People, equipment and its uses that are read already, by the names they were given."""
        self._people.update((name.casefold(), found) for name, found in people.items())
        self._equipment.update(machines)
        self.uses = uses

    def operator(self, name: str) -> Operator:
        """By user name or name; empty is whoever posts. Raises InvalidInput."""
        text = name.strip()
        key = text.casefold()
        if key in self._people:
            return self._people[key]
        if not text or key == self.by.username.casefold():
            roles = self.by.roles_at(self.run.site_id)
            found = Operator(
                self.by.person_id, self.by.username, self.by.name, builder_class(roles)
            )
        else:
            person = self._person(text)
            roles = roles_at(person.pk, self.run.site_id)
            found = Operator(person.pk, person.username, person.name, builder_class(roles))
        self._people[key] = found
        return found

    def _person(self, text: str) -> Person:
        at_site = Person.objects.filter(grants__site=self.run.site_id, is_active=True)
        people = list(
            at_site.filter(Q(username__iexact=text) | Q(name__iexact=text)).distinct()[:3]
        )
        exact = [p for p in people if p.username.casefold() == text.casefold()] or people
        if len(exact) == 1:
            return exact[0]
        known = "several people have that name" if exact else "nobody has that name"
        raise InvalidInput(
            f"The operator {text!r} is unclear: {known} at {self.run.site.name}.",
            way_out="Expected a user name from the People page.",
            field="operator",
        )

    def trainings(self, person_id: int) -> tuple[TrainingFacts, ...]:
        if person_id not in self._trainings:
            rows = Training.objects.filter(person=person_id)
            self._trainings[person_id] = tuple(
                TrainingFacts(*row)
                for row in rows.values_list("skill", "valid_from", "valid_until")
            )
        return self._trainings[person_id]

    def known(self, serial: str) -> KnownSerial | None:
        """What became of a serial that exists already, in this run or in another one."""
        unit = self.units.get(serial) or self.elsewhere.get(serial)
        if unit is None:
            return None
        run = self.run if unit.run_id == self.run.pk else unit.run
        return KnownSerial(serial, run.batch_id if run else "elsewhere", _result_of(unit))

    def day(self, moment: datetime) -> date:
        """The day of a moment where the plant is: trainings and calibrations end on days."""
        return moment.astimezone(self.zone).date()


@prepared
def _judged(units: Keys) -> "QuerySet[Judgement]":
    return Judgement.objects.filter(among(Judgement, "unit", units)).order_by("pk")


@prepared
def _done(units: Keys) -> "QuerySet[OperationRecord, tuple[Any, ...]]":
    rows = OperationRecord.objects.filter(among(OperationRecord, "unit", units))
    return rows.values_list("unit_id", "attempt", "seq", "outcome", "began_at", "ended_at")


@prepared
def _last_position(run: int) -> "QuerySet[Unit, int]":
    rows = Unit.objects.filter(run=run).order_by("-position")
    return rows.values_list("position", flat=True)[:1]


@prepared
def _before(program: int, kind: str, number: int) -> "QuerySet[Run, int]":
    """Runs of the program, of one kind, with a lower number."""
    rows = Run.objects.filter(program=program, kind=kind, number__lt=number)
    return rows.order_by("number").values_list("pk", flat=True)


@prepared
def _equipment(run: int) -> "QuerySet[RunEquipment]":
    return RunEquipment.objects.filter(run=run).select_related("equipment")[:2]


@prepared
def _held(units: Keys) -> "QuerySet[UnitState, int]":
    rows = UnitState.objects.filter(among(UnitState, "unit", units), holds__gt=0)
    return rows.values_list("unit_id", flat=True)


def holding(units: Sequence[int], serials: Mapping[int, str]) -> dict[str, tuple[Hold, ...]]:
    """Which containments hold these units, by serial (R-62). One query, and one more where there
    is any."""
    held = _held(keys(units))
    if not held:
        return {}
    found: dict[str, list[Hold]] = {serials[key]: [] for key in held}
    last = ContainmentFinding.objects.filter(member=OuterRef("pk")).order_by("-pk")
    members = (
        ContainedUnit.objects.filter(unit__in=held)
        .annotate(last=Subquery(last.values("outcome")[:1]))
        .order_by("containment__closure__pk", "containment__number")
    )
    columns = ("unit_id", "containment__number", "containment__title", "last")
    for key, number, title, outcome in members.values_list(*columns):
        if outcome in _FREED:
            continue
        working = outcome in (ContainmentOutcome.REWORK, ContainmentOutcome.REPAIR)
        found[serials[key]].append(Hold(f"C-{number:04d}", title, working))
    return {serial: tuple(names) or (Hold(""),) for serial, names in found.items()}


# Findings after which a containment holds a unit no more: rules/trace/containment.py.
_FREED = (
    ContainmentOutcome.CLEARED,
    ContainmentOutcome.USE_AS_IS,
    ContainmentOutcome.RETURN,
)


def tests_known(run: Run, digests: Iterable[str]) -> set[tuple[int, str]]:
    """(unit, digest) of test records stored already."""
    found: set[tuple[int, str]] = set()
    for some in _chunks(list(digests)):
        rows = TestRecord.objects.filter(run=run, source_digest__in=some)
        found.update(rows.values_list("unit_id", "source_digest"))
    return found


def facts_of(equipment: Equipment | None, uses: int = 0) -> EquipmentFacts | None:
    if equipment is None:
        return None
    return EquipmentFacts(
        equipment.code,
        equipment.name,
        equipment.equipment_class,
        equipment.calibration_due,
        equipment.retired_at,
        equipment.max_uses,
        uses,
    )


def unit_as_facts(unit: Unit, operator: str, equipment: Equipment | None) -> UnitFacts:
    """A unit about to be stored, as the rules of counting see it."""
    return UnitFacts(
        0,
        str(unit.uid),
        unit.serial,
        unit.position,
        unit.started_at,
        operator,
        unit.builder_class,
        equipment.code if equipment else "",
        unit.equipment_class,
        unit.instruction,
        unit.previous_serial,
        "",
    )


def _result_of(unit: Unit) -> str:
    facts = [facts_of_unit(unit.pk)]
    bar = None if unit.run_id is None else bar_facts([unit.run_id]).get(unit.run_id)
    limit = None if bar is None or bar.max_unit_minutes is None else bar.max_unit_minutes * 60
    rows = judgements_of_unit(unit.pk)
    state = judge_units(facts, rows, max_unit_seconds=None if limit is None else float(limit))
    words = {UnitResult.REJECT: "rejected", UnitResult.GOOD: "good", UnitResult.PENDING: ""}
    return words[state[unit.pk].first]


def earlier_of(row: Judgement) -> EarlierJudgement:
    return EarlierJudgement(
        row.attempt,
        row.kind,
        Aspects(row.fit, row.finish, row.function),
        row.build_seconds is not None,
    )


def _chunks(items: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
