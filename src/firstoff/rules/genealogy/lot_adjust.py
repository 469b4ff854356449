"""A lot counted again: what was found, or what is missing."""

from typing import ClassVar

from firstoff.rules.genealogy.values import Amount, Posted, check_name, check_reason
from firstoff.rules.supply import quantity


class LotCounted(Posted, frozen=True, kw_only=True, tag="lot_adjust"):
    """``by`` is a difference: ``-3`` were lost, ``2`` were found."""

    permission: ClassVar[str] = "lot.move"

    lot: str
    by: Amount
    reason: str
    part: str = ""

    def check(self) -> None:
        check_name(self.lot, "lot", "lot")
        quantity(self.by, field="by", signed=True)
        check_reason(self.reason, "A lot counted again")
