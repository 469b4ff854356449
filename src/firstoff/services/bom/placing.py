"""Where the assemblies of an import go: which revision of each is written, made or left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from firstoff.db.models import PartRevision
from firstoff.errors import Refused
from firstoff.queries.bom import children_of, default_revisions, line_facts_of
from firstoff.queries.product import schemes_of
from firstoff.rules.bom.comparing import LineChange, LineDifference, differences, matched
from firstoff.rules.bom.draft import Remark
from firstoff.rules.bom.explosion import loop_in
from firstoff.rules.bom.lines import LineFacts
from firstoff.rules.bom.planning import BESIDE, Assembly, ImportPlan
from firstoff.rules.product import DEFAULT_SCHEME, Labelled, label_after, status_word
from firstoff.services.bom.ground import chunked, parts_named
from firstoff.services.bom.writing import ALL_FIELDS
from firstoff.terms import Procurement, RevisionStatus

_MADE = (Procurement.MAKE, Procurement.PHANTOM)
_SAID = tuple(name for name in ALL_FIELDS if name not in ("attributes", "child"))


@dataclass(frozen=True, slots=True)
class Placed:
    """One assembly with the revision that its lines go to.

    ``revision`` None: it is made, with what ``source`` consists of where there is one. ``writes``
    is False where it is as the file says and stays so. ``keys``: of the lines that are there.
    """

    part: str
    label: str
    revision: PartRevision | None
    source: PartRevision | None
    writes: bool
    keys: tuple[int, ...]
    differences: tuple[LineDifference, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlacedImport:
    """Every assembly, what goes in before what it goes into; the top is the last."""

    assemblies: tuple[Placed, ...]
    warnings: tuple[Remark, ...]
    refused: tuple[Remark, ...]


def placed_of(top: PartRevision, plan: ImportPlan) -> PlacedImport:
    """What each assembly of the plan becomes. Raises Refused (R-10) for a loop through what is
    there already. A fixed number of queries, whatever their number."""
    site = top.part.site_id
    names = [one.part for one in plan.assemblies if one.part]
    parts = parts_named(site, names)
    there = _revisions(part.pk for part in parts.values())
    schemes = schemes_of(parts.values())
    said = {parts[one.part].pk: one.revision for one in plan.assemblies if one.part in parts}
    meant = (r.pk for part, found in there.items() for r in _candidates(found, said[part]))
    lines = line_facts_of([top.pk, *meant])
    revised = _revised(site, plan)
    _check_loops(top, plan)
    labels: dict[str, str] = {}
    placed: list[Placed] = []
    refused: list[Remark] = []
    for one in plan.assemblies:
        wanted = [_settled(p.line, labels, revised) for p in one.lines]
        if not one.part:
            placed.append(_written(one, wanted, top, lines))
            continue
        part = parts.get(one.part)
        found = there.get(part.pk, []) if part else []
        scheme = schemes.get(part.pk, DEFAULT_SCHEME) if part else DEFAULT_SCHEME
        free = label_after(scheme, [Labelled(r.label, r.released_at is not None) for r in found])
        result = _choose(one, wanted, found, free, lines)
        if isinstance(result, Remark):
            refused.append(result)
            labels[one.part] = one.revision or free
            continue
        labels[one.part] = result.label
        placed.append(result)
    return PlacedImport(tuple(placed), (), tuple(refused))


def _candidates(there: Sequence[PartRevision], label: str) -> Iterable[PartRevision]:
    """Those whose lines may be asked for: the one that the file says, or the newest of a kind."""
    if label:
        return {r.pk: r for r in there if _same(r.label, label) or r is there[-1]}.values()
    return {r.status: r for r in there}.values()


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


def _choose(
    one: Assembly,
    wanted: Sequence[LineFacts],
    there: Sequence[PartRevision],
    free: str,
    lines: Mapping[int, Mapping[int, LineFacts]],
) -> Placed | Remark:
    """The revision that an assembly's lines go to; a remark where there can be none."""
    open_ = [r for r in there if r.status in (RevisionStatus.DRAFT, RevisionStatus.IN_REVIEW)]
    if one.revision:
        same = [r for r in there if _same(r.label, one.revision)]
        held = same[-1] if same else None
    else:
        standing = open_ or [r for r in there if r.status == RevisionStatus.RELEASED]
        held = standing[-1] if standing else None
    if held is None:
        return _new(one, wanted, there, open_, one.revision or free, lines)
    if held.status == RevisionStatus.DRAFT:
        return _written(one, wanted, held, lines)
    kept = _written(one, wanted, held, lines, names=_SAID)
    obsolete = held.status == RevisionStatus.OBSOLETE
    if not obsolete and all(d.change is LineChange.SAME for d in kept.differences):
        return replace(kept, writes=False)
    if not one.revision and not open_:
        return _new(one, wanted, there, open_, free, lines)
    word = status_word(RevisionStatus(held.status))
    differ = "" if obsolete else ", and its lines differ from the file's"
    sentence = f"{one.part} revision {held.label} is {word}{differ}."
    return Remark(one.row, sentence, "revision", "assembly-released")


