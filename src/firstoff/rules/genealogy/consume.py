"""Lots that went into a unit, or into the batch where the depth chosen is the batch (R-38)."""

from collections.abc import Sequence

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.values import Item, Number, Posted, check_name, need_unit
from firstoff.rules.supply import quantity


class Consumed(Posted, frozen=True, kw_only=True, tag="consume"):
    items: tuple[Item, ...]
    part: str = ""
    serial: str = ""
    batch: str = ""
    operation: Number | None = None

    def check(self) -> None:
        if self.serial:
            need_unit(self.part, self.serial, self.batch)
        elif not self.batch:
            raise InvalidInput(
                "The consumption names neither a unit nor a batch.",
                way_out="Expected part and serial, or batch.",
                field="serial",
            )
        check_items(self.items, "items")


def check_items(items: Sequence[Item], field: str) -> None:
    """Raises InvalidInput naming the item."""
    if not items:
        raise InvalidInput("The consumption names no lot.", field=field)
    for place, item in enumerate(items):
        check_name(item.lot, "lot", f"{field}[{place}].lot")
        quantity(item.quantity, field=f"{field}[{place}].quantity")
