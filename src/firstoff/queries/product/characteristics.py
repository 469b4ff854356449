"""Characteristics of revisions."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db.models import QuerySet

from firstoff.db.models import Characteristic, PartRevision
from firstoff.db.prepared import prepared
from firstoff.errors import NotFound
from firstoff.queries.product.programs import program_by_id
from firstoff.rules.access import Actor
from firstoff.rules.product import CharacteristicFacts, balloon_key
from firstoff.terms import CharacteristicClass, CharacteristicKind, GeometricSymbol, LimitForm


def characteristics(
    actor: Actor, program_id: int, revision: str
) -> tuple[CharacteristicFacts, ...]:
    """Those of one revision. Raises NotFound. Three queries."""
    part = program_by_id(actor, program_id).part_id
    found = PartRevision.objects.filter(part=part, label=revision).first()
    if found is None:
        raise NotFound(f"There is no revision {revision!r} of this part.")
    return characteristics_of(found.pk)


def characteristics_of(revision_id: int) -> tuple[CharacteristicFacts, ...]:
    """In the order of their numbers: 2 before 10, 10 before 10a. One query."""
    return tuple(sorted(map(facts_of, _asked(revision_id)), key=lambda c: balloon_key(c.number)))


@prepared
def _asked(revision: int) -> "QuerySet[Characteristic]":
    return Characteristic.objects.filter(revision=revision)


def characteristics_of_many(
    revision_ids: Iterable[int],
) -> Mapping[int, tuple[CharacteristicFacts, ...]]:
    """Those of several revisions at once; no key for one without any. One query."""
    found: dict[int, list[CharacteristicFacts]] = defaultdict(list)
    for row in Characteristic.objects.filter(revision__in=list(revision_ids)):
        found[row.revision_id].append(facts_of(row))
    return {key: tuple(sorted(v, key=lambda c: balloon_key(c.number))) for key, v in found.items()}


def facts_of(row: Characteristic) -> CharacteristicFacts:
    """A row as the rules know it; limits with the digits of the drawing again."""
    return CharacteristicFacts(
        number=row.number,
        name=row.name,
        kind=CharacteristicKind(row.kind),
        classification=CharacteristicClass(row.classification),
        nominal=_written(row.nominal, row.decimals),
        lower=_written(row.lower, row.decimals),
        upper=_written(row.upper, row.decimals),
        unit=row.unit,
        method=row.method,
        measured_as=row.measured_as,
        decimals=row.decimals,
        zone=row.zone,
        form=LimitForm(row.form) if row.form else None,
        symbol=GeometricSymbol(row.symbol) if row.symbol else None,
        tolerance=_written(row.tolerance, row.decimals),
        diametral=row.diametral,
        material_condition=row.material_condition,
        datums=tuple(row.datums),
        gauge=row.gauge,
        source_id=row.source_id,
    )


def _written(value: Decimal | None, decimals: int) -> Decimal | None:
    return None if value is None else value.quantize(Decimal(1).scaleb(-decimals))
