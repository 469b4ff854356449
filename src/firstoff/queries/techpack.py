"""The technical package of a program, and what its records say for the gates.

What a gate reads of definition and supply is kept until something of the program, or of no
program, is recorded, or anything but units of another one: a board of fifty programs asks nothing
twice. What it reads of the definition alone is kept longer: most entries are of units that are
built, and change nothing of it.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock
from zoneinfo import ZoneInfo

from django.db.models import Count, Q, QuerySet

from firstoff.db.models import (
    BomLine,
    Characteristic,
    InspectionPlan,
    LedgerEntry,
    ManufacturerPart,
    PartRevision,
)
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.queries import ledger
from firstoff.queries.genealogy.material import consumed, identity_of
from firstoff.queries.plan.frozen import FrozenTree, frozen_tree, line_count
from firstoff.queries.plan.process import operations_of, plans_of
from firstoff.queries.product import ProgramView, characteristics_of, program_by_id
from firstoff.queries.review import dfm_stand, queries_of
from firstoff.queries.sourcing.asked import Asked
from firstoff.queries.sourcing.health import judged
from firstoff.queries.sourcing.known import rates
from firstoff.queries.tolerance import Declared, declared, measured_on
from firstoff.rules.access import Actor
from firstoff.rules.criteria.base import DefinitionEvidence, SupplyEvidence
from firstoff.rules.product import ProgramFacts
from firstoff.rules.review import DfmStand, QueryFacts
from firstoff.rules.sourcing.standing import Limits
from firstoff.rules.sourcing.values import Build
from firstoff.rules.techpack import PackFacts, TechPack, tech_pack
from firstoff.terms import (
    CharacteristicClass,
    InspectionKind,
    Procurement,
    RevisionStatus,
    RunKind,
)

_KEPT = 64  # programs
_LONG = 20_000  # lines of the top from which the package is judged when somebody opens its page
# Verbs that record what happened to units, and nothing that a definition is read from but the
# sources of parts that a lot came from first.
BUILDING = (
    "execution.judge_unit",
    "execution.record_operation",
    "execution.record_units",
    "execution.start_unit",
    "genealogy.post_records",
)
# Units of other programs are built of the same stock. Each of them would have every program's
# supply judged anew; a board may be behind by this much, and whatever is signed never is.
STOCK_BEHIND = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Definition:
    """What is written of a program's newest revision. ``pack`` is None where it is too long to be
    judged for a board."""

    declared: Declared
    lines: int
    pack: TechPack | None
    queries: tuple[QueryFacts, ...]
    dfm: DfmStand


@dataclass(frozen=True, slots=True)
class State:
    """The ledger as somebody looks at it: the hash of its newest entry. ``defined``: that of the
    newest, of whatever program, that did more than build units: definitions reach into parts of
    other programs, and what is bought, ordered and approved serves all of a site."""

    head: str
    defined: str


@dataclass(frozen=True, slots=True)
class _Found:
    """Evidence, and the newest entry and the time when it was gathered."""

    evidence: DefinitionEvidence
    head: str
    at: datetime

    def holds(self, state: State, now: datetime) -> bool:
        if self.evidence.supply is None or self.head == state.head:
            return True
        return self.at <= now < self.at + STOCK_BEHIND


_found: OrderedDict[tuple[int, str, str, date], _Found] = OrderedDict()
_scanned: tuple[ledger.Head, str] | None = None  # up to where, and the newest entry that defined
# By program: the newest entry that defined, and the newest source of a part, when it was read.
_definitions: OrderedDict[int, tuple[str, int, _Definition | None]] = OrderedDict()
_lock = Lock()


@dataclass(frozen=True, slots=True)
class PackView:
    """The package of a program's newest revision."""

    program: ProgramView
    revision: str
    pack: TechPack


