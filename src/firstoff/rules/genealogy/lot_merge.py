"""Several lots made one: where it is used, all of them are."""

from typing import ClassVar

from firstoff.errors import InvalidInput
from firstoff.rules.genealogy.lot_split import check_lots
from firstoff.rules.genealogy.values import LotName, Posted, check_name


class LotMerged(Posted, frozen=True, kw_only=True, tag="lot_merge"):
    permission: ClassVar[str] = "lot.move"

    lots: tuple[LotName, ...]
    into: str
    part: str = ""
    reason: str = ""

    def check(self) -> None:
        check_name(self.into, "lot", "into")
        check_lots(self.lots, "lots")
        if any(one.lot == self.into for one in self.lots):
            raise InvalidInput(f"Lot {self.into} would be merged into itself.", field="lots")