def _new(
    one: Assembly,
    wanted: Sequence[LineFacts],
    there: Sequence[PartRevision],
    open_: Sequence[PartRevision],
    label: str,
    lines: Mapping[int, Mapping[int, LineFacts]],
) -> Placed | Remark:
    if open_:
        word = status_word(RevisionStatus(open_[-1].status))
        sentence = f"{one.part} revision {open_[-1].label} is still {word}; the file says {label}."
        return Remark(one.row, sentence, "revision", "assembly-draft")
    if len(label) > 20 or "/" in label:
        return Remark(one.row, f"{label!r} is no label of a revision.", "revision", "label")
    source = there[-1] if there else None
    placed = _written(one, wanted, source, lines)
    return replace(placed, revision=None, source=source, label=label)


def _written(
    one: Assembly,
    wanted: Sequence[LineFacts],
    revision: PartRevision | None,
    lines: Mapping[int, Mapping[int, LineFacts]],
    names: Sequence[str] = ALL_FIELDS,
) -> Placed:
    """The lines against those that are there: what a file cannot say stays as it was."""
    held = lines.get(revision.pk, {}) if revision else {}
    before = list(held.values())
    pairs = matched(before, wanted)
    merged = [_carried(before[pairs[at]], x) if at in pairs else x for at, x in enumerate(wanted)]
    found = differences(before, merged, names=names, pairs=pairs)
    return Placed(
        part=one.part or (revision.part.number if revision else ""),
        label=revision.label if revision else "",
        revision=revision,
        source=None,
        writes=True,
        keys=tuple(held),
        differences=found,
        rows=tuple(planned.row for planned in one.lines),
    )


def _carried(before: LineFacts, after: LineFacts) -> LineFacts:
    named = {a.part for a in before.alternates}
    more = [a for a in after.alternates if a.part not in named]
    last = max((a.rank for a in before.alternates), default=0)
    return replace(
        after,
        find_number=after.find_number or before.find_number,
        child=after.child or (before.child if before.part == after.part else ""),
        unit=after.unit or before.unit,
        classification=before.classification,
        attrition=before.attrition,
        setup_pieces=before.setup_pieces,
        section=after.section or before.section,
        note=after.note or before.note,
        alternates=(
            *before.alternates,
            *(replace(a, rank=last + n) for n, a in enumerate(more, 1)),
        ),
    )


def _settled(
    line: LineFacts, labels: Mapping[str, str], revised: frozenset[tuple[str, str]]
) -> LineFacts:
    """Which revision goes in; what a file calls the revision of a bought part is kept beside."""
    if line.part in labels:
        return replace(line, child=labels[line.part])
    if not line.child or (line.part, line.child) in revised:
        return line
    beside = {**line.attributes.get(BESIDE, {}), "revision": line.child}
    return replace(line, child="", attributes={**line.attributes, BESIDE: beside})


def _revised(site_id: int, plan: ImportPlan) -> frozenset[tuple[str, str]]:
    """Of the revisions that lines name, those that are there."""
    made = {one.part for one in plan.assemblies}
    wanted = {
        (p.line.part, p.line.child)
        for one in plan.assemblies
        for p in one.lines
        if p.line.child and p.line.part not in made
    }
    found: set[tuple[str, str]] = set()
    for some in chunked(sorted({number for number, _ in wanted})):
        rows = PartRevision.objects.filter(part__site=site_id, part__number__in=some).exclude(
            status=RevisionStatus.OBSOLETE
        )
        found |= set(rows.values_list("part__number", "label"))
    return frozenset(wanted & found)


def _revisions(part_ids: Iterable[int]) -> dict[int, list[PartRevision]]:
    """The revisions of parts, oldest first."""
    found: dict[int, list[PartRevision]] = {}
    keys = list(part_ids)
    for start in range(0, len(keys), 5000):
        rows = PartRevision.objects.filter(part__in=keys[start : start + 5000])
        for row in rows.select_related("part").order_by("pk"):
            found.setdefault(row.part_id, []).append(row)
    return found


def _check_loops(top: PartRevision, plan: ImportPlan) -> None:
    """Refuse (R-10) where what is there already closes a loop with what the file says."""
    links: dict[str, set[str]] = {
        one.part or top.part.number: {p.line.part for p in one.lines} for one in plan.assemblies
    }
    others = {part for below in links.values() for part in below} - links.keys()
    parts = parts_named(top.part.site_id, others)
    made = [part.pk for part in parts.values() if part.procurement in _MADE]
    if not made:
        return
    into = children_of(key for key, _ in default_revisions(made).values())
    names = dict(PartRevision.objects.filter(pk__in=into).values_list("pk", "part__number"))
    for key, below in into.items():
        if names[key] not in links:
            links[names[key]] = set()
        links[names[key]] |= {names[child] for child in below}
    for start in (top.part.number, *(one.part for one in plan.assemblies if one.part)):
        if path := loop_in(links, start):
            raise Refused(
                f"{path[0]} would go into itself: {' > '.join(path)}.",
                code="R-10",
                way_out="Take the line out that closes the loop.",
                path=list(path),
            )