def pack(actor: Actor, program_id: int, *, revision: str = "") -> PackView:
    """Could a stranger quote from this? Raises NotFound. A fixed number of queries, and three for
    each level of the BOM."""
    program = program_by_id(actor, program_id)
    rows = PartRevision.objects.filter(part=program.part_id).order_by("-pk")
    found = (rows.filter(label=revision) if revision else rows).first()
    if found is None:
        raise NotFound(f"There is no revision {revision!r} of this part.")
    return PackView(program, found.label, _pack(program, found))


def state() -> State:
    """The ledger as it is now. Three queries, whatever is in it."""
    global _scanned
    head = ledger.head()
    with _lock:
        last = _scanned
    if last is not None and ledger.hashes([last[0].seq]) == {last[0].seq: last[0].hash}:
        defined = [hash for (hash,) in _defining(last[0].seq)] or [last[1]]
    else:
        defined = [hash for (hash,) in _defining(0)] or [""]
    with _lock:
        _scanned = (head, defined[0])
    return State(head.hash, defined[0])


@prepared
def _defining(after: int) -> "QuerySet[LedgerEntry, tuple[str]]":
    """The newest entry after one that did more than build units."""
    rows = LedgerEntry.objects.filter(~Q(verb__in=BUILDING), seq__gt=after)
    return rows.order_by("-seq").values_list("hash")[:1]


def definition_evidence(
    program: ProgramView, version: str, state: State, *, now: datetime, sure: bool = False
) -> DefinitionEvidence:
    """What the records say of a program's newest revision and its supply, for its gates.

    version: hash of the newest ledger entry of the program, or of none: it tells whether that
    entry is still there, which a backup brought back does not promise. sure: of this moment, for
    whoever signs.
    """
    today = now.astimezone(ZoneInfo(program.time_zone)).date()
    key = (program.id, version, state.defined, today)
    with _lock:
        held = _found.get(key)
        if held is not None and not sure and held.holds(state, now):
            _found.move_to_end(key)
            return held.evidence
    evidence = _gather(program, state, today)
    with _lock:
        _found[key] = _Found(evidence, state.head, now)
        _found.move_to_end(key)
        while len(_found) > _KEPT:
            _found.popitem(last=False)
    return evidence


def forget() -> None:
    """Nothing is kept any more."""
    global _scanned
    with _lock:
        _found.clear()
        _definitions.clear()
        _scanned = None


def _gather(program: ProgramView, state: State, today: date) -> DefinitionEvidence:
    definition = _definition(program, state)
    if definition is None:
        return DefinitionEvidence("")
    revision, pack_, stand = definition.declared.revision, definition.pack, definition.dfm
    held = measured_on(program.id, definition.declared)
    supply = identity = None
    if definition.lines:
        asked, taken = _asked(program, revision, today), consumed(program.id)
        supply, identity = _supply(asked), identity_of(asked, taken) if taken else None
    return DefinitionEvidence(
        revision=revision.label,
        characteristics=definition.declared.characteristics,
        queries=definition.queries,
        pack=pack_ if pack_ is not None and pack_.started else None,
        supply=supply,
        dfm=stand if stand.reviews else None,
        holdings=held.holdings,
        chains=tuple(c.verdict for c in held.chains if c.verdict is not None),
        identity=identity,
    )


def _definition(program: ProgramView, state: State) -> _Definition | None:
    """None where the program has no revision. One query where it was read before and units alone
    were built since, in any program."""
    with _lock:
        defined, sources, found = _definitions.get(program.id, (None, 0, None))
    if defined != state.defined or _newer(sources):
        sources = max((pk for (pk,) in _newer(0)), default=0)
        found = _read(program)
    with _lock:
        _definitions[program.id] = (state.defined, sources, found)
        _definitions.move_to_end(program.id)
        while len(_definitions) > _KEPT:
            _definitions.popitem(last=False)
    return found


