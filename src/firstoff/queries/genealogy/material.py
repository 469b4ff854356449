"""What runs took against what production takes: manufacturer parts by kind of run (R-23)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.fields import BigIntegerField

from firstoff.db.fields import PLACES
from firstoff.db.models import BatchConsumption, Consumption
from firstoff.queries.sourcing.asked import Asked, Gathered, ask, gather
from firstoff.queries.sourcing.remembered import Remembered
from firstoff.rules.access import Actor
from firstoff.rules.sourcing.identity import MaterialIdentity, Used, material_identity
from firstoff.terms import RunKind


@dataclass(frozen=True, slots=True)
class ProgramIdentity:
    asked: Asked
    identity: MaterialIdentity


def program_identity(actor: Actor, site: str, code: str, *, today: date) -> ProgramIdentity:
    """Manufacturer parts side by side: consumed in each kind of run, and planned for production.

    What production takes is the first source of each part that may go into it, else the first
    that is named. Raises NotFound. Two queries beside those of ``ask`` and ``gather``.
    """
    asked = ask(actor, site, code, today=today, kind=RunKind.PRODUCTION)
    return _identities.of(
        asked, lambda: ProgramIdentity(asked, identity_of(asked, consumed(asked.program.id)))
    )


_identities: Remembered[ProgramIdentity] = Remembered()


def identity_of(asked: Asked, taken: Sequence[Used]) -> MaterialIdentity:
    """What was taken against what the build asked for plans to take; the queries of ``gather``."""
    gathered = gather(asked)
    return material_identity([*taken, *_planned(gathered)], gathered.sources)


def consumed(program_id: int) -> tuple[Used, ...]:
    """What units and batches of a program took, by part, kind of run and manufacturer part. Two
    queries."""
    of_units = Consumption.objects.filter(unit__run__program=program_id)
    of_batches = BatchConsumption.objects.filter(run__program=program_id)
    found: dict[tuple[str, RunKind, str], Decimal] = {}
    for rows, kind in ((of_units, "unit__run__kind"), (of_batches, "run__kind")):
        for part, run, source, amount in _summed(rows, kind):
            key = (part, RunKind(run), str(source or ""))
            found[key] = found.get(key, Decimal(0)) + Decimal(amount).scaleb(-PLACES)
    return tuple(
        Used(part, kind, source, quantity=quantity)
        for (part, kind, source), quantity in sorted(found.items())
    )


def _summed(rows: "QuerySet[Any]", kind: str) -> Any:
    total = Sum("quantity", output_field=BigIntegerField())
    return (
        rows.values_list("lot__part__number", F(kind), "lot__manufacturer_part")
        .annotate(n=total)
        .order_by()
    )


def _planned(gathered: Gathered) -> list[Used]:
    found = []
    for part, sources in gathered.sources.items():
        fit = [s for s in sources if not s.lacks(RunKind.PRODUCTION)] or list(sources)
        if fit:
            found.append(Used(part, RunKind.PRODUCTION, fit[0].part.key, planned=True))
    return found
