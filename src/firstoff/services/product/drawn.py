"""Drawings of a revision: what of them goes on into the next, and goes with what they are of."""

from firstoff.db.erasing import erase
from firstoff.db.models import Balloon, Characteristic, PartRevision, RevisionDocument


def copy_drawings(source: PartRevision, target: PartRevision) -> None:
    """The documents of one revision into a draft, with the balloons on them."""
    RevisionDocument.objects.bulk_create(
        [
            RevisionDocument(revision=target, version_id=version)
            for version in RevisionDocument.objects.filter(revision=source).values_list(
                "version", flat=True
            )
        ]
    )
    rows = {c.number: c.pk for c in Characteristic.objects.filter(revision=target)}
    balloons = Balloon.objects.filter(characteristic__revision=source)
    Balloon.objects.bulk_create(
        [
            Balloon(
                characteristic_id=rows[b.characteristic.number],
                version_id=b.version_id,
                page=b.page,
                x=b.x,
                y=b.y,
                to_x=b.to_x,
                to_y=b.to_y,
            )
            for b in balloons.select_related("characteristic").order_by("pk")
            if b.characteristic.number in rows
        ]
    )


def drop_characteristic(row: Characteristic) -> None:
    """With its balloons. Raises Refused where something else of the definition names it."""
    erase(Characteristic.objects.filter(pk=row.pk), f"Characteristic {row.number}")
