"""A unit as built against the definition it was built to, and against its batch."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from firstoff.db.keys import Keys, among, keys
from firstoff.db.models import (
    Assembly,
    BatchConsumption,
    Consumption,
    Lot,
    LotStatusRecord,
    Part,
    Unit,
)
from firstoff.queries.execution.definition import frozen
from firstoff.queries.trace.material import held_in, material_of
from firstoff.queries.trace.views import UnitTrace
from firstoff.rules.trace.designed import Beside, Designed, Difference, LotThen, Made, differences
from firstoff.rules.trace.tree import LotIn, UnitIn
from firstoff.terms import Place, UnitResult

AROUND = 25  # units on each side of it in the batch


def compared(unit: Unit, trace: UnitTrace, root: UnitIn, place: Place) -> tuple[Difference, ...]:
    """How the unit differs from what was designed. Eight queries, and four more where the
    definition has a bill of materials; none where it has no run."""
    run = trace.run
    if run is None:
        return ()
    definition = frozen(run.baseline_id, run.baseline)
    designed = Designed(
        operations={o.seq: o.name for o in definition.operations},
        characteristics={c.number: c.name for c in definition.characteristics},
        instruction=definition.instruction,
        material=material_of(definition, run.site_id, run.kind),
    )
    lots = tuple({lot.key: lot for u in root.walk() for lot in u.lots}.values())
    measured = {r.line.characteristic for t in trace.tests for r in t.results if r.shown}
    finished = place is not Place.IN_PROCESS or trace.state.final is not UnitResult.PENDING
    made = Made(
        operations=frozenset(o.seq for o in trace.operations),
        measured=frozenset(measured - {""}),
        instruction=trace.instruction,
        instructions={o.seq: o.instruction for o in trace.operations if o.instruction},
        lots=_lots_then(root, lots, run.site_id),
        parts=Counter([*(lot.part for lot in root.lots), *(p.part for p in root.parts)]),
        finished=finished,
        held=held_in(root),
    )
    return differences(designed, made, _beside(unit))


def _lots_then(root: UnitIn, lots: Iterable[LotIn], site_id: int) -> tuple[LotThen, ...]:
    held = list(lots)
    statuses = _statuses(keys(lot.key for lot in held))
    new = _new_makers(root, site_id)
    return tuple(
        LotThen(
            code=lot.code,
            part=lot.part,
            status=_then(statuses.get(lot.key), lot),
            maker=f"{lot.manufacturer} {lot.mpn}".strip(),
            new_to_its_kind=(lot.manufacturer, lot.mpn) in new,
        )
        for lot in held
    )


def _then(history: list[tuple[datetime, str]] | None, lot: LotIn) -> str:
    """Its status when it went in. A record that came late may be older than the decision."""
    if history is None:
        return lot.status  # nobody decided about it: it is as it came
    earlier = [status for at, status in history if at <= lot.at]
    return earlier[-1] if earlier else "quarantine"


def _statuses(lots: Keys) -> dict[int, list[tuple[datetime, str]]]:
    rows = LotStatusRecord.objects.filter(among(LotStatusRecord, "lot", lots))
    found: dict[int, list[tuple[datetime, str]]] = {}
    for lot, at, status in rows.order_by("decided_at", "pk").values_list(
        "lot_id", "decided_at", "status"
    ):
        found.setdefault(lot, []).append((at, status))
    return found


def _new_makers(root: UnitIn, site_id: int) -> set[tuple[str, str]]:
    """Manufacturer parts in this unit, at any depth, that no unit like the one holding them held
    before. Of the first of its kind nothing is new: there is nothing beside it. Three queries."""
    holders: dict[tuple[str, str], set[str]] = {}
    first: dict[str, int] = {}  # part to the earliest unit of it in this tree
    for unit in root.walk():
        for lot in unit.lots:
            if lot.mpn:
                holders.setdefault((lot.manufacturer, lot.mpn), set()).add(unit.part)
                first[unit.part] = min(unit.key, first.get(unit.part, unit.key))
    if not holders:
        return set()
    rows = Lot.objects.filter(
        manufacturer_part__mpn__in={mpn for _, mpn in holders}, part__site=site_id
    )
    maker = ("manufacturer_part__manufacturer", "manufacturer_part__mpn")
    of = {key: (name, mpn) for key, name, mpn in rows.values_list("pk", *maker)}
    earlier, batches, compared = Q(), Q(), Q()
    for part, key in first.items():
        earlier |= Q(unit__part__number=part, unit__lt=key)
        batches |= Q(run__units__part__number=part, run__units__lt=key)
        compared |= Q(Exists(Unit.objects.filter(part=OuterRef("pk"), pk__lt=key)), number=part)
    # The first earlier unit of a lot settles it: no more of them is read.
    held = Consumption.objects.filter(earlier, lot=OuterRef("pk"))
    in_batch = BatchConsumption.objects.filter(batches, lot=OuterRef("pk"))
    seen = Lot.objects.filter(Exists(held) | Exists(in_batch), pk__in=list(of))
    known = {of[lot] for lot in seen.values_list("pk", flat=True)}
    there = Part.objects.filter(compared, site=site_id)
    beside = set(there.values_list("number", flat=True))
    return {m for m, parts in holders.items() if m not in known and parts <= beside}


def _beside(unit: Unit) -> Beside:
    """What the units before and after it in its batch hold. Three queries."""
    near = Unit.objects.filter(
        run=unit.run_id,
        position__gte=unit.position - AROUND,
        position__lte=unit.position + AROUND,
    ).exclude(pk=unit.pk)
    units = keys(near.values_list("pk", flat=True))
    held: set[tuple[int, str]] = set(
        Consumption.objects.filter(among(Consumption, "unit", units)).values_list(
            "unit_id", "lot__part__number"
        )
    )
    fitted = Assembly.objects.filter(
        among(Assembly, "parent", units), removed_at__isnull=True
    ).values_list("parent_id", "child__part__number")
    held |= set(fitted)
    holding: Mapping[str, int] = Counter(part for _, part in held)
    return Beside(int(units.size), holding)
