"""Units whose batch asks for it are packed only after their label was scanned back (R-64)."""

from collections.abc import Sequence

from django.db.models import Max

from firstoff.db.models import FloorRecord, LabelJob, Unit
from firstoff.formats.labels.kept import ASKS_FOR_SCAN
from firstoff.rules.execution import enforce
from firstoff.rules.genealogy import unverified_refusal
from firstoff.services.genealogy.picture import Picture, chunks
from firstoff.services.genealogy.taking import Taking
from firstoff.terms import FloorKind


def demand_labels(taking: Taking, units: Sequence[Unit], doing: str) -> None:
    """Raises Refused (R-64) for the first unit whose label has to be scanned back, and was not.

    One query for all runs of a post, and one for their labels where a run asks for it.
    """
    picture = taking.picture
    if picture.asking is None:
        picture.asking = _asking(picture)
        picture.labelled.update(_labelled(picture, picture.asking))
    for unit in units:
        if unit.run_id in picture.asking and not picture.labelled.get(unit.pk):
            enforce([unverified_refusal(unit.serial, doing)])


def _asking(picture: Picture) -> set[int]:
    """The runs whose newest job of unit labels asks for the scan."""
    runs = {unit.run_id for unit in picture.by_key.values() if unit.run_id is not None}
    rows = LabelJob.objects.filter(run__in=runs, template="unit").values("run")
    newest = rows.annotate(newest=Max("pk")).values("newest")
    asking = LabelJob.objects.filter(pk__in=newest, content__endswith=ASKS_FOR_SCAN)
    return {row.run_id for row in asking.only("run") if row.run_id is not None}


def _labelled(picture: Picture, asking: set[int]) -> dict[int, bool]:
    found: dict[int, bool] = {}
    wanted = [key for key, unit in picture.by_key.items() if unit.run_id in asking]
    for some in chunks(wanted):
        rows = FloorRecord.objects.filter(
            unit__in=some, kind=FloorKind.LABEL, superseded_by__isnull=True
        )
        found.update(dict.fromkeys(rows.values_list("unit_id", flat=True), True))
    return found