def _read(program: ProgramView) -> _Definition | None:
    rows = PartRevision.objects.filter(part=program.part_id).select_related("part")
    revision = rows.order_by("-pk").first()
    if revision is None:
        return None
    lines = line_count(revision.pk)
    return _Definition(
        declared=declared(program.site_id, revision),
        lines=lines,
        pack=_pack(program, revision) if lines <= _LONG else None,
        queries=queries_of(program.id),
        dfm=dfm_stand(program.id, revision.pk),
    )


@prepared
def _newer(source: int) -> "QuerySet[ManufacturerPart, tuple[int]]":
    """The newest source of a part, if it is newer: a lot that is received can name one."""
    return ManufacturerPart.objects.filter(pk__gt=source).order_by("-pk").values_list("pk")[:1]


def _asked(program: ProgramView, revision: PartRevision, today: date) -> Asked:
    """The build that the program is owed: its first quantity, by its date."""
    build = Build(
        kind=RunKind.PRODUCTION,
        units=program.first_quantity or 1,
        today=today,
        needed_by=program.due,
        currency=program.currency,
        rates=rates(program.site_id, program.currency, today),
    )
    return Asked(program, revision.pk, revision.label, "", build)


def _supply(asked: Asked) -> SupplyEvidence:
    found = judged(asked, Limits())
    lines = tuple(line.judged for line in found.lines)
    return SupplyEvidence(found.build.units, found.build.needed_by, lines)


def _pack(program: ProgramView, revision: PartRevision) -> TechPack:
    plans = plans_of(revision.pk)
    plan = next((p for p in plans if p.status is RevisionStatus.RELEASED), None) or next(
        iter(plans), None
    )
    tree = frozen_tree(revision.pk, plan.id if plan else None)
    revisions = _revisions(tree, revision)
    return tech_pack(
        PackFacts(
            program=ProgramFacts(
                program.code,
                program.name,
                program.description,
                program.first_quantity,
                program.due,
                program.currency,
            ),
            part=program.part_number,
            revision=revision.label,
            characteristics=characteristics_of(revision.pk),
            operations=operations_of(plan.id) if plan else (),
            contents=tree.contents,
            assemblies=tree.assemblies,
            sources=_sources(revisions),
            critical_bought=_critical(revisions),
            queries=queries_of(program.id),
        )
    )


def _revisions(tree: FrozenTree, top: PartRevision) -> list[int]:
    """Keys of the revisions of the tree, the top included. One query."""
    wanted = Q(pk=top.pk)
    for assembly in tree.assemblies:
        wanted |= Q(
            part__number=assembly.part, part__site=top.part.site_id, label=assembly.revision
        )
    return list(PartRevision.objects.filter(wanted).values_list("pk", flat=True))


def _sources(revisions: Sequence[int]) -> dict[str, int]:
    """Part number to how many manufacturer parts it has. One query."""
    rows = ManufacturerPart.objects.filter(
        part__used_in__revision__in=revisions, retired_at__isnull=True
    )
    counted = rows.values_list("part__number").annotate(n=Count("pk", distinct=True))
    return dict(counted)


def _critical(revisions: Sequence[int]) -> dict[str, bool]:
    """Bought parts that are critical, by their line or by a characteristic of theirs, and whether
    a released incoming plan is there. Two queries."""
    grave = CharacteristicClass.CRITICAL
    of_parts = Characteristic.objects.filter(classification=grave).values("revision__part")
    rows = BomLine.objects.filter(
        Q(classification=grave) | Q(part__in=of_parts),
        revision__in=revisions,
        part__procurement=Procurement.BUY,
    )
    parts = dict(rows.values_list("part_id", "part__number").distinct())
    planned = set(
        InspectionPlan.objects.filter(
            revision__part__in=parts,
            kind=InspectionKind.INCOMING,
            status=RevisionStatus.RELEASED,
        ).values_list("revision__part", flat=True)
    )
    return {number: key in planned for key, number in sorted(parts.items(), key=lambda p: p[1])}
