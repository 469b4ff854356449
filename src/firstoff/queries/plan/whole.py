"""A definition as one thing that can be loaded elsewhere: parts, documents and their bytes too."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from firstoff.db.models import DocumentVersion, Equipment, ManufacturerPart, Part
from firstoff.errors import NotFound
from firstoff.formats import store
from firstoff.queries.plan.definition import definition
from firstoff.queries.plan.equipment import equipment_facts
from firstoff.queries.plan.frozen import FrozenTree, frozen_document, frozen_tree
from firstoff.rules.access import Actor
from firstoff.rules.documents import visible_at
from firstoff.rules.plan import (
    AssemblyDefinition,
    Contents,
    Definition,
    FrozenDocument,
    FrozenPart,
    FrozenSource,
    PlanOperation,
    children_first,
)
from firstoff.rules.product import ProgramFacts
from firstoff.terms import RevisionStatus


def as_definition(
    actor: Actor,
    program_id: int,
    *,
    revision: str = "",
    plan: str = "",
    files: bool = True,
) -> Definition:
    """A definition that can be loaded elsewhere, with the equipment its operations name."""
    view = definition(actor, program_id, revision=revision, plan=plan, whole=True)
    tree = frozen_tree(view.revision.id, view.plan.id if view.plan else None)
    every = (tree.contents, *(a.contents for a in tree.assemblies))
    held = [d for contents in every for d in contents.documents]
    operations = (*view.operations, *(o for a in tree.assemblies for o in a.operations))
    pictures = _pictures(view.program.site_id, operations, {d.sha256 for d in held})
    named = {d.sha256 for d in (*held, *pictures)}
    jigs = {code for o in view.operations for code in (o.jig, *o.equipment) if code}
    rows = Equipment.objects.filter(site=view.program.site_id, code__in=jigs).order_by("code")
    program = view.program
    return Definition(
        program=ProgramFacts(
            program.code,
            program.name,
            program.description,
            program.first_quantity,
            program.due,
            program.currency,
        ),
        part=program.part_number,
        part_name=program.part_name,
        revision=view.revision.label,
        release_revision=_stands(view.revision.status),
        characteristics=view.characteristics,
        plan=view.plan.label if view.plan else "1",
        release_plan=view.plan is not None and _stands(view.plan.status),
        operations=view.operations,
        equipment=tuple(equipment_facts(row) for row in rows),
        defect_codes=tuple(c for c in view.defect_codes if not c.retired),
        contents=tree.contents,
        assemblies=_assemblies(tree),
        parts=_parts(program.site_id, every),
        documents=pictures,
        files=_files(actor, program.site_id, named) if files else {},
    )


def _assemblies(tree: FrozenTree) -> tuple[AssemblyDefinition, ...]:
    return children_first(
        [
            AssemblyDefinition(
                part=a.part,
                name=a.name,
                revision=a.revision,
                release_revision=_stands(stand.status),
                plan=a.plan,
                release_plan=stand.plan_status is not None and _stands(stand.plan_status),
                characteristics=a.characteristics,
                operations=a.operations,
                contents=a.contents,
            )
            for a, stand in zip(tree.assemblies, tree.stands, strict=False)
        ]
    )


def _parts(site_id: int, every: Iterable[Contents]) -> tuple[FrozenPart, ...]:
    """What is known of every part that a line names. Two queries."""
    numbers = {line.part for contents in every for line in contents.lines}
    rows = Part.objects.filter(site=site_id, number__in=numbers).order_by("number")
    sources: dict[int, list[FrozenSource]] = defaultdict(list)
    named = ManufacturerPart.objects.filter(part__in=rows, retired_at__isnull=True)
    for row in named.order_by("rank", "manufacturer", "mpn"):
        sources[row.part_id].append(
            FrozenSource(
                manufacturer=row.manufacturer,
                mpn=row.mpn,
                lifecycle=row.lifecycle,
                description=row.description,
                rank=row.rank,
            )
        )
    return tuple(
        FrozenPart(
            number=p.number,
            name=p.name,
            description=p.description,
            procurement=p.procurement,
            unit=p.unit,
            value=p.value,
            package=p.package,
            category=p.category,
            scheme=p.scheme,
            sources=tuple(sources[p.pk]),
        )
        for p in rows
    )


def _pictures(
    site_id: int, operations: Iterable[PlanOperation], known: Collection[str]
) -> tuple[FrozenDocument, ...]:
    """The documents that steps show, beside those already named. One query where there are any."""
    wanted = {p.sha256 for o in operations for s in o.steps for p in s.pictures} - set(known)
    if not wanted:
        return ()
    rows = DocumentVersion.objects.filter(document__site=site_id, sha256__in=wanted)
    return tuple(
        frozen_document(row)
        for row in rows.select_related("document").order_by("document__number", "label")
    )


def _files(actor: Actor, site_id: int, wanted: Collection[str]) -> dict[str, bytes]:
    """The bytes of the documents that the actor may see, where they are here. One query."""
    rows = DocumentVersion.objects.filter(
        document__site=site_id,
        document__visibility__in=visible_at(actor, site_id),
        sha256__in=wanted,
    )
    found = {}
    for digest in sorted(set(rows.values_list("sha256", flat=True))):
        with suppress(NotFound):
            found[digest] = store.get(Path(settings.MEDIA_ROOT), digest)
    return found


def _stands(status: RevisionStatus | str) -> bool:
    return RevisionStatus(status) not in (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)
