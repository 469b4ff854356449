"""Drawings of a revision: what of them goes on into the next, and goes with what they are of."""

from django.db.models import ProtectedError, QuerySet

from firstoff.db.models import Balloon, Characteristic, PartRevision, RevisionDocument
from firstoff.errors import Refused


def copy_drawings(source: PartRevision, target: PartRevision) -> None:
    """The documents of one revision into a draft, with the balloons on them."""
    RevisionDocument.objects.bulk_create(
        [
            RevisionDocument(revision=target, version_id=version)
            for version in _versions(source).values_list("version", flat=True)
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


def drop_drawings(revision: PartRevision) -> None:
    """What a draft that is given up says of drawings. The documents stay."""
    Balloon.objects.filter(characteristic__revision=revision).delete()
    _versions(revision).delete()


def drop_characteristic(row: Characteristic) -> None:
    """With its balloons. Raises Refused where something else of the definition names it."""
    Balloon.objects.filter(characteristic=row).delete()
    number = row.number
    try:
        row.delete()
    except ProtectedError as error:
        named = sorted({str(one._meta.verbose_name) for one in error.protected_objects})
        raise Refused(
            f"Characteristic {number} is named by a {' and a '.join(named)}.",
            code="R-68",
            way_out="Take it out there first.",
            number=number,
        ) from error


def _versions(revision: PartRevision) -> QuerySet[RevisionDocument]:
    return RevisionDocument.objects.filter(revision=revision)
