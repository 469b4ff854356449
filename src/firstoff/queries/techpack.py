"""The technical package of a program, and what its records say for the gates.

What a gate reads of definition and supply is kept until something of the program, or of no
program, is recorded: a board of fifty programs asks nothing twice.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from firstoff.db.models import (
    BomLine,
    Characteristic,
    InspectionPlan,
    ManufacturerPart,
    PartRevision,
)
from firstoff.errors import NotFound
from firstoff.queries.genealogy.material import consumed, identity_of
from firstoff.queries.plan.frozen import FrozenTree, frozen_tree, line_count
from firstoff.queries.plan.process import operations_of, plans_of
from firstoff.queries.product import ProgramView, characteristics_of, program_by_id
from firstoff.queries.review import dfm_stand, queries_of
from firstoff.queries.sourcing.asked import Asked
from firstoff.queries.sourcing.health import judged
from firstoff.queries.sourcing.known import rates
from firstoff.queries.tolerance import of_revision
from firstoff.rules.access import Actor
from firstoff.rules.criteria.base import DefinitionEvidence, SupplyEvidence
from firstoff.rules.product import ProgramFacts
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
_found: OrderedDict[tuple[int, str, date], DefinitionEvidence] = OrderedDict()
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


def definition_evidence(
    program: ProgramView, version: str, *, now: datetime
) -> DefinitionEvidence:
    """What the records say of a program's newest revision and its supply, for its gates.

    version: hash of the newest ledger entry of the program, or of none: it tells whether that
    entry is still there, which a backup brought back does not promise.
    """
    today = now.astimezone(ZoneInfo(program.time_zone)).date()
    key = (program.id, version, today)
    with _lock:
        if key in _found:
            _found.move_to_end(key)
            return _found[key]
    evidence = _gather(program, today)
    with _lock:
        _found[key] = evidence
        while len(_found) > _KEPT:
            _found.popitem(last=False)
    return evidence


def forget() -> None:
    """Nothing is kept any more."""
    with _lock:
        _found.clear()


def _gather(program: ProgramView, today: date) -> DefinitionEvidence:
    revision = PartRevision.objects.filter(part=program.part_id).order_by("-pk").first()
    if revision is None:
        return DefinitionEvidence("")
    held = of_revision(program.id, program.site_id, revision)
    stand = dfm_stand(program.id, revision.pk)
    lines = line_count(revision.pk)
    pack_ = _pack(program, revision) if lines <= _LONG else None
    asked = _asked(program, revision, today)
    taken = consumed(program.id) if lines else ()
    return DefinitionEvidence(
        revision=revision.label,
        characteristics=characteristics_of(revision.pk),
        queries=queries_of(program.id),
        pack=pack_ if pack_ is not None and pack_.started else None,
        supply=_supply(asked) if lines else None,
        dfm=stand if stand.reviews else None,
        holdings=held.holdings,
        chains=tuple(c.verdict for c in held.chains if c.verdict is not None),
        identity=identity_of(asked, taken) if lines and taken else None,
    )


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
