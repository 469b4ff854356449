"""The lines of a revision: what of them goes on into the next."""

from firstoff.db.models import Alternate, BomLine, PartRevision, Variant, VariantChange

_LINE = (
    *("position", "find_number", "part_id", "child_id", "quantity", "unit", "designators"),
    *("not_fitted", "fitted", "classification", "attrition", "setup_pieces", "section", "note"),
    "attributes",
)
_BATCH = 1000


def copy_lines(source: PartRevision, target: PartRevision) -> None:
    """Lines with their alternates, and variants with what they change, into a draft. Places in
    the list stay: what names a line finds its copy by them."""
    rows = BomLine.objects.filter(revision=source).order_by("position").values("pk", *_LINE)
    made = BomLine.objects.bulk_create(
        [BomLine(revision=target, **{name: row[name] for name in _LINE}) for row in rows],
        batch_size=_BATCH,
    )
    now = {row["pk"]: line.pk for row, line in zip(rows, made, strict=True)}
    alternates = Alternate.objects.filter(line__revision=source, retired_at__isnull=True)
    columns = ("part_id", "alternate_id", "rank", "note")
    Alternate.objects.bulk_create(
        [
            Alternate(line_id=now[row["line_id"]], **{name: row[name] for name in columns})
            for row in alternates.order_by("pk").values("line_id", *columns)
        ],
        batch_size=_BATCH,
    )
    _copy_variants(source, target, now)


def _copy_variants(source: PartRevision, target: PartRevision, now: dict[int, int]) -> None:
    variants = {}
    for row in Variant.objects.filter(revision=source).order_by("pk"):
        variants[row.pk] = Variant.objects.create(revision=target, code=row.code, name=row.name)
    columns = ("designator", "fitted", "part_id", "child_id", "quantity")
    changes = VariantChange.objects.filter(variant__in=variants).order_by("pk")
    VariantChange.objects.bulk_create(
        [
            VariantChange(
                variant=variants[row["variant_id"]],
                line_id=now[row["line_id"]],
                **{name: row[name] for name in columns},
            )
            for row in changes.values("variant_id", "line_id", *columns)
        ],
        batch_size=_BATCH,
    )
