"""The bill of materials of a frozen definition, what may stand for what, and what a unit holds."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from firstoff.db.models import Alternate, Approval, ManufacturerPart
from firstoff.rules.plan import BaselineFacts, FrozenLine
from firstoff.rules.trace.material import DesignedLine, Held, Material
from firstoff.rules.trace.tree import UnitIn
from firstoff.terms import ApprovalDecision

_CHUNK = 5000


def material_of(definition: BaselineFacts, site_id: int, run_kind: str) -> Material:
    """Four queries; none where the definition has no lines."""
    lines = {definition.part: _lines(definition.contents.lines)}
    for assembly in definition.assemblies:
        lines.setdefault(assembly.part, _lines(assembly.contents.lines))
    numbers = {line.part for found in lines.values() for line in found}
    if not numbers:
        return Material()
    stands_for, qualified = _alternates(site_id, numbers, run_kind)
    return Material(
        top=definition.part,
        lines=lines,
        stands_for=stands_for,
        qualified=frozenset(qualified),
        approved=_approved(site_id, numbers, run_kind),
    )


def held_in(root: UnitIn) -> Mapping[str, Held]:
    """What is recorded in a unit at any depth, by part. Units are counted, lots as recorded."""
    found: dict[str, Held] = {}
    for unit in root.walk():
        for lot in unit.lots:
            _add(found, lot.part, lot.quantity, opened=False)
        for part in unit.parts:
            _add(found, part.part, Decimal(1), opened=bool(part.lots or part.parts))
    return found


def _add(found: dict[str, Held], part: str, quantity: Decimal | None, *, opened: bool) -> None:
    there = found.get(part)
    if there is None:
        found[part] = Held(quantity, opened)
        return
    both = None if there.quantity is None or quantity is None else there.quantity + quantity
    found[part] = Held(both, there.opened or opened)


def _lines(lines: Iterable[FrozenLine]) -> tuple[DesignedLine, ...]:
    return tuple(
        DesignedLine(line.part, line.quantity, line.made, line.phantom)
        for line in lines
        if line.fitted
    )


def _alternates(
    site_id: int, numbers: set[str], run_kind: str
) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
    """Alternate to the parts it is proposed for; and the pairs that are qualified. Two queries."""
    stands_for: dict[str, set[str]] = {}
    pairs: dict[int, tuple[str, str]] = {}
    rows = Alternate.objects.filter(part__site=site_id, retired_at__isnull=True)
    for key, part, other in rows.values_list("pk", "part__number", "alternate__number"):
        if part in numbers:
            stands_for.setdefault(other, set()).add(part)
            pairs[key] = (other, part)
    said = Approval.objects.filter(alternate__in=list(pairs)[:_CHUNK]).order_by("decided_at", "pk")
    latest: dict[tuple[int, str], tuple[str, bool]] = {}
    for key, kind, decision, form, fit, function in said.values_list(
        "alternate_id", "run_kind", "decision", "form", "fit", "function"
    ):
        latest[key or 0, kind] = (decision, form and fit and function)
    qualified = set()
    for key, pair in pairs.items():
        stands = latest.get((key, run_kind)) or latest.get((key, ""))
        if stands is not None and stands[0] == ApprovalDecision.APPROVED and stands[1]:
            qualified.add(pair)
    return stands_for, qualified


def _approved(site_id: int, numbers: set[str], run_kind: str) -> dict[str, set[str]]:
    """By part the manufacturer parts that are approved for the kind of run. Two queries."""
    said = Approval.objects.filter(manufacturer_part__part__site=site_id)
    latest: dict[tuple[int, str], str] = {}
    for key, kind, decision in said.order_by("decided_at", "pk").values_list(
        "manufacturer_part_id", "run_kind", "decision"
    ):
        latest[key or 0, kind] = decision
    keys = {key for key, _ in latest}
    found: dict[str, set[str]] = {}
    rows = ManufacturerPart.objects.filter(pk__in=list(keys)[:_CHUNK])
    for key, part, maker, mpn in rows.values_list("pk", "part__number", "manufacturer", "mpn"):
        stands = latest.get((key, run_kind)) or latest.get((key, ""))
        if part in numbers and stands == ApprovalDecision.APPROVED:
            found.setdefault(part, set()).add(f"{maker} {mpn}".strip())
    return found
