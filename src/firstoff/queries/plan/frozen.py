"""What a freeze keeps beside characteristics and operations: the tree of parts made here, and
what hangs on each of their revisions. A fixed number of queries a level, and for all together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from firstoff.db.models import (
    BomLine,
    ControlPlanLine,
    DocumentVersion,
    InspectionPlan,
    PartRevision,
    ProcessPlan,
    RevisionDocument,
    StackUp,
    TestProcedure,
    Variant,
)
from firstoff.queries.plan.process import operations_of_plans
from firstoff.queries.product import characteristics_of_many
from firstoff.rules.ledger import decimal_text
from firstoff.rules.plan import (
    AssemblyStand,
    Contents,
    FrozenAssembly,
    FrozenControl,
    FrozenDocument,
    FrozenInspectionLine,
    FrozenInspectionPlan,
    FrozenLine,
    FrozenProcedure,
    FrozenStack,
    FrozenStackLink,
    FrozenTestStep,
    FrozenVariant,
    FrozenVariantChange,
)
from firstoff.terms import Procurement, RevisionStatus

_MADE = (Procurement.MAKE, Procurement.PHANTOM)
_STANDS = (RevisionStatus.RELEASED, RevisionStatus.SUPERSEDED, RevisionStatus.OBSOLETE)


@dataclass(slots=True)
class Tree:
    """All revisions under one, each once, and their lines. ``missing``: parts made here that
    have no revision."""

    top: int
    lines: dict[int, list[FrozenLine]] = field(default_factory=lambda: defaultdict(list))
    revisions: dict[int, PartRevision] = field(default_factory=dict)  # without the top
    missing: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class FrozenTree:
    """What the freeze of a revision and plan would keep of them, and what stops it."""

    contents: Contents
    assemblies: tuple[FrozenAssembly, ...]
    stands: tuple[AssemblyStand, ...]
    drafts: tuple[str, ...]


def line_count(revision_id: int) -> int:
    return BomLine.objects.filter(revision=revision_id).count()


def frozen_tree(revision_id: int, plan_id: int | None) -> FrozenTree:
    """Some ten queries, and three for each level of the BOM."""
    tree = _tree(revision_id)
    ids = [revision_id, *tree.revisions]
    plans = _plans(tree.revisions)
    by_plan = {plan.pk: plan.revision_id for plan in plans.values()}
    if plan_id is not None:
        by_plan[plan_id] = revision_id
    contents, drafts = _contents(tree, ids, by_plan)
    characteristics = characteristics_of_many(tree.revisions)
    operations = operations_of_plans([plan.pk for plan in plans.values()])
    assemblies = tuple(
        FrozenAssembly(
            part=revision.part.number,
            name=revision.part.name,
            revision=revision.label,
            plan=plans[key].label if key in plans else "",
            characteristics=characteristics.get(key, ()),
            operations=operations.get(plans[key].pk, ()) if key in plans else (),
            contents=contents[key],
        )
        for key, revision in tree.revisions.items()
    )
    stands = [
        AssemblyStand(
            r.part.number, r.label, r.status, plans[key].status if key in plans else None
        )
        for key, r in tree.revisions.items()
    ]
    stands += [AssemblyStand(number) for number in sorted(tree.missing)]
    return FrozenTree(contents[revision_id], assemblies, tuple(stands), tuple(drafts))


def _tree(top: int) -> Tree:
    tree = Tree(top)
    level: list[int] = [top]
    while level:
        rows = list(
            BomLine.objects.filter(revision__in=level)
            .select_related("part")
            .order_by("revision_id", "position")
        )
        chosen = _children(rows)
        new: set[int] = set()
        for row in rows:
            made = row.part.procurement in _MADE
            child = chosen.get(row.pk) if made else None
            if made and child is None:
                tree.missing.add(row.part.number)
            tree.lines[row.revision_id].append(_line(row, child))
            if child is not None and child.pk not in tree.revisions and child.pk != top:
                tree.revisions[child.pk] = child
                new.add(child.pk)
        level = sorted(new)
    return tree


def _children(rows: Iterable[BomLine]) -> dict[int, PartRevision]:
    """Line to the revision that goes in: the one it names, else the newest released, else the
    newest of the part."""
    made = [row for row in rows if row.part.procurement in _MADE]
    parts = {row.part_id for row in made}
    if not parts:
        return {}
    named = {r.pk: r for r in PartRevision.objects.filter(part__in=parts).select_related("part")}
    best: dict[int, PartRevision] = {}
    for key in sorted(named):
        one, held = named[key], best.get(named[key].part_id)
        if held is None or one.status == RevisionStatus.RELEASED or not _stands(held):
            best[one.part_id] = one
    found = {row.pk: named.get(row.child_id or 0) or best.get(row.part_id) for row in made}
    return {key: one for key, one in found.items() if one is not None}


def _stands(revision: PartRevision) -> bool:
    return revision.status == RevisionStatus.RELEASED


def _line(row: BomLine, child: PartRevision | None) -> FrozenLine:
    return FrozenLine(
        part=row.part.number,
        name=row.part.name,
        quantity=row.quantity,
        find_number=row.find_number,
        revision=child.label if child else "",
        made=row.part.procurement in _MADE,
        phantom=row.part.procurement == Procurement.PHANTOM,
        unit=row.unit,
        value=row.part.value,
        package=row.part.package,
        designators=tuple(row.designators),
        not_fitted=tuple(row.not_fitted),
        fitted=row.fitted,
        classification=row.classification,
        attrition=row.attrition,
        setup_pieces=row.setup_pieces,
        section=row.section,
        note=row.note,
    )


def _plans(revisions: Iterable[int]) -> dict[int, ProcessPlan]:
    """The plan a part is made by: the newest released of its revision, else the newest that has
    an operation."""
    rows = ProcessPlan.objects.filter(revision__in=list(revisions), operations__isnull=False)
    found: dict[int, ProcessPlan] = {}
    for plan in rows.distinct().order_by("pk"):
        held = found.get(plan.revision_id)
        if held is None or plan.status == RevisionStatus.RELEASED or held.status not in _STANDS:
            found[plan.revision_id] = plan
    return found


def _contents(
    tree: Tree, ids: Sequence[int], by_plan: Mapping[int, int]
) -> tuple[dict[int, Contents], list[str]]:
    drafts: list[str] = []
    variants = _variants(ids)
    documents = _documents(ids)
    procedures = _procedures(ids, drafts)
    plans = _inspection_plans(ids, drafts)
    controls = _controls(by_plan)
    stacks = frozen_stacks(ids)
    found = {
        key: Contents(
            lines=tuple(tree.lines.get(key, ())),
            variants=tuple(variants[key]),
            documents=tuple(documents[key]),
            procedures=tuple(procedures[key]),
            inspection_plans=tuple(plans[key]),
            controls=tuple(controls[key]),
            stack_ups=tuple(stacks[key]),
        )
        for key in ids
    }
    return found, drafts


def _variants(ids: Sequence[int]) -> dict[int, list[FrozenVariant]]:
    found: dict[int, list[FrozenVariant]] = defaultdict(list)
    rows = Variant.objects.filter(revision__in=ids).order_by("code")
    for variant in rows.prefetch_related("changes__line", "changes__part", "changes__child"):
        changes = sorted(variant.changes.all(), key=lambda c: (c.line.position, c.designator))
        found[variant.revision_id].append(
            FrozenVariant(
                code=variant.code,
                name=variant.name,
                changes=tuple(
                    FrozenVariantChange(
                        line=c.line.position,
                        fitted=c.fitted,
                        designator=c.designator,
                        part=c.part.number if c.part else "",
                        child=c.child.label if c.child else "",
                        quantity=c.quantity,
                    )
                    for c in changes
                ),
            )
        )
    return found


def frozen_document(version: DocumentVersion) -> FrozenDocument:
    """A version as a definition names it; its document is read along."""
    return FrozenDocument(
        number=version.document.number,
        title=version.document.title,
        kind=version.document.kind,
        version=version.label,
        file_name=version.file_name,
        media_type=version.media_type,
        size=version.size,
        sha256=version.sha256,
    )


def _documents(ids: Sequence[int]) -> dict[int, list[FrozenDocument]]:
    found: dict[int, list[FrozenDocument]] = defaultdict(list)
    rows = RevisionDocument.objects.filter(revision__in=ids).select_related("version__document")
    for link in rows.order_by("version__document__number", "version__label"):
        found[link.revision_id].append(frozen_document(link.version))
    return found


def _procedures(ids: Sequence[int], drafts: list[str]) -> dict[int, list[FrozenProcedure]]:
    """Of each code the newest released; one that is a draft alone is told."""
    rows = TestProcedure.objects.filter(revision__in=ids).order_by("code", "pk")
    rows = rows.prefetch_related("steps__characteristic")
    newest = _newest(rows, lambda p: (p.revision_id, p.code), "Test procedure", "code", drafts)
    found: dict[int, list[FrozenProcedure]] = defaultdict(list)
    for procedure in newest:
        steps = sorted(procedure.steps.all(), key=lambda s: s.position)
        found[procedure.revision_id].append(
            FrozenProcedure(
                code=procedure.code,
                name=procedure.name,
                label=procedure.label,
                purpose=procedure.purpose,
                equipment=procedure.equipment,
                pass_criteria=procedure.pass_criteria,
                steps=tuple(
                    FrozenTestStep(
                        name=s.name,
                        instruction=s.instruction,
                        unit=s.unit,
                        lower=_plain(s.lower),
                        upper=_plain(s.upper),
                        decimals=s.decimals,
                        expected=s.expected,
                        characteristic=s.characteristic.number if s.characteristic else "",
                    )
                    for s in steps
                ),
            )
        )
    return found


def _inspection_plans(
    ids: Sequence[int], drafts: list[str]
) -> dict[int, list[FrozenInspectionPlan]]:
    rows = InspectionPlan.objects.filter(revision__in=ids).order_by("kind", "pk")
    rows = rows.prefetch_related("lines__characteristic")
    newest = _newest(rows, lambda p: (p.revision_id, p.kind), "Inspection plan", "kind", drafts)
    found: dict[int, list[FrozenInspectionPlan]] = defaultdict(list)
    for plan in newest:
        found[plan.revision_id].append(
            FrozenInspectionPlan(
                kind=plan.kind,
                label=plan.label,
                sampling=plan.sampling,
                note=plan.note,
                lines=tuple(
                    FrozenInspectionLine(
                        characteristic=line.characteristic.number,
                        method=line.method,
                        gauge=line.gauge,
                        sampling=line.sampling,
                        reaction=line.reaction,
                    )
                    for line in sorted(plan.lines.all(), key=lambda line: line.position)
                ),
            )
        )
    return found


def _newest(rows: Iterable[Any], key: Any, what: str, named: str, drafts: list[str]) -> list[Any]:
    released: dict[Any, Any] = {}
    seen: dict[Any, Any] = {}
    for row in rows:
        seen[key(row)] = row
        if row.status == RevisionStatus.RELEASED:
            released[key(row)] = row
    drafts += [
        f"{what} {str(getattr(row, named)).replace('_', ' ')} {row.label}"
        for group, row in seen.items()
        if group not in released and row.status not in _STANDS
    ]
    return list(released.values())


def _controls(by_plan: Mapping[int, int]) -> dict[int, list[FrozenControl]]:
    found: dict[int, list[FrozenControl]] = defaultdict(list)
    rows = ControlPlanLine.objects.filter(operation__plan__in=list(by_plan))
    rows = rows.select_related("operation", "characteristic", "parameter")
    for line in rows.order_by("operation__seq", "position", "pk"):
        found[by_plan[line.operation.plan_id]].append(
            FrozenControl(
                operation=line.operation.seq,
                characteristic=line.characteristic.number if line.characteristic else "",
                parameter=line.parameter.name if line.parameter else "",
                phases=tuple(line.phases),
                technique=line.technique,
                sample_size=line.sample_size,
                frequency=line.frequency,
                method=line.method,
                error_proofing=line.error_proofing,
                reaction_plan=line.reaction_plan,
                reaction_owner=line.reaction_owner,
            )
        )
    return found


def frozen_stacks(ids: Sequence[int]) -> dict[int, list[FrozenStack]]:
    found: dict[int, list[FrozenStack]] = defaultdict(list)
    rows = StackUp.objects.filter(revision__in=ids).order_by("code")
    for stack in rows.prefetch_related("links__characteristic__revision__part"):
        links = sorted(stack.links.all(), key=lambda link: link.position)
        found[stack.revision_id].append(
            FrozenStack(
                code=stack.code,
                name=stack.name,
                unit=stack.unit,
                lower=_plain(stack.lower),
                upper=_plain(stack.upper),
                decimals=stack.decimals,
                consequence=stack.consequence,
                links=tuple(_link(link, stack.revision_id) for link in links),
            )
        )
    return found


def _link(link: Any, revision_id: int) -> FrozenStackLink:
    of = link.characteristic
    other = of is not None and of.revision_id != revision_id
    return FrozenStackLink(
        characteristic=of.number if of else "",
        part=of.revision.part.number if other else "",
        revision=of.revision.label if other else "",
        name=link.name,
        nominal=_plain(link.nominal),
        lower=_plain(link.lower),
        upper=_plain(link.upper),
        sensitivity=Decimal(decimal_text(link.sensitivity)),
        distribution=link.distribution,
    )


def _plain(value: Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(decimal_text(value))
