"""What a new revision takes over from an earlier one."""

from firstoff.db.models import Characteristic, Operation, PartRevision, ProcessPlan
from firstoff.queries.product import facts_of
from firstoff.services.product.characteristics import values_of
from firstoff.services.product.drawn import copy_drawings
from firstoff.services.product.lined import copy_lines
from firstoff.services.product.worked import copy_procedures, copy_work

_COPIED = (
    *("seq", "name", "work_centre", "standard_minutes", "instruction", "caution"),
    *("required_skill", "jig_id", "jig_not_needed"),
)


def copy_operations(source: ProcessPlan, target: ProcessPlan) -> None:
    """Every operation of one plan into another, with all it consists of; characteristics are found
    by their number, lines of material by their place and part."""
    numbers = {c.number: c for c in Characteristic.objects.filter(revision=target.revision_id)}
    operations = Operation.objects.filter(plan=source).prefetch_related("characteristics")
    for operation in operations:
        values = {field: getattr(operation, field) for field in _COPIED}
        made = Operation.objects.create(plan=target, **values)
        checked = (numbers.get(c.number) for c in operation.characteristics.all())
        made.characteristics.set([c for c in checked if c is not None])
    copy_work(source, target)


def copy_revision(source: PartRevision, target: PartRevision) -> None:
    rows = Characteristic.objects.filter(revision=source)
    Characteristic.objects.bulk_create(
        [Characteristic(revision=target, **values_of(facts_of(row))) for row in rows]
    )
    copy_drawings(source, target)
    copy_lines(source, target)  # before the operations: they name lines
    plan = ProcessPlan.objects.create(revision=target, label="1")
    newest = ProcessPlan.objects.filter(revision=source).order_by("-pk").first()
    if newest is not None:
        copy_operations(newest, plan)
    copy_procedures(source, target)
